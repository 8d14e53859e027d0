"""Names that moved import under their old names, with a warning."""

import subprocess
import sys
from importlib import import_module

import pytest


def test_each_old_module_is_the_new_one_with_a_warning() -> None:
    code = (
        "import importlib, warnings\n"
        "from babyslm.moved import MOVED\n"
        "for old, new in MOVED.items():\n"
        "    with warnings.catch_warnings(record=True) as caught:\n"
        "        warnings.simplefilter('always')\n"
        "        found = importlib.import_module(old)\n"
        "    assert found is importlib.import_module(new), old\n"
        "    assert found.__spec__.name == new, old\n"
        "    assert any(f'{old} is now {new}' in str(each.message) for each in caught), old\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("package", "module", "name"),
    [
        ("babyslm.stimuli.phones", "pronunciation", "phonemize"),
        ("babyslm.stimuli.lexical", "build", "build_lexical"),
        ("babyslm.stimuli.syntactic", "build", "build_syntactic"),
        ("babyslm.models.ngram", "model", "NGramModel"),
    ],
)
def test_an_attribute_of_a_module_that_became_a_package(package: str, module: str, name: str) -> None:
    whole = import_module(f"{package}.{module}")
    exported = name if hasattr(whole, name) else whole.__all__[0]
    with pytest.warns(DeprecationWarning, match=f"{package}.{module}.{exported}"):
        assert getattr(import_module(package), exported) is getattr(whole, exported)
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(import_module(package), "no_such_name")  # noqa: B009
