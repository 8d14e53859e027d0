"""Quality of speech units: number of units in use, perplexity, and agreement with phones.

Purity and phone-normalised mutual information follow HuBERT (Hsu et al. 2021, section IV.C).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.models.encoders.protocol import Encoder
from babyslm.models.units.protocol import Quantiser
from babyslm.seeds import generator
from babyslm.speech.audio import RATE
from babyslm.speech.synthesis.drawn_voices import drawn_voice
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import load_voices
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.training.speech.utterances import SpokenUtterances
from babyslm.verify.errors import BabySLMError

__all__ = ["phone_agreement", "phone_labels", "unit_agreement", "unit_statistics"]

SAMPLE = 200
"""Number of utterances whose units are compared with their phones."""

AGREED = 2 / RATE
"""Tolerated difference in length between an utterance and its second synthesis, in seconds."""

TAILS = (0.0, 0.25)
"""Lengthening of an utterance by an acoustic condition, in seconds: none, or that of a room."""

Ragged = Sequence[NDArray[np.int64]]


def unit_statistics(units: Ragged, size: int, seconds: float) -> dict[str, float]:
    """Describe the units of a corpus.

    :param units: units of each utterance.
    :param size: number of units in the codebook.
    :param seconds: total length of the utterances.
    :returns: number of units in use, perplexity of their frequencies, and units per second.
    """
    counts = np.bincount(np.concatenate(units), minlength=size)
    shares = counts[counts > 0] / counts.sum()
    return {
        "used": int((counts > 0).sum()),
        "perplexity": round(float(np.exp(-(shares * np.log(shares)).sum())), 2),
        "a_second": round(float(counts.sum() / seconds), 2),
    }


def unit_agreement(
    corpus: SpokenUtterances, numbers: NDArray[np.int64], encoder: Encoder, codebook: Quantiser, *, seed: int
) -> dict[str, float]:
    """Measure the agreement of units with the phones that were spoken; empty if these are not known.

    They are known for synthetic voices, which synthesise the utterance a second time: the same phones in the same
    voice have the same durations, and the synthesiser returns the times of the phones.

    :param corpus: corpus of the utterances.
    :param numbers: indices of utterances, such as the held-out ones; at most `SAMPLE` of them are drawn.
    :param encoder: waveform to features.
    :param codebook: features to units.
    :param seed: seed of the sample.
    """
    drawn = numbers[np.sort(generator(seed, "agreement").permutation(len(numbers))[:SAMPLE])]
    units, phones, names = [], [], dict[str, int]()
    for number, waveform in corpus.waveforms(drawn):
        labels = phone_labels(corpus, number, encoder, names)
        if labels is None:
            continue
        found = codebook.label(encoder.encode([waveform]))[0]
        length = min(len(found), len(labels))
        units.append(found[:length])
        phones.append(labels[:length])
    return phone_agreement(np.concatenate(units), np.concatenate(phones)) if units else {}


def phone_labels(
    corpus: SpokenUtterances, number: int, encoder: Encoder, names: dict[str, int]
) -> NDArray[np.int64] | None:
    """Return the phone of each frame of a synthetic utterance; None if the phones are not known.

    :param corpus: corpus of the utterance.
    :param number: index of the utterance.
    :param encoder: encoder of the frames: centred on multiples of its hop, or on the centre of a receptive field.
    :param names: numbers of the phones; new phones are added.
    """
    row = corpus.rows.iloc[number]
    try:
        voices = {voice.name: voice for voice in load_voices(corpus.language)}
    except BabySLMError:  # a language without a synthetic voice
        return None
    voice = voices.get(row["speaker"]) or drawn_voice(corpus.language, str(row["speaker"]))
    if voice is None or not isinstance(row["phones"], str):
        return None
    speech = EspeakSynthesizer().speak(Utterance(tuple(row["phones"].split()), voice))
    longer = float(corpus.seconds[number]) - len(speech.waveform) / RATE
    if not speech.phones or min(abs(longer - tail) for tail in TAILS) > AGREED:
        return None
    times = np.arange(int(len(speech.waveform) / RATE * encoder.frame_rate)) / encoder.frame_rate
    onset = getattr(encoder, "onset", None)  # an encoder that trims silence says where its first frame is
    times += onset(speech.waveform) if onset else getattr(encoder, "receptive", 0) / 2 / RATE
    places = np.searchsorted(speech.onsets, times, side="right") - 1
    said = [phone for phone in speech.phones if phone != WORD_BOUNDARY]
    numbers = np.array([names.setdefault(phone, len(names)) for phone in said], dtype=np.int64)
    return numbers[np.clip(places, 0, len(numbers) - 1)]


def phone_agreement(units: NDArray[np.int64], phones: NDArray[np.int64]) -> dict[str, float]:
    """Return frame-level measures of the agreement between units and phones.

    :param units: shape (frames,).
    :param phones: shape (frames,).
    :returns: `phone_purity`, the proportion of frames whose phone is the most frequent one of their unit;
        `unit_purity`, the proportion whose unit is the most frequent one of their phone; `pnmi`, mutual information
        divided by the entropy of the phones.

    >>> phone_agreement(np.array([0, 0, 1, 1]), np.array([5, 5, 3, 3]))["pnmi"]
    1.0
    """
    _, units = np.unique(units, return_inverse=True)
    _, phones = np.unique(phones, return_inverse=True)
    joint = np.zeros((units.max() + 1, phones.max() + 1))
    np.add.at(joint, (units, phones), 1 / len(units))
    outer = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    there = joint > 0
    information = float((joint[there] * np.log(joint[there] / outer[there])).sum())
    shares = joint.sum(axis=0)
    entropy = float(-(shares * np.log(shares)).sum())
    return {
        "phone_purity": round(float(joint.max(axis=1).sum()), 4),
        "unit_purity": round(float(joint.max(axis=0).sum()), 4),
        "pnmi": round(information / entropy, 4) if entropy > 0 else 1.0,
    }
