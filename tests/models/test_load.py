"""Every form of a model specification, and what is said of those that are none."""

import json
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from babyslm.models import load as module
from babyslm.models.load import load_model
from babyslm.models.ngram.model import NgramLanguageModel
from babyslm.models.protocol import LanguageModel, ScoreBatch
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.documents import DocumentError
from babyslm.verify.errors import BabySLMError, UsageError
from babyslm.verify.learners.folders import (
    MissingModelFileError,
    ModelFolderError,
    NotALearnerError,
    ScoresAreNoModelError,
    SpecImportError,
    UnknownFamilyError,
    UnknownOptionError,
    UnknownSpecError,
)


class Counting:
    """A researcher's own learner: the fewer phones, the likelier."""

    modality = "phonemic"

    def score(self, stimuli):
        lengths = np.array([len(s.phones) for s in stimuli])
        return ScoreBatch(-lengths.astype(float), lengths)


class Deaf(Counting):
    modality = "tactile"


READY = Counting()
NOTHING = object()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vocabulary = Vocabulary.build(["k æ t"], "phones")
    NgramLanguageModel.train(vocabulary.encode(["k æ t"]), vocabulary, order=2).save(tmp_path / "m")
    return tmp_path / "m"


def test_a_folder_of_ours(folder: Path):
    model = load_model(str(folder), device="cpu")
    assert isinstance(model, LanguageModel)
    assert model.score([Stimulus("c", phones=("k", "æ", "t"))]).symbols.tolist() == [4]


@pytest.mark.parametrize("name", ["Counting", "READY"])
def test_a_class_or_an_instance_of_one_s_own(name: str):
    model = load_model(f"{__name__}:{name}")
    assert model.score([Stimulus("c", phones=("k", "æ"))]).log_probability.tolist() == [-2.0]


def test_an_installed_plug_in_by_its_name(monkeypatch: pytest.MonkeyPatch):
    entry = EntryPoint("counting", f"{__name__}:Counting", module.PLUGINS)
    monkeypatch.setattr(module, "entry_points", lambda group: [entry] if group == module.PLUGINS else [])
    assert isinstance(load_model("counting"), Counting)
    with pytest.raises(UnknownSpecError, match="installed: counting"):
        load_model("counting2")


def test_an_id_and_its_revision_go_to_hugging_face(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    asked = []
    fake = type(sys)("fake_hf")
    fake.load = lambda source, **options: asked.append((source, options)) or READY
    monkeypatch.setitem(sys.modules, "fake_hf", fake)
    monkeypatch.setattr(module, "HUGGING_FACE", "fake_hf:load")
    load_model("hf:org/model@step5", device="cpu", trust_remote_code=True)
    load_model("hf:org/model", bos="never")
    local = tmp_path / "a@b"
    local.mkdir()
    (local / "config.json").write_text("{}")
    load_model(str(local))
    load_model(f"hf:{local}")
    assert [(source, options["revision"]) for source, options in asked] == [
        ("org/model", "step5"),
        ("org/model", None),
        (str(local), None),
        (str(local), None),
    ]
    assert [options["trust_remote_code"] for _, options in asked] == [True, False, False, False]
    assert asked[1][1]["bos"] == "never"


@pytest.mark.parametrize(
    ("spec", "error", "told"),
    [
        ("no/such/folder", UnknownSpecError, "package.module:object"),
        ("scores:there", ScoresAreNoModelError, "babyslm evaluate"),
        ("no_such_package:Model", SpecImportError, "no_such_package"),
        (f"{__name__}:Missing", SpecImportError, "Missing"),
        (f"{__name__}:NOTHING", NotALearnerError, "no score()"),
        (f"{__name__}:Deaf", NotALearnerError, "tactile"),
        ("C:\\models\\x", UnknownSpecError, "known form"),
    ],
)
def test_a_wrong_specification_is_one_line_and_exit_code_2(spec: str, error: type[BabySLMError], told: str):
    with pytest.raises(error) as caught:
        load_model(spec)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, UsageError)


def test_a_folder_without_a_model_says_what_is_there(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(ModelFolderError, match=r"notes\.txt"):
        load_model(str(tmp_path))


def test_an_option_the_learner_does_not_have_is_named(folder: Path):
    with pytest.raises(UnknownOptionError, match="span"):
        load_model(str(folder), span=15)
    with pytest.raises(UnknownOptionError, match="span"):
        load_model(f"{__name__}:Counting", span=15)


def test_a_damaged_or_foreign_header_is_named(folder: Path):
    header = folder / "babyslm.json"
    values = json.loads(header.read_text())
    header.write_text(json.dumps(values | {"family": "transformer"}))
    with pytest.raises(UnknownFamilyError, match="lstm, mixture, ngram"):
        load_model(str(folder))
    header.write_text(json.dumps(values | {"format": 2}))
    with pytest.raises(DocumentError, match="format"):
        load_model(str(folder))
    header.write_text("{")
    with pytest.raises(DocumentError, match=r"babyslm\.json"):
        load_model(str(folder))


def test_a_folder_that_lacks_its_weights_is_named(folder: Path):
    (folder / "model.safetensors").unlink()
    with pytest.raises(MissingModelFileError, match=r"model\.safetensors"):
        load_model(str(folder))


def test_a_hub_name_without_network_is_one_line():
    with pytest.raises(BabySLMError) as caught:
        load_model("hf:no-such-org/no-such-model")
    assert "no-such-org/no-such-model" in str(caught.value)
    assert "\n" not in str(caught.value)
