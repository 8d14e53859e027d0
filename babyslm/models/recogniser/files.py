"""Transcription of sound files."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.models.recogniser.recogniser import load_recogniser
from babyslm.progress import track
from babyslm.speech.audio import read_audio

__all__ = ["transcribe_files"]


def transcribe_files(
    files: Sequence[Path], model: Path, *, beam: int = 1, device: str = "auto"
) -> list[tuple[Path, tuple[str, ...]]]:
    """Return each file with its phones.

    :param files: sound files of any sampling rate and number of channels.
    :param model: model folder of a recogniser.
    :param beam: number of strings kept in prefix beam search; 1 for the best path.
    :param device: auto, cpu, cuda or cuda:N.
    """
    recogniser = load_recogniser(model, device=device)
    return [
        (path, recogniser.transcribe([read_audio(path, resample=True, downmix=True)], beam=beam)[0])
        for path in track(files, "transcription", len(files))
    ]
