"""Checks of YAML and JSON documents: readable, and of the declared schema."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["DocumentError", "NoSuchFileError", "parse_document", "read_json", "read_yaml"]

Model = TypeVar("Model", bound=BaseModel)


class NoSuchFileError(BabySLMError):
    """A file that was named or is needed is not there."""

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
    import yaml

    try:
        return yaml.safe_load(_read(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise DocumentError(path, f"{where}is not valid YAML ({getattr(error, 'problem', error)})") from error


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    try:
        return json.loads(_read(path))
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", "?")
        raise DocumentError(path, f"line {line}: is not valid JSON; was it cut short?") from error


def parse_document(schema: type[Model], value: Any, path: Path) -> Model:
    """Check a parsed document against its schema; all faulty fields are named in one line."""
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or 'document'}: {fault['msg']}" for fault in error.errors()]
        raise DocumentError(path, first_of(faults)) from error
