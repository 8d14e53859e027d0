"""The command `babyslm`: one-line errors, and a traceback only with --debug."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; exit code 0 done, 1 failed, 2 wrong usage."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
    from babyslm.cli import app
    from babyslm.files import full_disk
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
    except MemoryError:
        print("babyslm: out of memory; lower --batch-tokens or --workers", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
    except Exception as error:
        reason = full_disk(error)
        if debug or not reason:
            raise
        name = getattr(error, "filename2", None) or getattr(error, "filename", None)
        place = f"{name}: " if name else ""
        print(f"babyslm: {place}{reason}; free some space or choose another place", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
