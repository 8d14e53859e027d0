"""Training of spoken learners: the sound of a corpus is encoded as units, and a language model learns the units.

Finished stages are kept, so that an interrupted run resumes: the synthesis of a written corpus, the encoder if one is
trained, the codebook, the units of the corpus, the language model. Networks also keep their own checkpoints.
"""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from babyslm.files import sha256_text, write_json
from babyslm.models.encoders.denoising.encoder import DenoisingEncoder
from babyslm.models.encoders.load import located_settings, make_encoder, sealed_settings
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import DenoisingSettings, EncoderSettings, MfccSettings
from babyslm.models.folder import read_arrays, write_arrays
from babyslm.models.spoken import LANGUAGE_MODEL, save_spoken, warp_encoder
from babyslm.models.symbols.mixture import NETWORK
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.models.units.codebook import Codebook
from babyslm.models.units.posteriors import PosteriorUnits
from babyslm.models.units.protocol import Quantiser
from babyslm.training.encoders.denoising.augmented import augmented_units
from babyslm.training.encoders.denoising.settings import DenoisingRecipe
from babyslm.training.encoders.pretraining import Pretraining, pretrain
from babyslm.training.encoders.run import EncoderRun
from babyslm.training.processes import first_alone, is_first
from babyslm.training.speech.speaking import SpeechSettings, speech_of
from babyslm.training.speech.utterances import SpokenUtterances, read_utterances
from babyslm.training.text.lines import held_out
from babyslm.training.units.extraction import extract_units, make_ears
from babyslm.training.units.language_model import LanguageModelFields, fit_language_model
from babyslm.training.units.learn import UnitSettings, learn_codebook
from babyslm.training.units.quality import unit_agreement, unit_statistics
from babyslm.verify.documents import NoSuchFileError, read_json
from babyslm.verify.learners.recipes import CheckpointMismatchError

__all__ = ["SpokenRecipe", "train_spoken"]

STAGES = ".checkpoints"
"""Folder of finished stages inside the model folder; deleted when the model is complete."""

Ragged = list[NDArray[np.int64]]


class SpokenRecipe(LanguageModelFields):
    """Recipe of a spoken learner."""

    family: Literal["spoken"] = "spoken"
    speech: SpeechSettings | None = Field(default=None, description="synthesis of a corpus without sound")
    hours: float | None = Field(default=None, gt=0, description="upper limit on the hours of the corpus that are used")
    encoder: EncoderSettings = MfccSettings()
    augmented: int = Field(
        default=0,
        ge=0,
        description="times that each utterance is augmented for the language model, beside clean speech",
    )
    pretrain: Pretraining | None = Field(default=None, description="an encoder to train first, instead of encoder")
    units: UnitSettings = UnitSettings()
    warps: tuple[float, ...] = Field(
        default=(1.0,), min_length=1, description="frequency warp factors of training speech and stimuli"
    )

    @model_validator(mode="after")
    def _has_one_encoder(self) -> Self:
        if self.pretrain is not None and "encoder" in self.model_fields_set:
            raise ValueError("give either encoder (an existing one) or pretrain (one to be trained first)")
        return self

    @model_validator(mode="after")
    def _can_augment(self) -> Self:
        if self.augmented and not isinstance(self.pretrain, DenoisingRecipe):
            raise ValueError("augmented needs pretrain.kind=denoising, whose augmentation is used")
        return self

    @model_validator(mode="after")
    def _has_one_kind_of_units(self) -> Self:
        staged = isinstance(self.pretrain, DenoisingRecipe) and self.pretrain.unit_stage is not None
        if staged and "units" in self.model_fields_set:
            raise ValueError("units: a recipe with a unit stage sets its units in pretrain.unit_stage")
        return self


def train_spoken(recipe: SpokenRecipe, folder: Path, *, resume: bool = True, device: str = "auto") -> dict[str, Any]:
    """Train a spoken learner by a recipe and write it as a model folder.

    Under `torchrun` the first process makes speech and units while the others wait; networks are trained by all.

    :param recipe: the recipe.
    :param folder: model folder, visible to all processes; it keeps finished stages and checkpoints until the model is
        complete.
    :param resume: continue from finished stages and the checkpoint if there are any.
    :param device: `auto` or `cpu`.
    :returns: the content of the training record: the corpus, the encoder, the units, and the course of training.
    """
    stages = folder / STAGES
    with first_alone(device):
        if not resume and is_first():
            shutil.rmtree(stages, ignore_errors=True)
        spoken = speech_of(recipe.corpus, recipe.speech, stages / "speech", seed=recipe.seed)
        corpus = read_utterances(spoken).take(recipe.hours, recipe.seed)
        _identify(stages, recipe, corpus)
    parts = _parts(corpus, recipe)
    settings, encoder_record = recipe.encoder, dict[str, Any]()
    run = EncoderRun(corpus, *parts, folder, stages, recipe.seed, recipe.name, resume, device)
    if recipe.pretrain is not None:
        settings, encoder_record = pretrain(recipe.pretrain, run)
    encoder = make_encoder(located_settings(settings, folder), device=device)
    ears = warp_encoder(encoder, recipe.warps)
    with first_alone(device):
        codebook = _quantiser(stages, recipe, corpus, settings, encoder, device)
        remake = partial(make_ears, located_settings(settings, folder), recipe.warps, device)
        units = _units(stages, corpus, ears, codebook, remake)
    vocabulary = Vocabulary.of_units(codebook.size)
    heard, apart = (
        [vocabulary.encode_units(hearing.tolist()) for number in part for hearing in units[number]] for part in parts
    )
    if recipe.augmented:
        assert isinstance(recipe.pretrain, DenoisingRecipe)
        assert isinstance(encoder, DenoisingEncoder)
        with first_alone(device):
            more = _augmented(stages, recipe.pretrain, run, encoder, codebook, recipe.augmented)
        heard += [vocabulary.encode_units(units.tolist()) for units in more]
    outcome = fit_language_model(
        recipe, heard, apart, vocabulary, folder / LANGUAGE_MODEL, resume=resume, device=device
    )
    if not is_first():
        return outcome
    for part in (folder / LANGUAGE_MODEL, folder / LANGUAGE_MODEL / NETWORK):
        shutil.rmtree(part / STAGES, ignore_errors=True)
    training: dict[str, float | str] = {"hours": round(corpus.hours, 4)} | (
        {"condition": corpus.condition} if corpus.condition else {}
    )
    if "supervised" in encoder_record:
        training["supervised"] = encoder_record["supervised"]
    sealed = sealed_settings(settings, encoder)
    save_spoken(folder, sealed, codebook, recipe.name, warps=recipe.warps, training=training)
    told = {"file": corpus.source.name, "sha256": corpus.sha256, "utterances": len(corpus)} | training
    first = [hearings[0] for hearings in units]
    sample = parts[1] if len(parts[1]) else parts[0]
    return {
        "corpus": told,
        "encoder": encoder_record,
        "augmented": recipe.augmented,
        "units": unit_statistics(first, codebook.size, float(corpus.seconds.sum())),
        "validation_units": _validation(corpus, sample, first, encoder, codebook, recipe.seed),
    } | outcome


def _validation(
    corpus: SpokenUtterances,
    sample: NDArray[np.int64],
    units: Ragged,
    encoder: Encoder,
    codebook: Quantiser,
    seed: int,
) -> dict[str, float]:
    """Describe the units of the held-out utterances, and compare them with the phones if these are known."""
    chosen = unit_statistics([units[i] for i in sample], codebook.size, float(corpus.seconds[sample].sum()))
    return chosen | unit_agreement(corpus, sample, encoder, codebook, seed=seed)


def _parts(corpus: SpokenUtterances, recipe: SpokenRecipe) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indices of the training utterances and of the held-out utterances, the same for every stage."""
    training, valid = held_out(list(range(len(corpus))), recipe.validation, seed=recipe.seed, source=corpus.source)
    return np.array(training, dtype=np.int64), np.array(valid, dtype=np.int64)


def _identify(stages: Path, recipe: SpokenRecipe, corpus: SpokenUtterances) -> None:
    """Refuse stages made with another encoder, other unit settings, another seed or corpus."""
    told = recipe.model_dump_json(include={"encoder", "pretrain", "units", "warps", "seed", "hours", "validation"})
    identity = {"identity": sha256_text(f"{told}\n{corpus.sha256}")}
    path = stages / "stages.json"
    try:
        if read_json(path) != identity:
            raise CheckpointMismatchError(stages.parent)
    except NoSuchFileError:
        write_json(path, identity)


def _quantiser(
    stages: Path,
    recipe: SpokenRecipe,
    corpus: SpokenUtterances,
    settings: EncoderSettings,
    encoder: Encoder,
    device: str,
) -> Quantiser:
    """Return the units of the unit stage, or a codebook, which is learned unless the stage is finished."""
    stage = recipe.pretrain.unit_stage if isinstance(recipe.pretrain, DenoisingRecipe) else None
    if stage is not None and isinstance(settings, DenoisingSettings):
        return PosteriorUnits(settings.classes, stage.penalty, stage.units.deduplicate)
    if not (stages / "codebook.json").is_file():
        codebook = learn_codebook(corpus, encoder, recipe.units, seed=recipe.seed, device=device, folder=stages)
        codebook.save(stages)
    return Codebook.load(stages)


def _augmented(
    stages: Path,
    recipe: DenoisingRecipe,
    run: EncoderRun,
    encoder: DenoisingEncoder,
    codebook: Quantiser,
    times: int,
) -> Ragged:
    """Return the units of augmented training utterances, which are kept as a finished stage."""
    path = stages / f"augmented-{times}.safetensors"
    if not path.is_file():
        _write_ragged(path, augmented_units(recipe, run, encoder, codebook, times))
    return _read_ragged(path)


def _write_ragged(path: Path, parts: Ragged) -> None:
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    write_arrays(path, {"units": np.concatenate(parts).astype(np.int32), "lengths": lengths})


def _read_ragged(path: Path) -> Ragged:
    arrays = read_arrays(path)
    return [part.astype(np.int64) for part in np.split(arrays["units"], np.cumsum(arrays["lengths"])[:-1])]


def _units(
    stages: Path,
    corpus: SpokenUtterances,
    ears: list[Encoder],
    codebook: Quantiser,
    remake: Callable[[], list[Encoder]],
) -> list[Ragged]:
    """Return, for each encoder, the units of every utterance in the order of the corpus."""
    path = stages / "units.safetensors"
    if not path.is_file():
        heard = extract_units(corpus, ears, codebook, remake)
        _write_ragged(path, [units for hearings in heard for units in hearings])
    parts = _read_ragged(path)
    return [parts[start : start + len(ears)] for start in range(0, len(parts), len(ears))]
