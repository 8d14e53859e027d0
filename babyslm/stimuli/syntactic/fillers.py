"""Words for the slots of templates and grammars, selected from a lexicon by constraints."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from babyslm.stimuli.syntactic.templates import SlotRule
from babyslm.verify.stimuli.templates import EmptySlotError, TemplateError, UnknownColumnError

__all__ = ["Filler", "WordBank"]

RESERVED = ("only", "except", "has", "lacks", "words", "starts")
VOWEL_LETTERS = frozenset("aeiouyhœæ")
"""Initial letters that may require elision or another article; h is included, since it is mute in French."""
UNINFLECTED = ("form", "word", "lemma", "phones", "frequency", "homophones")
"""Columns that differ between forms of a lemma; slots select lemmas, so they cannot be constrained on these
columns."""


@dataclass(frozen=True)
class Filler:
    """A lemma and its forms.

    :param lemma: the default form, `{noun}`.
    :param forms: name of the form -> word, `{noun:plural}`.
    :param traits: column -> value of the lemma, such as category or animacy.
    """

    lemma: str
    forms: Mapping[str, str]
    traits: Mapping[str, str] = field(default_factory=dict)

    def form(self, name: str) -> str | None:
        """Return a form, the lemma for an empty name, or None if there is no such form.

        :param name: name such as `plural`, or empty.
        """
        return self.forms.get(name) if name else self.lemma


class WordBank:
    """The lemmas of a lexicon with their forms.

    :param entries: one row per surface form, with `word, lemma, category, form` and further columns.
    """

    def __init__(self, entries: pd.DataFrame) -> None:
        self.columns = [column for column in entries.columns if column not in UNINFLECTED]
        self._matched: dict[str, tuple[Filler, ...]] = {}
        # Words of a plain list have no category, so they fit no slot that requires one.
        entries = entries.assign(**{name: entries[name].astype("object").fillna("") for name in ("category", "form")})
        grouped: dict[tuple[str, str], dict[str, str]] = {}
        traits: dict[tuple[str, str], dict[str, str]] = {}
        values = entries[self.columns].astype("object").where(entries[self.columns].notna(), "").astype(str)
        for lemma, category, form, word, row in zip(
            entries["lemma"],
            entries["category"],
            entries["form"],
            entries["word"],
            values.to_dict("records"),
            strict=True,
        ):
            # The first row of a lemma determines its traits; of two variants of a form the first is kept.
            grouped.setdefault((lemma, category), {}).setdefault(form, word)
            traits.setdefault((lemma, category), row)
        self.fillers = tuple(
            Filler(lemma, grouped[lemma, category], traits[lemma, category]) for lemma, category in sorted(grouped)
        )

    def find(self, rule: SlotRule, forms: Collection[str], *, path: Path, label: str, slot: str) -> tuple[Filler, ...]:
        """Return the fillers of a slot, sorted by lemma, each with every required form.

        :param rule: the constraints of the slot.
        :param forms: forms used in the sentences; the empty name is the lemma.
        :param path: the template file, for error messages.
        :param label: the template, for error messages.
        :param slot: the slot, for error messages.
        :raises EmptySlotError: if no word fits.
        :raises UnknownColumnError: if a constraint refers to an unknown column.
        """
        needed = sorted(set(forms))
        found = self.matching(rule, path=path, label=label, slot=slot)
        kept = tuple(filler for filler in found if all(filler.form(name) is not None for name in needed))
        if not kept:
            wanted = ", ".join(f"{key}: {value}" for key, value in rule.items() if key != "except")
            raise EmptySlotError(
                path, label, slot, f"{wanted[:160]}; forms: {', '.join(n or 'lemma' for n in needed)}"
            )
        return kept

    def matching(self, rule: SlotRule, *, path: Path, label: str, slot: str) -> tuple[Filler, ...]:
        """Return every word that meets constraints, whatever its forms; maybe none.

        :param rule: the constraints.
        :param path: the template file, for errors.
        :param label: the template, for errors.
        :param slot: the slot, for errors.
        """
        if "words" in rule:
            return tuple(_literal(value) for value in _listed(rule["words"]))
        for column in rule:
            if column not in RESERVED and column not in self.columns:
                raise UnknownColumnError(path, label, slot, column, self.columns)
        known = repr(sorted(rule.items()))  # templates share most of their constraints
        if known not in self._matched:
            wanted = [(column, _listed(value)) for column, value in rule.items()]
            self._matched[known] = tuple(filler for filler in self.fillers if _fits(filler, wanted, path, label))
        return self._matched[known]


def _listed(value: object) -> list[str | dict[str, str]]:
    return list(value) if isinstance(value, list) else [str(value)]


def _literal(value: str | dict[str, str]) -> Filler:
    if isinstance(value, str):
        return Filler(value, {})
    return Filler(next(iter(value.values())), value)


def _fits(filler: Filler, wanted: list[tuple[str, list[str | dict[str, str]]]], path: Path, label: str) -> bool:
    for key, allowed in wanted:
        match key:
            case "only":
                fits = filler.lemma in allowed
            case "except":
                fits = filler.lemma not in allowed
            case "has":
                fits = all(isinstance(form, str) and form in filler.forms for form in allowed)
            case "lacks":
                fits = not any(isinstance(form, str) and form in filler.forms for form in allowed)
            case "starts":
                if allowed not in (["consonant"], ["vowel"]):
                    raise TemplateError(path, label, f"starts is {allowed[0]!r}; it must be consonant or vowel")
                fits = (_first_letter(filler.lemma) in VOWEL_LETTERS) == (allowed == ["vowel"])
            case _:
                fits = filler.traits[key] in allowed
        if not fits:
            return False
    return True


def _first_letter(word: str) -> str:
    return unicodedata.normalize("NFD", word[0].lower())[0]
