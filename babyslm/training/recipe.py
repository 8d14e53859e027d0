"""Recipes: all settings that determine a trained learner, in one YAML file."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from babyslm.resources import resource
from babyslm.verify.documents import read_yaml
from babyslm.verify.learners.recipes import OverrideError, RecipeError, UnknownRecipeFamilyError

__all__ = ["FAMILIES", "Family", "Recipe", "load_recipe", "make_recipe", "register"]


class Recipe(BaseModel):
    """Fields of the recipes of all families; each family extends it.

    :param family: determines the remaining fields and the trainer.
    :param name: name of the learner in results.
    :param corpus: training data: a prepared corpus, a table of utterances or a text file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: str
    name: str = Field(min_length=1)
    description: str = ""
    seed: int = Field(default=0, ge=0)
    corpus: Path = Field(description="set it with --set corpus=PATH")


@dataclass(frozen=True)
class Family:
    """Location of a family's recipe and trainer, as `module:object`, imported when needed.

    :param recipe: a subclass of `Recipe`.
    :param train: a function `(recipe, folder, *, resume, device) -> dict` that writes a model folder and returns the
        content of the training record beyond the recipe.
    """

    recipe: str
    train: str


FAMILIES: dict[str, Family] = {}


def register(name: str, family: Family) -> None:
    """Register a family for `babyslm train`."""
    FAMILIES[name] = family


register("ngram", Family("babyslm.training.symbols.ngram:NgramRecipe", "babyslm.training.symbols.ngram:train_ngram"))
register("lstm", Family("babyslm.training.symbols.lstm:LstmRecipe", "babyslm.training.symbols.lstm:train_lstm"))
register("causal", Family("babyslm.training.text.causal:CausalRecipe", "babyslm.training.text.causal:train_causal"))
register("masked", Family("babyslm.training.text.masked:MaskedRecipe", "babyslm.training.text.masked:train_masked"))
register(
    "instruct",
    Family("babyslm.training.text.instruct:InstructRecipe", "babyslm.training.text.instruct:train_instruct"),
)
register(
    "recogniser",
    Family(
        "babyslm.training.recogniser.recipe:RecogniserRecipe", "babyslm.training.recogniser.train:train_recogniser"
    ),
)
register("spoken", Family("babyslm.training.spoken:SpokenRecipe", "babyslm.training.spoken:train_spoken"))


def find(place: str) -> Any:
    """Import `module:object`."""
    module, name = place.split(":")
    return getattr(import_module(module), name)


def load_recipe(recipe: str | PathLike[str], overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe and check it.

    :param recipe: a YAML file, or the name of a recipe in `baselines/`.
    :param overrides: `field=value` with dots between levels; values are parsed as YAML.
    """
    path = Path(recipe)
    if not path.is_file():
        name = path.name if path.suffix in (".yaml", ".yml") else f"{path.name}.yaml"
        path = resource("baselines", name) if path.parent == Path() else resource("baselines", str(path))
    return make_recipe(read_yaml(path), overrides, path)


def make_recipe(values: Any, overrides: Sequence[str] = (), source: Path | str = "recipe") -> Recipe:
    """Check the values of a recipe.

    :param values: content of the YAML file.
    :param overrides: `field=value` with dots between levels.
    :param source: the file, for error messages.
    """
    if not isinstance(values, dict):
        raise RecipeError(source, ["a recipe must be a mapping of fields"])
    for override in overrides:
        values = _override(values, override)
    family = values.get("family")
    if not isinstance(family, str) or family not in FAMILIES:
        raise UnknownRecipeFamilyError(source, family, sorted(FAMILIES))
    schema: type[Recipe] = find(FAMILIES[family].recipe)
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise RecipeError(source, [_fault(fault, schema) for fault in error.errors()]) from error


def _fault(fault: Any, schema: type[Recipe]) -> str:
    place = ".".join(map(str, fault["loc"])) or "recipe"
    hint = schema.model_fields[place].description if place in schema.model_fields else None
    missing = fault["type"] == "missing" and hint
    return f"{place}: {fault['msg']}" + (f" ({hint})" if missing else "")


def _override(values: dict[str, Any], text: str) -> dict[str, Any]:
    import yaml

    key, equals, raw = text.partition("=")
    if not equals or not all(key.split(".")):
        raise OverrideError(text, "is not FIELD=VALUE")
    try:
        value = yaml.safe_load(raw)
    except yaml.YAMLError as error:
        raise OverrideError(text, "the value is not YAML") from error
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, bool) and raw.strip().lower() not in ("true", "false"):
        value = raw.strip()  # YAML parses no and off as false; a precision may be called no, and pydantic accepts both
    return _put(values, key.split("."), value, text)


def _number(text: str) -> Any:
    """Parse numbers such as 1e-3, which YAML treats as text."""
    try:
        return float(text)
    except ValueError:
        return text


def _put(values: dict[str, Any], keys: list[str], value: Any, text: str) -> dict[str, Any]:
    first, *rest = keys
    if not rest:
        return values | {first: value}
    inner = values.get(first, {})
    if not isinstance(inner, dict):
        raise OverrideError(text, f"{first} has no fields")
    return values | {first: _put(inner, rest, value, text)}
