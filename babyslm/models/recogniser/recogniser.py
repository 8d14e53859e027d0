"""A recogniser of phones, and its model folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from babyslm.models.devices import resolve_device
from babyslm.models.encoders.denoising.encoder import DenoisingEncoder, build_denoising
from babyslm.models.encoders.load import located_settings, sealed_settings
from babyslm.models.encoders.settings import DenoisingSettings
from babyslm.models.folder import Header, read_header, write_header
from babyslm.models.recogniser.decoding import beam_phones, greedy_phones
from babyslm.speech.audio import Samples

__all__ = ["Recogniser", "RecogniserHeader", "load_recogniser", "save_recogniser"]


class RecogniserHeader(Header):
    """Content of `babyslm.json` for a recogniser.

    :param encoder: the network, whose classes are the blank and the phones.
    :param phones: the phone set.
    :param language: two-letter code.
    """

    family: Literal["recogniser"] = "recogniser"
    encoder: DenoisingSettings
    phones: tuple[str, ...] = Field(min_length=1)
    language: str


class Recogniser:
    """Writes down the phones of speech.

    :param encoder: waveforms to log-probabilities of the blank and the phones.
    :param phones: the phone set, in the order of the classes after the blank.
    :param language: two-letter code.
    :param name: name of the recogniser.
    """

    def __init__(self, encoder: DenoisingEncoder, phones: Sequence[str], language: str, name: str = "") -> None:
        self.encoder, self.phones, self.language, self.name = encoder, tuple(phones), language, name

    def transcribe(self, waveforms: Sequence[Samples], *, beam: int = 1) -> list[tuple[str, ...]]:
        """Return the phones of each waveform, without word boundaries.

        :param waveforms: 16 kHz, shape (samples,) each.
        :param beam: number of strings kept in prefix beam search; 1 for the best path.
        """
        found = []
        for logs in self.encoder.encode(waveforms):
            places = greedy_phones(logs) if beam == 1 else beam_phones(logs, beam)
            found.append(tuple(self.phones[place] for place in places))
        return found


def save_recogniser(
    folder: Path, settings: DenoisingSettings, phones: Sequence[str], language: str, name: str
) -> None:
    """Write the header of a recogniser, whose weights are in the folder.

    :param folder: model folder.
    :param settings: the encoder, with its weights relative to the folder.
    :param phones: the phone set.
    :param language: two-letter code.
    :param name: name of the recogniser.
    """
    located = located_settings(settings, folder)
    assert isinstance(located, DenoisingSettings)
    sealed = sealed_settings(settings, build_denoising(located, resolve_device("cpu")))
    assert isinstance(sealed, DenoisingSettings)
    write_header(folder, RecogniserHeader(name=name, encoder=sealed, phones=tuple(phones), language=language))


def load_recogniser(folder: Path, *, device: str = "auto") -> Recogniser:
    """Load a recogniser from a model folder.

    :param folder: folder made by `babyslm train` with a recipe of the family `recogniser`.
    :param device: auto, cpu, cuda or cuda:N.
    """
    header = read_header(folder, RecogniserHeader)
    settings = located_settings(header.encoder, folder)
    assert isinstance(settings, DenoisingSettings)
    encoder = build_denoising(settings, resolve_device(device))
    return Recogniser(encoder, header.phones, header.language, header.name)
