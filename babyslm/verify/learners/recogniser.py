"""Named errors of recognisers of phones."""

from babyslm.verify.errors import BabySLMError

__all__ = ["NothingSaidError"]


class NothingSaidError(BabySLMError):
    """A voice spoke none of the pseudo-words that were drawn for it."""

    def __init__(self, voice: str, attempts: int) -> None:
        super().__init__(
            f"voice {voice}: spoke none of {attempts} pseudo-words; leave its synthesiser out of speech.synthesizers"
        )
