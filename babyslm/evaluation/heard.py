"""What a learner heard in training: words that it met, and non-words that it met as words."""

from collections.abc import Set as AbstractSet
from typing import Any

from babyslm.results.result import Result

__all__ = ["HEARD", "mark_heard"]

HEARD = "heard"
"""Under this name the settings of a result count what occurs in the training corpus."""


def mark_heard(result: Result, known: AbstractSet[str], corpus: str) -> Result:
    """Mark the lexical trials by what the learner heard in training.

    The attribute `seen` tells whether the word was heard (`seen`, `unseen`), the attribute `nonword` whether the
    non-word was heard as a word (`heard`, `not heard`): such a pair asks which of two heard words is likelier. The
    accuracy of `not heard` is that without these pairs; the headline is that with them. How many words and non-words
    were heard stands in the settings.

    :param result: a result with lexical trials.
    :param known: the phone strings of the words that were heard.
    :param corpus: name of what was heard.
    """
    lexical = result.trials["task"] == "lexical"
    good, bad = (result.trials[side].isin(known) for side in ("phones", "bad_phones"))
    counts: list[dict[str, Any]] = []
    for split, trials in result.trials[lexical].groupby("split", sort=True):
        pairs = trials.drop_duplicates("id")
        met = pairs["bad_phones"].isin(known)
        words = set(pairs["phones"])
        counts.append(
            {
                "split": str(split),
                "words": len(words),
                "words_heard": len(words & known),
                "nonwords": int(pairs["bad_phones"].nunique()),
                "nonwords_heard": int(pairs["bad_phones"][met].nunique()),
                "pairs": len(pairs),
                "pairs_with_heard_nonword": int(met.sum()),
            }
        )
    marked = result.annotate(
        seen=good.map({True: "seen", False: "unseen"}).where(lexical),
        nonword=bad.map({True: "heard", False: "not heard"}).where(lexical),
    )
    return marked.with_settings({HEARD: {"corpus": corpus, "tables": counts}})
