"""Recipes: shipped ones, overrides, and errors that name file, field and way out."""

from pathlib import Path

import pytest
import yaml

from babyslm.resources import ResourceNotFoundError, resource_folder
from babyslm.training.recipe import FAMILIES, load_recipe, make_recipe
from babyslm.verify.documents import DocumentError
from babyslm.verify.errors import UsageError
from babyslm.verify.learners.recipes import OverrideError, RecipeError, UnknownRecipeFamilyError

NGRAM = {"family": "ngram", "name": "n", "order": 3, "corpus": "c.txt"}
LSTM = {"family": "lstm", "name": "l", "corpus": "c.txt", "loop": {"epochs": 1}}
SHIPPED = sorted(path.stem for path in resource_folder("baselines").glob("*.yaml"))
OWN = [
    name for name in SHIPPED if "gram" in name or name in ("phone-lstm", "phone-lstm-small", "char-lstm", "bpe-lstm")
]


@pytest.mark.parametrize("name", OWN)
def test_a_shipped_recipe_asks_only_for_its_corpus(name: str):
    with pytest.raises(RecipeError, match="corpus: Field required.*--set corpus=PATH"):
        load_recipe(name)
    recipe = load_recipe(name, ["corpus=somewhere"])
    assert recipe.name == name
    assert recipe.description
    assert recipe.corpus == Path("somewhere")


def test_a_file_and_a_name_give_the_same(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(NGRAM))
    assert load_recipe(path) == make_recipe(NGRAM)


def test_overrides_reach_every_level():
    recipe = make_recipe(LSTM, ["loop.lr=1e-3", "sizes.hidden=64", "seed=7", "loop.patience=null", "symbols=words"])
    assert (recipe.loop.lr, recipe.sizes.hidden, recipe.seed, recipe.loop.patience) == (1e-3, 64, 7, None)
    assert recipe.symbols == "words"
    assert recipe.loop.epochs == 1


def test_no_is_a_name_where_a_name_is_asked_for():
    precise = make_recipe(LSTM | {"loop": {"epochs": 1, "precision": "fp16"}}, ["loop.precision=no"])
    assert precise.loop.precision == "no"
    causal = load_recipe("causal-words", ["corpus=c.txt", "shape.tied=no", "schedule.precision=no"])
    assert causal.shape.tied is False
    assert causal.schedule.precision == "no"


def test_a_later_override_wins():
    assert make_recipe(NGRAM, ["order=1", "order=2"]).order == 2


@pytest.mark.parametrize(
    ("overrides", "error", "told"),
    [
        (["order"], OverrideError, "FIELD=VALUE"),
        (["=3"], OverrideError, "FIELD=VALUE"),
        (["order.deep=3"], OverrideError, "order has no fields"),
        (["order=[1"], OverrideError, "not YAML"),
        (["order=9"], RecipeError, "order: .*less than or equal to 8"),
        (["order=0"], RecipeError, "order: "),
        (["smoothing=laplace"], RecipeError, "smoothing: .*witten-bell"),
        (["ordre=3"], RecipeError, "ordre: "),
        (["family=transformer"], UnknownRecipeFamilyError, "lstm, masked, ngram"),
        (["family=[1]"], UnknownRecipeFamilyError, "lstm, masked, ngram"),
        (["name=''"], RecipeError, "name: "),
    ],
)
def test_a_wrong_value_names_its_field(overrides, error, told):
    with pytest.raises(error, match=told) as caught:
        make_recipe(NGRAM, overrides, Path("my.yaml"))
    assert isinstance(caught.value, UsageError)
    assert "\n" not in str(caught.value)


def test_a_loop_without_an_end_is_refused():
    with pytest.raises(RecipeError, match=r"loop\.epochs or loop\.updates"):
        make_recipe(LSTM, ["loop.epochs=null"])


def test_a_file_that_is_no_mapping_or_no_yaml_is_named(tmp_path: Path):
    path = tmp_path / "list.yaml"
    path.write_text("- a\n")
    with pytest.raises(RecipeError, match=r"list\.yaml: a recipe must be a mapping"):
        load_recipe(path)
    path.write_text("a: [1")
    with pytest.raises(DocumentError, match=r"list\.yaml: line"):
        load_recipe(path)


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(ResourceNotFoundError, match=r"phone-lstm\.yaml"):
        load_recipe("no-such-recipe")


def test_every_family_of_ours_can_be_loaded():
    assert {"ngram", "lstm", "spoken"} <= set(FAMILIES)
