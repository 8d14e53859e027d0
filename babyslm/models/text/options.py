"""Options that affect the score of a text learner; all of them are recorded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from babyslm.verify.learners.text import TextOptionError

__all__ = ["TextOptions"]

Policy = Literal["auto", "always", "never"]
TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class TextOptions:
    """Conversion of a stimulus into tokens, and its scoring.

    :param input: read the spelling or the phones.
    :param bos: put the begin token first: `auto` as the model was trained (what its tokenizer does; if the tokenizer
        adds none, the token that separates documents, provided it is both begin and end token).
    :param eos: score the end token after the text.
    :param leading_space: put a space before the text; `auto` leaves it to the tokenizer.
    :param capitalisation: `keep`, `lower`, or `first` (the first letter becomes a capital).
    :param punctuation: `keep`, `add` (a full stop if the text has no final punctuation), or `strip` (final punctuation
        is removed).
    :param phone_separator: separator of phones in phonemic input.
    :param word_separator: separator of words in phonemic input; it is one more symbol there.
    :param pll: formula of the pseudo-log-likelihood of a masked model.
    :param packing: `auto` computes shared prefixes once where that is exact, `never` scores every text by itself.
    :param batch_tokens: upper limit on the tokens of a batch; 0 chooses by device. It does not affect scores.
    """

    input: Literal["orthographic", "phonemic"] = "orthographic"
    bos: Policy = "auto"
    eos: bool = False
    leading_space: Policy = "auto"
    capitalisation: Literal["keep", "lower", "first"] = "keep"
    punctuation: Literal["keep", "add", "strip"] = "keep"
    phone_separator: str = " "
    word_separator: str = "|"
    pll: Literal["original", "word_l2r", "span", "unmasked"] = "original"
    packing: Literal["auto", "never"] = "auto"
    batch_tokens: int = 0

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> "TextOptions":
        """Check options from a command or a call; strings such as `true` are converted to values.

        :raises TextOptionError: for an unknown name or value.
        """
        types = get_type_hints(cls)
        names = [field.name for field in fields(cls)]
        read: dict[str, Any] = {}
        for name, value in values.items():
            key = name.replace("-", "_")
            if key not in names:
                raise TextOptionError("option", name, names)
            read[key] = _read(key, value, types[key])
        return cls(**read)

    def record(self) -> dict[str, Any]:
        """Return the options for a result's settings, without `batch_tokens`, which does not affect scores."""
        return {name: value for name, value in asdict(self).items() if name != "batch_tokens"}


def _read(name: str, value: Any, kind: Any) -> Any:
    if kind is str:
        return str(value)
    if kind is bool:
        text = str(value).lower()
        if text not in TRUE + FALSE:
            raise TextOptionError(name, value, ("true", "false"))
        return text in TRUE
    if kind is int:
        if not str(value).isdecimal():
            raise TextOptionError(name, value, ("a number of tokens",))
        return int(value)
    allowed = get_args(kind)
    # YAML and command lines read `never` as a string, but may turn `no` and `yes` into booleans.
    text = {"true": "always", "false": "never"}.get(str(value).lower(), str(value)) if "always" in allowed else value
    if text not in allowed:
        raise TextOptionError(name, value, allowed)
    return text
