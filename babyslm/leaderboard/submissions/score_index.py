"""Scores of one table as an array: fast reading, checking and verdicts for many learners."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from babyslm.results.scores.files import score_values
from babyslm.results.scores.table import names_by_voice
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.verify.results.scores import verify_coverage
from babyslm.verify.results.submission import ConstantScoresError, TooManyLinesError
from babyslm.verify.untrusted import unpacked

__all__ = ["ScoreIndex"]

NUMBER_BYTES = 32
"""Maximum length of the number in a line, which is a name, a space, a number and a line end."""

FloatArray = NDArray[np.float64]


class ScoreIndex:
    """Index of the stimuli of a table.

    :param table: the stimuli.
    """

    def __init__(self, table: StimulusTable) -> None:
        pairs = table.pairs
        self.names = [stimulus.name for stimulus in table.stimuli]
        self.rows = len(table.rows)
        self.pair_voices = pairs["voice"].to_numpy(dtype=object)
        self._position = {name: at for at, name in enumerate(self.names)}
        self._by_voice = names_by_voice(table)
        self._good = np.array([self._position[name] for name in pairs["good"]])
        self._bad = np.array([self._position[name] for name in pairs["bad"]])
        self._limit = int(sum(len(name.encode()) + NUMBER_BYTES for name in table.rows["filename"]))
        texts = _text_codes(table)
        self._by_text = np.argsort(texts, kind="stable")
        self._starts = np.flatnonzero(np.diff(texts[self._by_text], prepend=-1))

    def read(self, path: Path) -> FloatArray:
        """Read a compressed score file: one score per stimulus, in the order of `names`, NaN if there is none.

        The file must cover all stimuli, or those of exactly one voice.

        :param path: gzip file with one `filename score` per line.
        """
        content = unpacked(path, self._limit)
        if content.count(b"\n") > self.rows:
            raise TooManyLinesError(path, self.rows)
        given, lines = score_values(content, path)
        positions = [self._position.get(name, -1) for name in given]
        if len(positions) != len(self.names) or -1 in positions:
            where = {name: f"{path.name}:{lines[name]} {ascii(name)[1:-1][:80]}" for name in given}
            verify_coverage(path, list(given), self._by_voice, where)
        values = np.full(len(self.names), np.nan)
        values[positions] = list(given.values())
        known = values[~np.isnan(values)]
        if (known == known[0]).all():
            raise ConstantScoresError(path, float(known[0]))
        return values

    def verdicts(self, values: FloatArray) -> NDArray[np.int8]:
        """Return the verdict on every row of `table.pairs`: 2 right, 1 tie, 0 wrong, -1 not scored.

        :param values: scores from `read`.
        """
        good, bad = values[self._good], values[self._bad]
        with np.errstate(invalid="ignore"):
            judged = 2 * (good > bad) + (good == bad)
        return np.where(np.isnan(good) | np.isnan(bad), -1, judged).astype(np.int8)

    def voices(self, verdicts: NDArray[np.int8]) -> tuple[str, ...]:
        """Return the voices that were scored."""
        return tuple(sorted(set(self.pair_voices[verdicts >= 0])))

    def spread_over_voices(self, values: FloatArray) -> float:
        """Return the largest difference between scores of one text by different voices; 0 for a text learner.

        :param values: scores from `read`.
        """
        ordered = values[self._by_text]
        spread = np.fmax.reduceat(ordered, self._starts) - np.fmin.reduceat(ordered, self._starts)
        return float(np.nanmax(spread))

    def sides(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the scores of the good and of the bad member of every row of `table.pairs`."""
        return values[self._good], values[self._bad]


def _text_codes(table: StimulusTable) -> NDArray[np.int64]:
    """Return the number of each text; all voices of a text share its number."""
    columns = ["word", "phones"] if table.task == "lexical" else ["transcription"]
    rows = table.rows.drop_duplicates("filename").set_index("filename")
    names = [stimulus.name for stimulus in table.stimuli]
    return np.asarray(rows.loc[names].groupby(columns, sort=True).ngroup(), dtype=np.int64)
