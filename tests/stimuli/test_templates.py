"""Templates are read whole, and whatever is wrong with them is named."""

from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

from babyslm.stimuli.syntactic.crossing import BlockSource
from babyslm.stimuli.syntactic.fillers import WordBank
from babyslm.stimuli.syntactic.templates import load_templates, references
from babyslm.verify.documents import DocumentError
from babyslm.verify.stimuli.templates import (
    EmptySlotError,
    TemplateError,
    UnknownColumnError,
    UnknownSetError,
    UnknownSlotError,
)

GOOD = """
    language: en
    sets:
      being: {category: noun, animacy: animal}
    phenomena:
      - name: agreement
        description: a verb has the number of its subject
        balance: 2
        templates:
          - slots: {noun: being, verb: {category: verb}}
            material: [noun]
            sentence: "the {context} never {target}"
            context: ["{noun}", "{noun:plural}"]
            target: ["{verb:third}", "{verb}"]
"""


def entry(word: str, lemma: str, category: str, form: str, animacy: str = "") -> dict[str, str]:
    return {"word": word, "lemma": lemma, "category": category, "form": form, "animacy": animacy, "gender": ""}


ENTRIES = pd.DataFrame(
    [
        entry("dog", "dog", "noun", "base", "animal"),
        entry("dogs", "dog", "noun", "plural", "animal"),
        entry("sheep", "sheep", "noun", "base", "animal"),
        entry("sheep", "sheep", "noun", "plural", "animal"),
        entry("milk", "milk", "noun", "base", "inanimate"),
        entry("run", "run", "verb", "base"),
        entry("runs", "run", "verb", "third"),
        entry("must", "must", "verb", "base"),
    ]
)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my-templates.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def source(path: Path) -> BlockSource:
    document = load_templates("en", path)
    phenomenon = document.phenomena[0]
    return BlockSource(document, phenomenon, phenomenon.templates[0], WordBank(ENTRIES), seed=0)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_shipped_templates_are_sound(language: str) -> None:
    document = load_templates(language)
    assert document.language == language
    for phenomenon in document.phenomena:
        assert phenomenon.description
        assert phenomenon.balance == 2 or not phenomenon.templates[0].crossed or phenomenon.name == "pronoun_case"


def test_references_are_read_with_their_form() -> None:
    assert references("the {noun:plural} {verb} {context}") == [("noun", "plural"), ("verb", ""), ("context", "")]


def test_fillers_lack_no_form_that_a_sentence_uses(tmp_path: Path) -> None:
    found = source(write(tmp_path, GOOD))
    assert [filler.lemma for filler in found.fillers["verb"]] == ["run"]


def test_words_whose_two_forms_sound_the_same_are_left_out_and_told(tmp_path: Path) -> None:
    found = source(write(tmp_path, GOOD))
    assert [filler.lemma for filler in found.fillers["noun"]] == ["dog"]
    assert found.left_out == ("sheep",)


def test_a_slot_that_is_not_declared_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("never {target}", "{adverb} {target}"))
    with pytest.raises(UnknownSlotError, match=r"my-templates.yaml: agreement: unknown slot \{adverb\}.*noun, verb"):
        load_templates("en", path)


def test_a_material_slot_that_is_not_declared_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownSlotError, match=r"\{owner\}"):
        load_templates("en", write(tmp_path, GOOD.replace("material: [noun]", "material: [owner]")))


def test_a_set_that_is_not_declared_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("noun: being", "noun: beings"))
    with pytest.raises(UnknownSetError, match=r"slot noun refers to the set 'beings'.*being"):
        load_templates("en", path)


def test_a_column_that_the_lexicon_lacks_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("animacy: animal", "aminacy: animal"))
    with pytest.raises(UnknownColumnError, match=r"agreement: slot noun .*'aminacy'.*animacy"):
        source(path)


def test_the_forms_of_a_lemma_are_no_constraint(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumnError, match="'word'"):
        source(write(tmp_path, GOOD.replace("animacy: animal", "word: dog")))


@pytest.mark.parametrize(
    ("old", "new", "slot"),
    [
        ("animacy: animal", "animacy: human", "noun"),
        ("{verb:third}", "{verb:past}", "verb"),
        ("animacy: animal", "only: [sheep]", "noun"),
        ("animacy: animal", "lacks: [plural]", "noun"),
        ("animacy: animal", "starts: vowel", "noun"),
    ],
)
def test_a_slot_that_nothing_fits_is_named(tmp_path: Path, old: str, new: str, slot: str) -> None:
    with pytest.raises(EmptySlotError, match=rf"my-templates.yaml: agreement: .*slot {slot} .*relax"):
        source(write(tmp_path, GOOD.replace(old, new)))


def test_a_choice_of_words_that_cannot_be_filled_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "            together: [{noun: [cat], verb: [run]}]\n")
    with pytest.raises(EmptySlotError, match="no choice of together"):
        source(path)


def test_a_choice_of_words_that_names_no_set_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "            together: [{noun: beasts, verb: [run]}]\n")
    with pytest.raises(UnknownSetError, match=r"slot noun refers to the set 'beasts'.*being"):
        load_templates("en", path)


def test_lists_may_hold_lists(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("animacy: animal", "only: [[dog, [cat]], cow]"))
    assert load_templates("en", path).sets["being"]["only"] == ["dog", "cat", "cow"]


def test_words_without_a_category_fit_no_slot_that_asks_for_one(tmp_path: Path) -> None:
    plain = pd.DataFrame(
        {"word": ["dog", "run"], "lemma": ["dog", "run"], "category": [None, None], "form": [None, None]}
    )
    document = load_templates("en", write(tmp_path, GOOD.replace(", animacy: animal", "")))
    phenomenon = document.phenomena[0]
    with pytest.raises(EmptySlotError, match="slot noun"):
        BlockSource(document, phenomenon, phenomenon.templates[0], WordBank(plain), seed=0)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("verb: {category: verb}", "verb: {category: verb}, spare: being", "slot spare is not used in any sentence"),
        ("never {target}", "never", r"must use \{context\} and \{target\}"),
    ],
)
def test_a_template_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        load_templates("en", write(tmp_path, GOOD.replace(old, new)))


def test_a_starting_letter_is_a_consonant_or_a_vowel(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="starts is 'loud'"):
        source(write(tmp_path, GOOD.replace("animacy: animal", "starts: loud")))


def test_two_phenomena_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = GOOD + GOOD.split("phenomena:\n")[1]
    with pytest.raises(TemplateError, match="agreement: occurs twice"):
        load_templates("en", write(tmp_path, twice))


def test_blocks_of_one_phenomenon_have_one_size(tmp_path: Path) -> None:
    plain = '          - {slots: {noun: being}, material: [noun], good: "the {noun}", bad: "{noun} the"}\n'
    with pytest.raises(TemplateError, match="different size"):
        load_templates("en", write(tmp_path, GOOD + plain))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('            target: ["{verb:third}", "{verb}"]\n', ""),
        ('sentence: "the', 'good: "a"\n            bad: "b"\n            sentence: "the'),
        ("balance: 2", "balance: 3"),
        ("material: [noun]", "materiel: [noun]"),
        ("description: a verb has the number of its subject", "description: [1]"),
    ],
)
def test_a_file_of_another_form_is_named_with_its_field(tmp_path: Path, old: str, new: str) -> None:
    text = GOOD.replace(old, new)
    assert text != GOOD
    with pytest.raises(DocumentError, match="my-templates.yaml: phenomena.0"):
        load_templates("en", write(tmp_path, text))
