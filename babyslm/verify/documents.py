"""Checks of YAML and JSON documents: syntax and schema."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from babyslm.verify.errors import BabySLMError, first_of

__all__ = [
    "DocumentError",
    "NoSuchFileError",
    "json_value",
    "parse_document",
    "read_json",
    "read_yaml",
    "yaml_value",
]

Model = TypeVar("Model", bound=BaseModel)

DEPTH = 20
"""Largest nesting depth of a YAML document."""

VALUES = 200_000
"""Largest number of values in a YAML document after expansion of its aliases."""


class NoSuchFileError(BabySLMError):
    """A file that was given or is needed does not exist."""

    def __init__(self, path: Path, way_out: str = "check the path") -> None:
        super().__init__(f"{path}: no such file; {way_out}")


class DocumentError(BabySLMError):
    """A document cannot be read, or does not follow its schema."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoSuchFileError(path) from None
    except UnicodeDecodeError as error:
        raise DocumentError(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise DocumentError(path, f"cannot be read ({error.strerror})") from error


def read_yaml(path: Path) -> Any:
    """Read a YAML file with the safe loader."""
    return yaml_value(_read(path), path)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json_value(_read(path), path)


def yaml_value(text: str, path: Path, *, aliases: bool = True) -> Any:
    """Parse YAML with the safe loader, after checks of nesting depth and expanded size.

    :param text: the document.
    :param path: the file, for error messages.
    :param aliases: whether aliases are allowed.
    :raises DocumentError: if the document is invalid, too deep or too large.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _verify_tree(yaml.parse(text, Loader=loader), path, aliases=aliases)
        value = yaml.load(text, Loader=loader)  # noqa: S506  # both are safe loaders
    # The library trusts tags, so values such as `!!bool x` or 2026-99-99 raise errors of many types.
    except (
        yaml.YAMLError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        reason = getattr(error, "problem", None) or (str(error).splitlines() or [type(error).__name__])[0]
        raise DocumentError(path, f"{where}is not valid YAML ({reason})") from error
    return _whole_characters(value, text, path)


def _verify_tree(events: Iterable[Any], path: Path, *, aliases: bool) -> None:
    """Refuse documents that are nested too deeply, refer to themselves, or expand to too many values."""
    import yaml

    sizes: dict[str, int] = {}
    counts, anchors = [0], [""]
    for event in events:
        anchor = getattr(event, "anchor", None) or ""
        if anchor and not aliases:
            raise DocumentError(path, "uses anchors or aliases; write values out")
        match event:
            case yaml.CollectionStartEvent():
                counts.append(1)
                anchors.append(anchor)
            case yaml.CollectionEndEvent():
                size = sizes[anchors.pop()] = counts.pop()
                counts[-1] += size
            case yaml.ScalarEvent():
                sizes[anchor] = 1
                counts[-1] += 1
            case yaml.AliasEvent() if anchor in anchors:
                raise DocumentError(path, f"*{anchor} refers to a value that contains it; write the value out")
            case yaml.AliasEvent():
                counts[-1] += sizes.get(anchor, 1)
        if len(counts) > DEPTH + 1:
            raise DocumentError(path, f"is nested deeper than {DEPTH} levels")
        if counts[-1] > VALUES:
            raise DocumentError(path, f"expands to more than {VALUES:,} values; shorten it")


def json_value(text: str, path: Path) -> Any:
    """Parse JSON.

    :param text: the document.
    :param path: the file, for error messages.
    :raises DocumentError: if the document is invalid.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number with too many digits raises ValueError
        line = getattr(error, "lineno", "?")
        raise DocumentError(path, f"line {line}: is not valid JSON; the file may be truncated") from error
    return _whole_characters(value, text, path)


def _whole_characters(value: Any, text: str, path: Path) -> Any:
    """Refuse lone surrogates, which JSON escapes can express and UTF-8 files cannot."""
    if "\\u" in text or "\\U" in text:
        try:
            json.dumps(value, ensure_ascii=False, default=str, skipkeys=True).encode("utf-8")
        except UnicodeEncodeError as error:
            raise DocumentError(
                path, f"contains a lone surrogate ({error.object[error.start]!a}); write the whole character"
            ) from error
    return value


def parse_document(schema: type[Model], value: Any, path: Path) -> Model:
    """Check a parsed document against its schema, and list all faulty fields in one error."""
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or 'document'}: {fault['msg']}" for fault in error.errors()]
        raise DocumentError(path, first_of(faults)) from error
