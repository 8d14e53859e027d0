"""Errors of non-word generation and of the balanced choice."""

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = ["DistanceError", "NoBalancedWordError", "PerWordError"]


class DistanceError(UsageError):
    """The largest edit distance is none that is searched."""

    def __init__(self, distance: int) -> None:
        super().__init__(f"max_distance is {distance}; non-words are searched within a phone edit distance of 1 or 2")


class PerWordError(UsageError):
    """The number of non-words a word cannot be balanced."""

    def __init__(self, per_word: int) -> None:
        super().__init__(
            f"per_word is {per_word}; non-words are chosen in pairs, one likelier and one less likely than the word, "
            "so it must be an even number of at least 2"
        )


class NoBalancedWordError(BabySLMError):
    """Not one word of the lexicon has a balanced choice of non-words."""

    def __init__(self, words: int, reasons: dict[str, int]) -> None:
        counted = ", ".join(f"{reason}: {count}" for reason, count in reasons.items()) or "the lexicon is empty"
        super().__init__(
            f"none of {words} words has a balanced choice of non-words ({counted}); "
            "give a larger lexicon (--lexicon) or ask for fewer non-words a word (--per-word)"
        )
