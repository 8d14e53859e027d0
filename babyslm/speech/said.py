"""Was it said as asked? What a recogniser of phones hears in spoken items, against the phones that were asked for.

espeak-ng reports what it spoke; a neural voice does not. A recogniser hears every item, and its phone error is the
number of substitutions, deletions and insertions between what was asked and what was heard, divided by the number of
phones asked. No recogniser is free of errors, and voices differ in how well it knows them. An item is therefore
conspicuous only within its voice: of its n phones, more differ than

    n p + 3.5 sqrt(n p (1 - p)),

where p is the phone error of the voice over all its items, and at least two. This is the mean of a binomial of n
phones and 3.5 standard deviations, so that short and long items are treated alike. The rule sees the asked and heard
phones and the voice, never whether an item is a word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.progress import bar
from babyslm.speech.audio import Samples, read_audio
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.stimuli.audit.classifier import clustered_error
from babyslm.stimuli.audit.figures import Figure, part, share
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.speech.said import UnwrittenPhonesError

__all__ = ["Transcriber", "Usual", "compare_phones", "hear_table", "said_figures", "unlike_asked", "usual_errors"]

STEEP = 3.5
"""Standard deviations above the usual number of differing phones from which on an item is conspicuous."""

FEWEST = 2
"""Phones that must differ in a conspicuous item: one may be a slip of the recogniser."""

TOLERANCE, ERRORS = 1.5, 2.0
"""Points from 50 % within which the phone error may prefer the good member of the pairs, and clustered standard errors
that are allowed instead where they are more: a misheard word is a member of all pairs with its non-words."""

BATCH = 64
"""Sounds transcribed at once."""

LISTED = 20
"""Conspicuous items that are named in a figure; the table of heard items holds all."""


class Transcriber(Protocol):
    """A recogniser of phones, such as `babyslm.models.recogniser.Recogniser`."""

    @property
    def language(self) -> str:
        """Two-letter code of the phones."""

    def transcribe(self, waveforms: Sequence[Samples]) -> Sequence[tuple[str, ...]]:
        """Return the phones of each waveform, without word boundaries."""


@dataclass(frozen=True)
class Usual:
    """The usual phone errors of a voice.

    :param items: number of items.
    :param error: phones that differ, divided by phones asked, over all items.
    """

    items: int
    error: float

    def most(self, phones: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how many phones may differ in inconspicuous items with so many phones (see the module).

        :param phones: shape (items,).
        """
        share = min(self.error, 0.5)  # a voice that is hardly understood has no narrower spread; p may exceed 1
        spread = np.sqrt(phones * share * (1 - share))
        return np.asarray(np.maximum(phones * self.error + STEEP * spread, FEWEST - 1), dtype=np.float64)


def compare_phones(asked: Sequence[str], heard: Sequence[str]) -> int:
    """Return the smallest number of substitutions, deletions and insertions between two phone strings.

    >>> compare_phones("d ɔ ɡ".split(), "d ɔ k s".split())
    2
    """
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(asked, heard))


def hear_table(table: StimulusTable, recogniser: Transcriber) -> pd.DataFrame:
    """Transcribe all sounds of a table.

    :param table: a table with sound and with the phones of each item.
    :param recogniser: the recogniser.
    :returns: one row per sound: `file`, `voice`, `asked` and `heard` (phones separated by spaces, as they can be
        heard), `phones` (number asked), `differ`, `error`.
    :raises UnwrittenPhonesError: if the table does not state the phones of its items.
    """
    items = table.stimuli
    silent = [item.name for item in items if not item.phones]
    if silent:
        raise UnwrittenPhonesError(f"{table.task}/{table.split}", silent)
    audible = load_mnemonics(recogniser.language).audible
    heard: list[tuple[str, ...]] = []
    with bar(f"{table.task}/{table.split} heard", len(items)) as progress:
        for start in range(0, len(items), BATCH):
            paths = [table.audio_path(item.name) for item in items[start : start + BATCH]]
            heard += [audible(found) for found in recogniser.transcribe([read_audio(p) for p in paths if p])]
            progress.advance(len(paths))
    asked = [audible(item.phones or ()) for item in items]
    return heard_rows([item.name for item in items], [item.voice or "" for item in items], asked, heard)


def heard_rows(
    files: Sequence[str], voices: Sequence[str], asked: Sequence[tuple[str, ...]], heard: Sequence[tuple[str, ...]]
) -> pd.DataFrame:
    """Return the table of heard items; see `hear_table`."""
    rows = pd.DataFrame(
        {
            "file": list(files),
            "voice": list(voices),
            "asked": [" ".join(phones) for phones in asked],
            "heard": [" ".join(phones) for phones in heard],
            "phones": [len(phones) for phones in asked],
            "differ": [compare_phones(*each) for each in zip(asked, heard, strict=True)],
        }
    ).astype({"phones": "int64", "differ": "int64"})
    return rows.assign(error=rows["differ"] / rows["phones"])


def usual_errors(heard: pd.DataFrame) -> dict[str, Usual]:
    """Return the usual phone errors of each voice.

    :param heard: rows of `hear_table`, of one table or several.
    """
    return {
        str(voice): Usual(len(rows), float(rows["differ"].sum() / rows["phones"].sum()))
        for voice, rows in heard.groupby("voice", sort=True)
    }


def unlike_asked(heard: pd.DataFrame, usual: Mapping[str, Usual]) -> NDArray[np.bool_]:
    """Say of each item whether it is conspicuous in its voice (see the module).

    :param heard: rows of `hear_table`.
    :param usual: the usual errors of all voices.
    """
    found = np.zeros(len(heard), dtype=np.bool_)
    for voice, places in heard.groupby("voice").indices.items():
        rows = heard.iloc[places]
        found[places] = rows["differ"].to_numpy() > usual[str(voice)].most(rows["phones"].to_numpy())
    return found


@dataclass(frozen=True)
class Said:
    """What a recogniser heard in a set.

    :param figures: of the audit.
    :param items: one row per sound: `table`, the columns of `hear_table`, and `unlike`, whether it is conspicuous.
    """

    figures: tuple[Figure, ...]
    items: pd.DataFrame = field(repr=False)


def said_figures(stimuli: StimulusSet, recogniser: Transcriber) -> Said:
    """Hear every table with sound.

    Judged is whether the phone error identifies the good member of the pairs, over all voices. The phone error of
    each voice and the conspicuous items are information.

    :param stimuli: the set.
    :param recogniser: the recogniser.
    """
    figures: list[Figure] = []
    tables = []
    for table in stimuli:
        if table.folder is None:
            continue
        heard = hear_table(table, recogniser)
        usual = usual_errors(heard)
        heard = heard.assign(unlike=unlike_asked(heard, usual))
        figures += _table_figures(table, heard)
        tables.append(heard.assign(table=f"{table.task}/{table.split}"))
    columns = ["table", "file", "voice", "asked", "heard", "phones", "differ", "error", "unlike"]
    items = pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    return Said(tuple(figures), items)


def _table_figures(table: StimulusTable, heard: pd.DataFrame) -> Iterable[Figure]:
    name = f"{table.task}/{table.split}"
    for voice, rows in heard.groupby("voice", sort=True):
        wrong, asked = int(rows["differ"].sum()), int(rows["phones"].sum())
        yield part("said as asked", name, "phone error", wrong, asked, allowed=None, subset=str(voice))
    for voice, rows in heard.groupby("voice", sort=True):
        worst = rows[rows["unlike"]].sort_values(["error", "file"], ascending=[False, True])
        examples = [
            f"{row.file}: {row.asked} heard as {row.heard or 'nothing'}" for row in worst[:LISTED].itertuples()
        ]
        yield part(
            "said as asked",
            name,
            "items unlike what was asked",
            len(worst),
            len(rows),
            allowed=None,
            subset=str(voice),
            examples=examples,
        )
    errors = heard.set_index("file")["error"]
    pairs = table.pairs
    preference = pairs["bad"].map(errors).to_numpy(np.float64) - pairs["good"].map(errors).to_numpy(np.float64)
    right = np.where(preference == 0, 0.5, preference > 0)
    tolerance = max(TOLERANCE, round(ERRORS * clustered_error(right, list(pairs["cluster"])), 2))
    yield share("said as asked", name, "fewer phones differ", preference, tolerance=tolerance)
    for voice, places in pairs.groupby("voice").indices.items():
        yield share(
            "said as asked", name, "fewer phones differ", preference[places], tolerance=None, subset=str(voice)
        )
