"""Spoken learners: sound is encoded as features, features as units, and units receive a log-probability.

Score: the mean log-probability of the units, end symbol included, as the reference defines it for its LSTM on units.

A learner may use several warp factors. A stimulus is then encoded as if its speaker's vocal tract had each of these
lengths, and the highest score counts (vocal tract length normalisation by maximum likelihood, as introduced for
recognisers by Lee and Rose, 1996). The choice depends on the stimulus alone.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from babyslm.models.encoders.load import located_settings, make_encoder
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import EncoderSettings
from babyslm.models.folder import Header, read_header, write_header
from babyslm.models.load import load_model
from babyslm.models.protocol import ScoreBatch
from babyslm.models.symbols.sequences import SequenceLearner
from babyslm.models.units.cache import UnitCache
from babyslm.models.units.encoding import draw_units, encode_units, warp_encoder
from babyslm.models.units.load import load_quantiser
from babyslm.models.units.protocol import Quantiser, Units
from babyslm.speech.sound import Recording
from babyslm.stimuli.stimulus import Modality, Stimulus
from babyslm.verify.learners.folders import CorruptModelError
from babyslm.verify.learners.units import AudioMissingError

__all__ = [
    "LANGUAGE_MODEL",
    "SpokenHeader",
    "SpokenLanguageModel",
    "encode_units",
    "load",
    "save_spoken",
    "warp_encoder",
]

LANGUAGE_MODEL = "language-model"
"""Subfolder of the model folder for the language model over units."""


class SpokenHeader(Header):
    """Content of `babyslm.json` for a spoken learner."""

    family: Literal["spoken"] = "spoken"
    encoder: EncoderSettings
    warps: tuple[float, ...] = Field(default=(1.0,), min_length=1)
    training: dict[str, float | str] = Field(default_factory=dict)


class SpokenLanguageModel:
    """An encoder, a codebook and a language model over its units.

    :param encoder: waveform to features.
    :param codebook: features to units.
    :param language_model: an LSTM, n-gram or other learner whose vocabulary is the codebook's units.
    :param warps: warp factors applied to a stimulus; the highest score counts.
    :param name: name shown in results.
    :param cache: keep units in the user's cache; by default only if the encoder is costly.
    :param training: facts about the training speech: hours, condition.
    :param draws: number of segmentations drawn per stimulus, whose scores are pooled; 0 for the best segmentation.
    """

    family = "spoken"
    modality: Modality = "spoken"

    def __init__(
        self,
        encoder: Encoder,
        codebook: Quantiser,
        language_model: SequenceLearner,
        *,
        warps: Sequence[float] = (1.0,),
        name: str = "spoken",
        cache: bool | None = None,
        training: Mapping[str, float | str] | None = None,
        draws: int = 0,
    ) -> None:
        self.draws = draws
        self.encoder = encoder
        self.warps = tuple(warps)
        self.ears = warp_encoder(encoder, self.warps)
        self.codebook = codebook
        self.language_model = language_model
        self.name = name
        self.training = dict(training or {})
        wanted = encoder.costly if cache is None else cache
        self.caches = [UnitCache(ear, codebook) for ear in self.ears] if wanted else None

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the scores."""
        below = {"family": self.language_model.family} | self.language_model.settings
        return {
            "encoder": self.encoder.settings,
            "warps": list(self.warps),
            "frame_rate": self.encoder.frame_rate,
            "units": self.codebook.settings | ({"draws": self.draws} if self.draws else {}),
            "language_model": below,
        } | ({"training": self.training} if self.training else {})

    def uncached(self) -> "SpokenLanguageModel":
        """Return this learner without its cache, so that every sound is encoded again, as when scores are verified."""
        return SpokenLanguageModel(
            self.encoder,
            self.codebook,
            self.language_model,
            warps=self.warps,
            name=self.name,
            cache=False,
            training=self.training,
            draws=self.draws,
        )

    def units(self, stimuli: Sequence[Stimulus]) -> list[list[Units]]:
        """Return the units of each stimulus, one array per warp; raise `AudioMissingError` if a sound is missing."""
        return list(encode_units(_recordings(stimuli), self.ears, self.codebook, caches=self.caches))

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Return sum of log-probabilities in nats and number of scored units, in the order of the stimuli."""
        if self.draws:
            return self._score_drawn(stimuli)
        vocabulary = self.language_model.vocabulary
        hearings = [vocabulary.encode_units(units.tolist()) for heard in self.units(stimuli) for units in heard]
        sums, symbols = self.language_model.score_sequences(hearings)
        shape = (len(stimuli), len(self.ears))
        best = (sums / symbols).reshape(shape).argmax(axis=1)
        rows = np.arange(len(stimuli))
        return ScoreBatch(sums.reshape(shape)[rows, best], symbols.reshape(shape)[rows, best])

    def _score_drawn(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Score drawn segmentations: log-probabilities and symbols are summed over the draws of a stimulus."""
        vocabulary = self.language_model.vocabulary
        heard = draw_units(_recordings(stimuli), self.ears, self.codebook, self.draws)
        hearings = [vocabulary.encode_units(units.tolist()) for sound in heard for drawn in sound for units in drawn]
        shape = (len(stimuli), len(self.ears), self.draws)
        sums, symbols = (part.reshape(shape).sum(axis=2) for part in self.language_model.score_sequences(hearings))
        best, rows = (sums / symbols).argmax(axis=1), np.arange(len(stimuli))
        return ScoreBatch(sums[rows, best], symbols[rows, best])


def _recordings(stimuli: Sequence[Stimulus]) -> list[Recording]:
    """Return the sound of each stimulus; raise `AudioMissingError` if one is missing."""
    lacking = [stimulus.name for stimulus in stimuli if stimulus.audio is None]
    if lacking:
        raise AudioMissingError(lacking)
    return [Recording.whole(stimulus.audio) for stimulus in stimuli if stimulus.audio is not None]


def save_spoken(
    folder: Path,
    encoder: EncoderSettings,
    codebook: Quantiser,
    name: str,
    *,
    warps: Sequence[float] = (1.0,),
    training: Mapping[str, float | str] | None = None,
) -> None:
    """Write all files of a spoken learner except its language model, which must be in place; the header comes last.

    :param folder: model folder.
    :param encoder: settings of the encoder.
    :param codebook: features to units.
    :param name: name shown in results.
    :param warps: warp factors applied to a stimulus.
    :param training: facts about the training speech: hours, condition.
    """
    codebook.save(folder)
    header = SpokenHeader(name=name, encoder=encoder, warps=tuple(warps), training=dict(training or {}))
    write_header(folder, header)


def load(
    folder: Path,
    *,
    device: str = "auto",
    dtype: str | None = None,
    cache: bool | None = None,
    draws: int = 0,
    **options: Any,
) -> SpokenLanguageModel:
    """Load a spoken learner from its model folder.

    :param folder: model folder.
    :param device: device of encoder and language model; default auto.
    :param dtype: number type of the language model; None is float32.
    :param cache: keep units in the user's cache; by default only if the encoder is costly.
    :param draws: number of segmentations drawn per stimulus from the posteriors of the unit stage, whose scores are
        pooled; 0 for the best segmentation.
    :param options: passed on to the language model's loader, such as `batch_tokens`.
    """
    header = read_header(folder, SpokenHeader)
    codebook = load_quantiser(folder)
    encoder = make_encoder(located_settings(header.encoder, folder), device=device)
    if encoder.dimensions != codebook.dimensions:
        reason = f"the codebook takes {codebook.dimensions} dimensions and the encoder gives {encoder.dimensions}"
        raise CorruptModelError(folder, reason)
    below = load_model(str(folder / LANGUAGE_MODEL), device=device, dtype=dtype, **options)
    if not isinstance(below, SequenceLearner) or below.vocabulary.kind != "units":
        raise CorruptModelError(folder / LANGUAGE_MODEL, "is not a learner over speech units")
    if len(below.vocabulary.symbols) - 3 != codebook.size:
        reason = f"has {len(below.vocabulary.symbols) - 3} units and the codebook has {codebook.size}"
        raise CorruptModelError(folder / LANGUAGE_MODEL, reason)
    return SpokenLanguageModel(
        encoder,
        codebook,
        below,
        warps=header.warps,
        name=header.name or folder.resolve().name,
        cache=cache,
        training=header.training,
        draws=draws,
    )
