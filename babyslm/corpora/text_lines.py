"""Lines of text files made by others."""

from pathlib import Path

__all__ = ["lines_of"]


def lines_of(path: Path) -> tuple[list[str], dict[int, str]]:
    """Return the lines of a text file, and for those that are not UTF-8 what is wrong with them.

    Lines end with a line feed, a carriage return or both; no other character ends one.

    :param path: the file.
    :returns: the lines, undecodable bytes replaced, and reasons by line number, from 1.
    """
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    parts = content.removesuffix(b"\n").split(b"\n") if content else []
    try:
        return [part.decode("utf-8") for part in parts], {}
    except UnicodeDecodeError:
        pass
    lines, wrong = [], {}
    for number, part in enumerate(parts, start=1):
        try:
            lines.append(part.decode("utf-8"))
        except UnicodeDecodeError as error:
            wrong[number] = f"is not UTF-8 text (byte {error.start} of the line)"
            lines.append(part.decode("utf-8", errors="replace"))
    return lines, wrong
