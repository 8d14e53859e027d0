"""A crossed block cannot be solved by any sum over words or neighbours."""

from collections import Counter
from itertools import pairwise

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.stimuli.syntactic.crossing import BlockSource, realise
from babyslm.stimuli.syntactic.fillers import Filler, WordBank
from babyslm.stimuli.syntactic.templates import Phenomenon, Template, TemplateFile

NOUNS = {"dog": "dogs", "cat": "cats", "goose": "geese"}
VERBS = {"run": "runs", "sleep": "sleeps"}
ENTRIES = pd.DataFrame(
    [
        {"word": word, "lemma": lemma, "category": category, "form": form}
        for category, other, words in (("noun", "plural", NOUNS), ("verb", "third", VERBS))
        for lemma, inflected in words.items()
        for form, word in (("base", lemma), (other, inflected))
    ]
)
CROSSED = Template(
    slots={"noun": {"category": "noun"}, "adverb": {"words": ["never", "often"]}, "verb": {"category": "verb"}},
    material=["noun"],
    sentence="the {context} {adverb} {target}",
    context=("{noun}", "{noun:plural}"),
    target=("{verb:third}", "{verb}"),
)


def make(template: Template, seed: int = 0) -> BlockSource:
    phenomenon = Phenomenon(name="agreement", description="-", balance=2, templates=[template])
    return BlockSource(
        TemplateFile(language="en", phenomena=[phenomenon]), phenomenon, template, WordBank(ENTRIES), seed=seed
    )


def all_blocks(source: BlockSource) -> list[tuple[tuple[str, str], ...]]:
    return [block.pairs for material in sorted(source.materials()) for block in source.blocks(material)]


def naive_blocks() -> list[tuple[tuple[str, str], ...]]:
    return [
        (
            (f"The {one} {adverb} {runs}", f"The {one} {adverb} {run}"),
            (f"The {many} {adverb} {run}", f"The {many} {adverb} {runs}"),
            (f"The {one} {adverb} {runs}", f"The {many} {adverb} {runs}"),
            (f"The {many} {adverb} {run}", f"The {one} {adverb} {run}"),
        )
        for one, many in NOUNS.items()
        for adverb in ("never", "often")
        for run, runs in VERBS.items()
    ]


def test_every_block_is_made_once() -> None:
    assert sorted(all_blocks(make(CROSSED))) == sorted(naive_blocks())


def test_the_order_depends_on_the_seed_and_not_on_the_lexicon() -> None:
    assert all_blocks(make(CROSSED, 1)) != all_blocks(make(CROSSED, 2))
    shuffled = WordBank(ENTRIES.sample(frac=1, random_state=3))
    phenomenon = Phenomenon(name="agreement", description="-", balance=2, templates=[CROSSED])
    document = TemplateFile(language="en", phenomena=[phenomenon])
    assert all_blocks(BlockSource(document, phenomenon, CROSSED, shuffled, seed=1)) == all_blocks(make(CROSSED, 1))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_no_sum_over_words_and_neighbours_is_right_in_more_than_half(data: st.DataObject) -> None:
    weight: dict[tuple[str, ...], float] = {}

    def score(sentence: str) -> float:
        words = ["<s>", *sentence.lower().split(), "</s>"]
        total = 0.0
        for gram in [*zip(words, strict=False), *pairwise(words)]:
            # Whole numbers add up without rounding, so that equal sums are equal.
            weight.setdefault(gram, data.draw(st.integers(-1000, 1000)))
            total += weight[gram]
        return total

    pairs = [pair for block in all_blocks(make(CROSSED))[:3] for pair in block]
    right = sum(1.0 if score(good) > score(bad) else 0.5 if score(good) == score(bad) else 0.0 for good, bad in pairs)
    assert right == len(pairs) / 2


def test_two_pairs_exchange_the_target_alone() -> None:
    source = make(CROSSED.model_copy(update={"pairs": "target"}))
    for (first, first_bad), (second, second_bad) in all_blocks(source):
        assert first.split()[:3] == first_bad.split()[:3]
        assert second.split()[:3] == second_bad.split()[:3]


def test_a_plain_pair_is_a_block() -> None:
    plain = Template(
        slots={"noun": {"category": "noun"}}, material=["noun"], good="the {noun} is here", bad="{noun} the is here"
    )
    words = Counter(block for block in all_blocks(make(plain)))
    assert words == Counter({((f"The {noun} is here", f"{noun.capitalize()} the is here"),): 1 for noun in NOUNS})


def test_no_lemma_stands_in_two_slots() -> None:
    two = Template(
        slots={"noun": {"category": "noun"}, "object": {"category": "noun"}},
        material=["noun"],
        good="the {noun} and the {object}",
        bad="the {noun} the and {object}",
    )
    source = make(two)
    lemmas = [block.lemmas for material in source.materials() for block in source.blocks(material)]
    assert len(lemmas) == 6
    assert all(noun != other for noun, other in lemmas)


def test_only_words_that_go_together_meet() -> None:
    together = [{"noun": ["dog"], "verb": ["run"]}, {"noun": ["cat", "dog"], "verb": ["sleep"]}]
    source = make(CROSSED.model_copy(update={"together": together}))
    met = {(block.lemmas[0], block.lemmas[2]) for material in source.materials() for block in source.blocks(material)}
    assert met == {("dog", "run"), ("dog", "sleep"), ("cat", "sleep")}


def test_a_choice_may_name_a_shared_set_and_decides_what_fills_a_slot() -> None:
    together = [{"noun": "pets", "verb": ["run"]}, {"noun": ["goose"], "verb": ["sleep"]}]
    template = CROSSED.model_copy(update={"together": together})
    phenomenon = Phenomenon(name="agreement", description="-", balance=2, templates=[template])
    document = TemplateFile(
        language="en", phenomena=[phenomenon], sets={"pets": {"category": "noun", "only": ["dog", "unicorn"]}}
    )
    source = BlockSource(document, phenomenon, template, WordBank(ENTRIES), seed=0)
    met = {(block.lemmas[0], block.lemmas[2]) for material in source.materials() for block in source.blocks(material)}
    assert met == {("dog", "run"), ("goose", "sleep")}
    assert [filler.lemma for filler in source.fillers["noun"]] == ["dog", "goose"]


def test_a_sentence_has_a_capital_and_single_spaces() -> None:
    assert realise("{det:many}  {noun} ", {"det": Filler("each", {"many": "many"}), "noun": Filler("dog", {})}) == (
        "Many dog"
    )
