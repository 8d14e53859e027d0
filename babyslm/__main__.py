"""The command `babyslm`: one-line errors, and a traceback only with --debug."""

import errno
import sys

__all__ = ["main"]

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
"""What a disk says that takes no more, wherever a library met it."""


def main() -> None:
    """Run the command line; exit code 0 done, 1 failed, 2 wrong usage."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
    from babyslm.cli import app
    from babyslm.verify.errors import BabySLMError

    try:
        app(arguments)
    except BabySLMError as error:
        if debug:
            raise
        print(f"babyslm: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print("babyslm: stopped; run the same command again to go on", file=sys.stderr)  # noqa: T201
        raise SystemExit(130) from None
    except ModuleNotFoundError as error:
        if debug or (error.name or "").startswith("babyslm"):
            raise
        from babyslm.progress import reason_of

        print(f"babyslm: {reason_of(error)}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
    except OSError as error:
        if debug or error.errno not in FULL:
            raise
        place = f"{error.filename2 or error.filename}: " if error.filename else ""
        print(f"babyslm: {place}{error.strerror}; free some space or choose another place", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
    except MemoryError:
        print("babyslm: out of memory; lower --batch-tokens or --workers", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
