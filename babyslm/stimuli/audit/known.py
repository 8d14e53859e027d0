"""Non-words that are words: a benchmark that calls a word a non-word measures the wrong thing."""

from collections.abc import Iterator

from babyslm.stimuli.audit.figures import Figure, count, part
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.stimuli.words.known import KnownWords

__all__ = ["known_figures"]

CHECK = "known words"
LEVELS = (3.0, 2.0)
"""Zipf frequencies: a word of 3 occurs once in a million words, one of 2 once in ten million."""

JUDGED = 2.0
ALLOWED = 0.5
"""Percent of the non-words that may sound like words of the judged frequency."""

SHOWN = 12
"""Examples given of a figure, the most frequent words first."""


def known_figures(table: StimulusTable, known: KnownWords) -> Iterator[Figure]:
    """Measure which share of the non-words of a table sounds like known words; nothing without known words.

    :param table: a lexical table.
    :param known: a broad vocabulary of the language.
    """
    if not len(known):
        return
    name = f"{table.task}/{table.split}"
    pairs = table.pairs.drop_duplicates(["phones", "bad_phones"])
    nonwords = sorted(set(pairs["bad_phones"]))
    for merged in (False, True):
        found = known.lookup(nonwords, merged=merged).assign(nonword=nonwords).dropna(subset="zipf")
        found = found.sort_values(["zipf", "nonword"], ascending=[False, True])
        for level in (*LEVELS, 0.0):
            words = found[found["zipf"] >= level]
            frequency = f"Zipf frequency {level:g} or more" if level else "any frequency"
            yield part(
                CHECK,
                name,
                f"non-words that are words of {frequency}{', after mergers' if merged else ''}",
                len(words),
                len(nonwords),
                allowed=ALLOWED if level == JUDGED and not merged else None,
                examples=(f"{row.nonword} ({row.word}, {row.zipf:.1f})" for row in words[:SHOWN].itertuples()),
            )
    same = known.same(list(pairs["phones"]), list(pairs["bad_phones"]))
    yield count("identical pairs", name, "same phones after mergers", int(same.sum()), len(pairs))
