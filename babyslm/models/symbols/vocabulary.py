"""Vocabulary of a learner, and the conversion of stimuli and training lines into symbol sequences."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import BaseModel, ConfigDict

from babyslm.files import write_json, write_text
from babyslm.stimuli.stimulus import WORD_BOUNDARY, Modality, Stimulus
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.learners.folders import (
    CorruptModelError,
    MissingModelFileError,
    PhonesMissingError,
    SpellingMissingError,
    UnitError,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["BOS", "BOUNDARIES", "EOS", "SYMBOL_KINDS", "UNK", "Boundary", "SymbolKind", "Vocabulary", "normalise"]

SymbolKind = Literal["phones", "characters", "words", "bpe", "units"]
SYMBOL_KINDS: tuple[SymbolKind, ...] = get_args(SymbolKind)

Boundary = Literal["none", "between", "around"]
BOUNDARIES: tuple[Boundary, ...] = get_args(Boundary)

BOS, EOS, UNK = 0, 1, 2
SPECIAL = ("<s>", "</s>", "<unk>")
VOCABULARY_NAME = "vocabulary.json"
TOKENIZER_NAME = "tokenizer.json"
FINAL = re.compile(r"[\s.?!]+$")


def normalise(text: str) -> str:
    """Convert a sentence to the form of child-directed transcripts: lower case, single spaces, no final punctuation.

    >>> normalise("The good  mom.")
    'the good mom'
    """
    return FINAL.sub("", " ".join(text.lower().split()))


@dataclass(frozen=True)
class Vocabulary:
    """Symbols and their numbers: 0 `<s>`, 1 `</s>`, 2 `<unk>`, then the symbols of the corpus.

    :param kind: phones, characters, words, bpe or units.
    :param symbols: all symbols, in the order of their numbers.
    :param language: language in which orthographic stimuli are phonemised.
    :param boundary: word boundaries in phone strings: `none`, `between` words, or `around` each word.
    :param tokenizer: tokenizer of the `tokenizers` library; only for bpe.
    """

    kind: SymbolKind
    symbols: tuple[str, ...]
    language: str = "en"
    boundary: Boundary = "between"
    tokenizer: "Tokenizer | None" = field(default=None, compare=False)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each symbol."""
        return {symbol: number for number, symbol in enumerate(self.symbols)}

    def __len__(self) -> int:
        return len(self.symbols)

    @property
    def modality(self) -> Modality:
        """Modality of the input that the symbols represent."""
        match self.kind:
            case "phones":
                return "phonemic"
            case "units":
                return "spoken"
            case _:
                return "orthographic"

    @classmethod
    def build(
        cls,
        lines: Iterable[str],
        kind: SymbolKind,
        *,
        language: str = "en",
        boundary: Boundary = "between",
        at_least: int = 1,
        size: int = 8000,
    ) -> "Vocabulary":
        """Collect the symbols of a corpus.

        :param lines: phone strings for phones, sentences otherwise.
        :param kind: phones, characters, words or bpe.
        :param language: language of the phones.
        :param boundary: treatment of word boundaries in phone strings.
        :param at_least: fewest occurrences of a symbol; rarer ones are `<unk>`. Not for bpe.
        :param size: number of symbols of a bpe vocabulary.
        """
        if kind == "bpe":
            tokenizer = _train_bpe(map(normalise, lines), size)
            ordered = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
            return cls(kind, tuple(symbol for symbol, _ in ordered), language, boundary, tokenizer)
        empty = cls(kind, SPECIAL, language, boundary)
        counts: Counter[str] = Counter()
        for line in lines:
            counts.update(empty.split(line))
        kept = sorted(symbol for symbol, count in counts.items() if count >= at_least and symbol not in SPECIAL)
        return cls(kind, (*SPECIAL, *kept), language, boundary)

    @classmethod
    def of_units(cls, size: int) -> "Vocabulary":
        """Return the vocabulary of the speech units 0 to `size` - 1."""
        return cls("units", (*SPECIAL, *map(str, range(size))))

    def split(self, line: str) -> list[str]:
        """Split a line into symbols: a phone string, unit numbers separated by spaces, or a sentence."""
        match self.kind:
            case "phones":
                return self._bounded(line.split())
            case "characters":
                return list(normalise(line))
            case "units":
                return line.split()
            case "words":
                return normalise(line).split()
            case "bpe":
                assert self.tokenizer is not None
                return list(self.tokenizer.encode(normalise(line), add_special_tokens=False).tokens)

    def _bounded(self, phones: list[str]) -> list[str]:
        if self.boundary == "between":
            return phones
        inside = [phone for phone in phones if phone != WORD_BOUNDARY]
        if self.boundary == "none":
            return inside
        return [WORD_BOUNDARY, *phones, WORD_BOUNDARY] if inside else []

    def encode(self, lines: Sequence[str]) -> list[list[int]]:
        """Return the symbol numbers of each line, without `<s>` and `</s>`; unknown symbols become `<unk>`."""
        if self.kind == "bpe":
            assert self.tokenizer is not None
            texts = [normalise(line) for line in lines]
            return [list(e.ids) for e in self.tokenizer.encode_batch(texts, add_special_tokens=False)]
        return [[self.numbers.get(symbol, UNK) for symbol in self.split(line)] for line in lines]

    def encode_units(self, units: Iterable[int]) -> list[int]:
        """Return the symbol numbers of a sequence of speech units; an unknown unit is a `UnitError`."""
        size = len(self) - len(SPECIAL)
        numbers = []
        for unit in units:
            if not 0 <= int(unit) < size:
                raise UnitError(unit, size)
            numbers.append(int(unit) + len(SPECIAL))
        return numbers

    def encode_stimuli(self, stimuli: Sequence[Stimulus]) -> list[list[int]]:
        """Return the symbol numbers of stimuli in the form of this vocabulary.

        Missing phones are derived from the spelling. A stimulus with neither is an error that names it.
        """
        return self.encode(self._phones(stimuli) if self.kind == "phones" else self._texts(stimuli))

    @staticmethod
    def _texts(stimuli: Sequence[Stimulus]) -> list[str]:
        lacking = [stimulus.name for stimulus in stimuli if not stimulus.text]
        if lacking:
            raise SpellingMissingError(lacking)
        return [stimulus.text or "" for stimulus in stimuli]

    def _phones(self, stimuli: Sequence[Stimulus]) -> list[str]:
        lacking = [stimulus.name for stimulus in stimuli if not (stimulus.phones or stimulus.text)]
        if lacking:
            raise PhonesMissingError(lacking)
        spelled = [stimulus.text or "" for stimulus in stimuli if not stimulus.phones]
        if spelled:
            from babyslm.stimuli.phones.pronunciation import phonemize

            made = iter(phonemize(spelled, self.language))
        return [" ".join(stimulus.phones) if stimulus.phones else next(made) for stimulus in stimuli]

    def save(self, folder: Path) -> None:
        """Write `vocabulary.json`, and `tokenizer.json` for bpe."""
        if self.tokenizer is not None:
            write_text(folder / TOKENIZER_NAME, self.tokenizer.to_str(pretty=True))
        known = {"kind": self.kind, "language": self.language, "boundary": self.boundary, "symbols": self.symbols}
        write_json(folder / VOCABULARY_NAME, known)

    @classmethod
    def load(cls, folder: Path) -> "Vocabulary":
        """Read the vocabulary of a model folder."""
        path = folder / VOCABULARY_NAME
        if not path.is_file():
            raise MissingModelFileError(path)
        known = parse_document(_Stored, read_json(path), path)
        if known.symbols[: len(SPECIAL)] != SPECIAL:
            raise CorruptModelError(path, f"symbols must begin with {' '.join(SPECIAL)}")
        if len(set(known.symbols)) != len(known.symbols):
            raise CorruptModelError(path, "a symbol occurs twice")
        tokenizer = _read_tokenizer(folder / TOKENIZER_NAME) if known.kind == "bpe" else None
        return cls(known.kind, known.symbols, known.language, known.boundary, tokenizer)


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: SymbolKind
    language: str
    boundary: Boundary
    symbols: tuple[str, ...]


def _train_bpe(lines: Iterable[str], size: int) -> "Tokenizer":
    """Train byte-pair encoding in which the first symbol of every word includes the space before it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL[UNK]))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=list(SPECIAL), show_progress=False)
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def _read_tokenizer(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    if not path.is_file():
        raise MissingModelFileError(path)
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the Rust library raises plain Exception
        raise CorruptModelError(path, f"is not a tokenizer ({str(error).splitlines()[0]})") from error
