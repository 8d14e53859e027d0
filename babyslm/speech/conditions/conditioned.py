"""Speech in an acoustic condition: during synthesis, or from the files of any set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from babyslm.engines import in_processes
from babyslm.files import sha256_file, sha256_text, swept
from babyslm.progress import bar
from babyslm.speech.audio import read_audio, read_comment, write_audio
from babyslm.speech.conditions.condition import Surroundings
from babyslm.speech.conditions.scenes import find_scenes
from babyslm.speech.synthesis.many import CHUNK, WORTHWHILE
from babyslm.speech.synthesis.synthesizer import Speech, Synthesizer, Utterance
from babyslm.verify.speech.conditions import NoSoundError, SameFolderError

if TYPE_CHECKING:
    from babyslm.stimuli.stimulus_set import StimulusTable  # pandas stays out of the processes that make the sound

__all__ = ["ConditionedSynthesizer", "condition_table"]


@dataclass(frozen=True)
class ConditionedSynthesizer:
    """A synthesiser with an acoustic condition; the utterance's `scene` determines room and noise.

    :param synthesizer: the synthesiser of clean speech.
    :param surroundings: the prepared condition.
    """

    synthesizer: Synthesizer
    surroundings: Surroundings

    @property
    def slow(self) -> bool:
        """Whether the underlying synthesiser is slow."""
        return self.synthesizer.slow

    def key(self, utterance: Utterance) -> str:
        """Return the hash of utterance, condition and scene; for the clean condition, that of the utterance alone."""
        clean = self.synthesizer.key(utterance)
        if not self.surroundings.condition.changes:
            return clean
        return sha256_text(f"{clean}\x1f{self.surroundings.digest}\x1f{utterance.scene}")

    def speak(self, utterance: Utterance) -> Speech:
        """Synthesise one utterance; phone onsets remain those of the direct sound."""
        clean = self.synthesizer.speak(utterance)
        if not self.surroundings.condition.changes:
            return clean
        samples = self.surroundings.apply(clean.waveform, utterance.scene)
        return Speech(samples, clean.phones, clean.onsets)


def condition_table(
    table: "StimulusTable", folder: Path, surroundings: Surroundings, *, workers: int = 1
) -> "StimulusTable":
    """Write the sound of a table in an acoustic condition, and return the new table.

    Existing files with the right content are kept.

    :param table: a table with sound, 16 kHz mono, built by babyslm or by others.
    :param folder: folder of the new files, which keep their names.
    :param surroundings: the prepared condition.
    :param workers: number of processes; the files do not depend on it.
    :raises NoSoundError: if the table has no sound.
    :raises SameFolderError: if the folder is that of the clean sound.
    """
    if table.folder is None:
        raise NoSoundError(f"{table.task}/{table.split}")
    if folder.resolve() == table.folder.resolve():
        raise SameFolderError(folder)
    surroundings.prepare()
    scenes = dict(zip(table.rows["filename"], find_scenes(table.rows), strict=True))
    sounds = [(stimulus.name, stimulus.audio) for stimulus in table.stimuli if stimulus.audio is not None]
    files = [(path, folder / f"{name}.wav", scenes[name]) for name, path in sounds]
    tasks = [(surroundings, files[start : start + CHUNK]) for start in range(0, len(files), CHUNK)]
    with swept([folder]), bar(f"{surroundings.condition.name} speech", len(files)) as progress:
        for done in in_processes(_condition_files, tasks, workers=workers, worthwhile=WORTHWHILE):
            progress.advance(done)
    return replace(table, folder=folder)


def _condition_files(task: tuple[Surroundings, Sequence[tuple[Path, Path, str]]]) -> int:
    surroundings, files = task
    for source, target, scene in files:
        samples = read_audio(source)
        key = "babyslm " + sha256_text(f"{sha256_file(source)}\x1f{surroundings.digest}\x1f{scene}")
        if not (target.is_file() and read_comment(target) == key):
            write_audio(target, surroundings.apply(samples, scene), comment=key)
    return len(files)
