"""Utterances of a prepared corpus with their sound, which is read in parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.corpora.corpus import TABLE_NAME, load_corpus
from babyslm.files import sha256_file
from babyslm.seeds import generator
from babyslm.speech.audio import RATE, Samples
from babyslm.speech.sound import Recording, read_whole
from babyslm.verify.learners.units import NoSpeechError, SegmentError

__all__ = ["SpokenUtterances", "read_utterances"]


@dataclass(frozen=True)
class SpokenUtterances:
    """Locations of the utterances of a corpus.

    :param source: the corpus' table.
    :param sha256: its checksum.
    :param files: sound files, sorted by path.
    :param places: shape (n,): the file of each utterance, as an index into `files`.
    :param onsets: shape (n,): seconds.
    :param offsets: shape (n,): seconds.
    :param speakers: shape (n,): speaker numbers; in a corpus without speakers each file counts as one.
    :param rows: rows of the table, in the same order.
    :param condition: condition of the sound on the corpus card: clean, in-the-wild, or empty if not stated.
    :param language: BCP 47 tag, empty if not stated.
    """

    source: Path
    sha256: str
    files: tuple[Path, ...]
    places: NDArray[np.int64]
    onsets: NDArray[np.float64]
    offsets: NDArray[np.float64]
    speakers: NDArray[np.int64]
    rows: pd.DataFrame = field(repr=False)
    condition: str = ""
    language: str = ""

    def __len__(self) -> int:
        return len(self.places)

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Length of each utterance, shape (n,)."""
        return self.offsets - self.onsets

    @property
    def hours(self) -> float:
        """Total length of all utterances in hours."""
        return float(self.seconds.sum() / 3600)

    def take(self, hours: float | None, seed: int) -> "SpokenUtterances":
        """Return a random sample of this many hours; a smaller sample is a subset of a larger one.

        :param hours: length of the sample; None for all utterances.
        :param seed: seed of the sample.
        """
        if hours is None or hours >= self.hours:
            return self
        order = generator(seed, "hours").permutation(len(self))
        before = np.cumsum(self.seconds[order]) - self.seconds[order]
        return self.chosen(np.sort(order[before < hours * 3600]))

    def chosen(self, numbers: NDArray[np.int64]) -> "SpokenUtterances":
        """Return the utterances with these indices, in their order."""
        return replace(
            self,
            places=self.places[numbers],
            onsets=self.onsets[numbers],
            offsets=self.offsets[numbers],
            speakers=self.speakers[numbers],
            rows=self.rows.iloc[numbers].reset_index(drop=True),
        )

    def waveforms(self, chosen: Sequence[int] | NDArray[np.int64]) -> Iterator[tuple[int, Samples]]:
        """Yield index and sound of the chosen utterances, with one utterance in memory at a time.

        :param chosen: indices of utterances; they are yielded file by file and in order of onset.
        """
        for number, recording in self.recordings(chosen):
            yield number, read_whole(recording)

    def recordings(self, chosen: Sequence[int] | NDArray[np.int64]) -> Iterator[tuple[int, Recording]]:
        """Yield index and location of the chosen utterances, in the order of `waveforms`; only headers are read."""
        wanted = np.asarray(chosen, dtype=np.int64)
        order = wanted[np.lexsort((wanted, self.onsets[wanted], self.places[wanted]))]
        opened, whole = -1, Recording(Path(), 0, 0)
        for number in order.tolist():
            place = int(self.places[number])
            if place != opened:
                opened, whole = place, Recording.whole(self.files[place])
            yield number, self._cut(number, whole)

    def _cut(self, number: int, whole: Recording) -> Recording:
        onset, offset = float(self.onsets[number]), float(self.offsets[number])
        start, stop = round(onset * RATE), round(offset * RATE)
        if not 0 <= start < stop <= len(whole):
            raise SegmentError(whole.path, number, onset, offset, len(whole) / RATE)
        return Recording(whole.path, start, stop)


def read_utterances(corpus: Path) -> SpokenUtterances:
    """Read the utterances of a prepared corpus that have sound.

    :param corpus: folder made by `babyslm prepare`, or synthesised.
    """
    source = corpus / TABLE_NAME
    found = load_corpus(corpus)
    table = found.utterances
    heard = table[table["audio"].notna() & table["onset"].notna() & table["offset"].notna()]
    if heard.empty:
        raise NoSpeechError(source)
    names = sorted(heard["audio"].unique())
    numbers = {name: number for number, name in enumerate(names)}
    speakers = heard["speaker"].fillna(heard["audio"])
    known = {name: number for number, name in enumerate(sorted(speakers.unique()))}
    return SpokenUtterances(
        source=source,
        sha256=sha256_file(source),
        files=tuple(corpus / name for name in names),
        places=heard["audio"].map(numbers).to_numpy(np.int64),
        onsets=heard["onset"].to_numpy(np.float64),
        offsets=heard["offset"].to_numpy(np.float64),
        speakers=speakers.map(known).to_numpy(np.int64),
        rows=heard.reset_index(drop=True),
        condition=found.card.speech if found.card and found.card.speech != "none" else "",
        language=found.card.language if found.card else "",
    )
