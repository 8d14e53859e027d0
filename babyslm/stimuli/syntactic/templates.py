"""Sentence templates of the phenomena, declared in `datasets/templates/LANG.yaml`.

A file contains shared word `sets` and a list of `phenomena`, each with one or more templates. A template declares
`slots` and either a plain pair (`good`, `bad`) or a crossing:

    sentence: "the {context} {adverb} {target} the {object}"
    context: ["{noun}", "{noun:plural}"]
    target: ["{verb:third}", "{verb}"]

The sentence is grammatical if context and target have the same index in their lists. `{noun}` is the lemma of a slot
and `{noun:plural}` one of its forms; a filler without a form that the template uses does not fit. `{context}` may
contain `{target}`. A slot is the name of a shared set, or constraints: `column: value` or `column: [values]` over the
columns of the lexicon; `only` and `except`, lists of lemmas; `has` and `lacks`, required and excluded forms; `starts:
consonant` (by letter); or `words`, literal fillers that may have forms (`{one: each, many: many}`) and several words
(`in the garden`). Lists may be nested, as YAML aliases are.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from babyslm.resources import resource
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.stimuli.templates import TemplateError, UnknownSetError, UnknownSlotError

__all__ = ["Choice", "Phenomenon", "SlotRule", "Template", "TemplateFile", "load_templates", "references"]


def _flat(value: Any) -> Any:
    """Flatten a list whose members are lists, as YAML aliases are: `[*people, *animals, giant]`."""
    if not isinstance(value, list):
        return value
    return [each for part in value for each in (_flat(part) if isinstance(part, list) else [part])]


Listed = Annotated[list[str | dict[str, str]], BeforeValidator(_flat)]

SlotRule = dict[str, str | Listed]
"""Constraints of a slot, by column or reserved word."""

Choice = dict[str, str | Annotated[list[str], BeforeValidator(_flat)]]
"""Fillers that make sense together, by slot: lemmas, or the name of a shared set."""

REFERENCE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


class Template(BaseModel):
    """One pattern for pairs of a phenomenon.

    :param name: distinguishes the templates of a phenomenon; it becomes the official column `subtype`.
    :param slots: slot name -> name of a shared set, or constraints.
    :param material: slots whose lemmas are the lexical material: no two splits share it, and intervals are clustered
        on it.
    :param together: combinations of fillers that make sense, by slot: lemmas, or the name of a shared set; a block
        uses one of them.
    :param sentence: the crossed sentence, with `{context}` and optionally `{target}`.
    :param context: two contexts.
    :param target: two targets; the first matches the first context, the second the second.
    :param pairs: `all` four pairs of the crossing (exchange of target and of context), or the two of `target`.
    :param good: the grammatical sentence of a plain pair.
    :param bad: the ungrammatical one.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    slots: dict[str, str | SlotRule] = Field(min_length=1)
    material: list[str] = Field(min_length=1)
    together: list[Choice] = []
    sentence: str = ""
    context: tuple[str, str] | None = None
    target: tuple[str, str] | None = None
    pairs: Literal["all", "target"] = "all"
    good: str = ""
    bad: str = ""

    @model_validator(mode="after")
    def _is_plain_or_crossed(self) -> "Template":
        crossed = bool(self.sentence and self.context and self.target)
        plain = bool(self.good and self.bad)
        if crossed == plain:
            raise ValueError("needs either good and bad, or sentence, context and target")
        return self

    @property
    def crossed(self) -> bool:
        """Whether the blocks cross target and context."""
        return self.context is not None

    @property
    def size(self) -> int:
        """Number of pairs per block: 4 or 2 of a crossing, 1 of a plain pair."""
        return {"all": 4, "target": 2}[self.pairs] if self.crossed else 1

    def sentences(self) -> Iterator[str]:
        """Yield every text of the template that contains slots."""
        yield from filter(None, (self.sentence, *(self.context or ()), *(self.target or ()), self.good, self.bad))


class Phenomenon(BaseModel):
    """A grammatical phenomenon.

    :param name: the official column `type`.
    :param description: the knowledge needed to distinguish the members.
    :param balance: highest order of word n-gram models at exactly 50 %: 2 if words and bigrams occur equally often in
        good and in bad members, 1 if only words do.
    :param templates: at least one; the pairs are distributed evenly over them.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str
    balance: Literal[1, 2]
    templates: list[Template] = Field(min_length=1)

    @property
    def size(self) -> int:
        """Number of pairs per block, the same for all templates."""
        return self.templates[0].size


class TemplateFile(BaseModel):
    """The templates of a language."""

    model_config = ConfigDict(extra="forbid")

    language: str
    sets: dict[str, SlotRule] = {}
    phenomena: list[Phenomenon] = Field(min_length=1)
    path: Path = Path()

    def rule(self, label: str, template: Template, slot: str) -> SlotRule:
        """Return the constraints of a slot, with shared sets resolved.

        :param label: name of the template, for error messages.
        :param template: the template.
        :param slot: a slot of the template.
        """
        value = template.slots[slot]
        return self.named(label, slot, value) if isinstance(value, str) else value

    def named(self, label: str, slot: str, name: str) -> SlotRule:
        """Return a shared set.

        :param label: name of the template in errors.
        :param slot: slot that asks for it.
        :param name: its name.
        """
        if name not in self.sets:
            raise UnknownSetError(self.path, label, slot, name, self.sets)
        return self.sets[name]


def references(text: str) -> list[tuple[str, str]]:
    """Return the (slot, form) references of a text; the form is empty for the lemma.

    >>> references("the {noun:plural} {verb}")
    [('noun', 'plural'), ('verb', '')]

    :param text: a sentence of a template.
    """
    return [(slot, form or "") for slot, form in REFERENCE.findall(text)]


def load_templates(language: str, path: Path | None = None) -> TemplateFile:
    """Load and check the templates of a language.

    :param language: two-letter code; `en` and `fr` are shipped.
    :param path: path of another template file; default the shipped one.
    :raises TemplateError: if a template is inconsistent.
    """
    path = path or resource("datasets", f"templates/{language}.yaml")
    document = parse_document(TemplateFile, read_yaml(path), path)
    document.path = path
    names = [phenomenon.name for phenomenon in document.phenomena]
    for phenomenon in document.phenomena:
        if names.count(phenomenon.name) > 1:
            raise TemplateError(path, phenomenon.name, "occurs twice; merge the two or rename one")
        if len({template.size for template in phenomenon.templates}) > 1:
            raise TemplateError(path, phenomenon.name, "mixes blocks of different sizes; split it into two phenomena")
        for template in phenomenon.templates:
            _check(document, phenomenon, template)
    return document


def _check(document: TemplateFile, phenomenon: Phenomenon, template: Template) -> None:
    label = f"{phenomenon.name}/{template.name}" if template.name else phenomenon.name
    marks = {"context", "target"} if template.crossed else set()
    used = {slot for text in template.sentences() for slot, _ in references(text)}
    named = used - marks | set(template.material) | {slot for choice in template.together for slot in choice}
    for slot in sorted(named):
        if slot not in template.slots:
            raise UnknownSlotError(document.path, label, slot, template.slots)
    for choice in template.together:
        for slot, value in choice.items():
            if isinstance(value, str):
                document.named(label, slot, value)
    for slot in template.slots:
        document.rule(label, template, slot)
        if slot in marks or slot not in used:
            raise TemplateError(document.path, label, f"slot {slot} is not used in any sentence; use or remove it")
    if not marks <= used:
        raise TemplateError(document.path, label, "a crossing must use {context} and {target}")
