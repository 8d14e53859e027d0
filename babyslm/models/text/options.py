"""The choices that change what a text learner's score means; every one of them is recorded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from babyslm.verify.learners.text import TextOptionError

__all__ = ["TextOptions"]

Policy = Literal["auto", "always", "never"]
TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class TextOptions:
    """How a stimulus becomes tokens, and how it is scored.

    :param input: read the spelling or the phones.
    :param bos: put the beginning-of-sequence token first: `auto` as the model was trained (what its tokenizer does;
        where that adds none, the token that separates documents, if it is both beginning and end).
    :param eos: score the end-of-sequence token after the text.
    :param leading_space: put a space before the text; `auto` leaves it to the tokenizer.
    :param capitalisation: `keep`, `lower`, or `first` (the first letter becomes a capital).
    :param punctuation: `keep`, `add` (a full stop where the text ends without a mark), or `strip` (final marks go).
    :param phone_separator: between phones in phonemic input.
    :param word_separator: between words in phonemic input; it stands there as one more symbol.
    :param pll: which pseudo-log-likelihood a masked model gives.
    :param packing: `auto` runs shared beginnings once where that is exact, `never` scores every text by itself.
    :param batch_tokens: most tokens a batch holds; 0 chooses by device. It does not change scores.
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
        """Check options as they come from a command or a call; text such as `true` is read as what it says.

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
        """Return the choices for a result's settings; `batch_tokens` is left out, since it changes nothing."""
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
    # YAML and command lines turn `never` into text, but may turn `no` and `yes` into booleans.
    text = {"true": "always", "false": "never"}.get(str(value).lower(), str(value)) if "always" in allowed else value
    if text not in allowed:
        raise TextOptionError(name, value, allowed)
    return text
