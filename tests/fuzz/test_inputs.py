"""What the fuzzer begins with is good, and the oracle sees what it is there to see."""

from collections.abc import Callable
from pathlib import Path

import pytest

from babyslm.verify.errors import BabySLMError
from tests.fuzz.inputs import INPUTS, write_inputs, write_words
from tests.fuzz.oracle import Broken, hold
from tests.fuzz.targets import TARGETS, Target


def test_every_reader_has_inputs() -> None:
    assert INPUTS.keys() == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_whole_files_are_read(name: str, tmp_path: Path) -> None:
    assert write_inputs(name, tmp_path / "inputs")
    write_words(name, tmp_path / "words")
    assert len((tmp_path / "words").read_text(encoding="ascii").splitlines()) == len(TARGETS[name].words) > 0
    errors = [hold(TARGETS[name], path.read_bytes(), tmp_path) for path in sorted((tmp_path / "inputs").iterdir())]
    # Stereo sound is read, and refused as a stimulus.
    assert all(error is None or "has 2 channels" in str(error) for error in errors)
    assert errors[0] is None


def fault(message: str) -> Callable[[Path], object]:
    def read(path: Path) -> object:
        raise BabySLMError(message.format(path=path))

    return read


def quietly(path: Path) -> object:
    raise ValueError(path)


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (quietly, "ValueError came out"),
        (fault("something is wrong"), "does not name the file"),
        (lambda _: sum(range(2_000_000)), "took"),
    ],
)
def test_the_oracle_sees(read: Callable[[Path], object], reason: str, tmp_path: Path) -> None:
    with pytest.raises(Broken, match=reason):
        hold(Target("a.txt", read, seconds=0.01), b"", tmp_path)


def test_a_message_is_one_line_whatever_it_quotes(tmp_path: Path) -> None:
    error = hold(Target("a.txt", fault("{path}: holds \x1b[31m\n\u202e" + "x" * 10**6 + "; mend it")), b"", tmp_path)
    assert str(error).endswith("x; mend it")
    assert r"a.txt: holds \x1b[31m\n\u202exxx" in str(error)
    assert len(str(error)) < 5000
