"""The command line in the process of a test, which saves the seconds that a process spends on imports."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from babyslm.__main__ import main

__all__ = ["run_here"]


def run_here(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, with what it prints and its exit code."""
    found = 0
    with (
        mock.patch.object(sys, "argv", ["babyslm", *arguments]),
        mock.patch.dict(os.environ, {"COLUMNS": "200", "NO_COLOR": "1"}),
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as errors,
    ):
        try:
            main()
        except SystemExit as end:
            found = end.code if isinstance(end.code, int) else int(end.code is not None)
    assert found == code, out.getvalue() + errors.getvalue()
    return subprocess.CompletedProcess(arguments, found, out.getvalue(), errors.getvalue())
