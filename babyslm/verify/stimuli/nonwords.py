"""Errors of non-word generation and of the balanced selection."""

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = ["DistanceError", "NoBalancedWordError", "PerWordError"]


class DistanceError(UsageError):
    """The largest edit distance is not supported."""

    def __init__(self, distance: int) -> None:
        super().__init__(f"max_distance is {distance}; non-words are searched within a phone edit distance of 1 or 2")


class PerWordError(UsageError):
    """The number of non-words per word cannot be balanced."""

    def __init__(self, per_word: int) -> None:
        super().__init__(
            f"per_word is {per_word}; non-words come in pairs, one more and one less probable than the word, "
            "so it must be an even number of at least 2"
        )


class NoBalancedWordError(BabySLMError):
    """No word of the lexicon has a balanced set of non-words."""

    def __init__(self, words: int, reasons: dict[str, int]) -> None:
        counted = ", ".join(f"{reason}: {count}" for reason, count in reasons.items()) or "the lexicon is empty"
        super().__init__(
            f"none of {words} words has a balanced choice of non-words ({counted}); "
            "give a larger lexicon (--lexicon) or ask for fewer non-words a word (--per-word)"
        )
