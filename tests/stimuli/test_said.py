"""Items that are not said as asked are never chosen, and the balance is that of a choice without them."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from babyslm.stimuli.lexical.build import LexicalBuild, build_lexical
from babyslm.stimuli.stimulus import SPLITS, Split
from babyslm.stimuli.words.lexicon import load_lexicon
from tests.stimuli.test_heard import made_up_sounds
from tests.stimuli.toy import NO_WORDS


class Critic:
    """Finds fault with every string that has a phone of a set, and notes what it was asked."""

    def __init__(self, phones: Collection[str]) -> None:
        self.phones = frozenset(phones)
        self.asked: list[dict[Split, tuple[str, ...]]] = []

    def __call__(self, asked: Mapping[Split, Sequence[str]]) -> dict[Split, frozenset[str]]:
        self.asked.append({split: tuple(strings) for split, strings in asked.items()})
        return {
            split: frozenset(string for string in strings if self.phones & set(string.split()))
            for split, strings in asked.items()
        }


def build(critic: Critic | None) -> LexicalBuild:
    lexicon = load_lexicon(language="en")
    return build_lexical(lexicon, language="en", known=NO_WORDS, seed=0, most=60, sounds=made_up_sounds, said=critic)


def strings(made: LexicalBuild) -> set[str]:
    return {phones for table in made.tables.values() for phones in table["phones"]}


def test_what_is_not_said_as_asked_is_never_chosen() -> None:
    critic = Critic({"ʃ", "v"})
    plain, heard = build(None), build(critic)
    assert any(critic.phones & set(string.split()) for string in strings(plain))
    assert not any(critic.phones & set(string.split()) for string in strings(heard))
    assert len(critic.asked) >= 2  # what takes the place of a faulty item is heard as well
    asked = [set(critic.asked[-1][split]) for split in SPLITS]
    tables = [set(heard.tables[split]["phones"]) for split in SPLITS]
    assert asked == tables


def test_a_faulty_word_is_left_out_with_its_non_words_and_listed() -> None:
    critic = Critic({"v"})
    heard = build(critic)
    reasons = heard.left_out[heard.left_out["reason"] == "not said as asked"]
    assert len(reasons)
    assert heard.figures["left_out"]["not said as asked"] == len(reasons)
    faulty = reasons[reasons["phones"].map(lambda phones: "v" in phones.split())]
    assert len(faulty)
    assert not set(faulty["phones"]) & strings(heard)


def test_partners_stay_together() -> None:
    heard = build(Critic({"ʃ", "v", "z"}))
    for table in heard.tables.values():
        sides = table.groupby("id")["correct"].agg(["sum", "size"])
        assert (sides["sum"] == 1).all()
        assert (sides["size"] == 2).all()
        nonwords = table[table["correct"] == 0].groupby("word")["id"].nunique()
        assert (nonwords % 2 == 0).all()  # non-words come in opposite pairs, which are left out as a whole


def test_a_set_without_faults_is_that_of_a_choice_without_a_recogniser() -> None:
    plain, heard = build(None), build(Critic(set()))
    for split in SPLITS:
        pd.testing.assert_frame_equal(plain.tables[split], heard.tables[split])
