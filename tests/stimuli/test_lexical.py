from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from babyslm.stimuli.lexical.build import LexicalBuild, build_lexical, token_weights
from babyslm.stimuli.official import read_gold, save_table
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.stimulus_set import COLUMNS, StimulusTable
from babyslm.stimuli.words.known import KnownWords
from babyslm.stimuli.words.phonotactics import Phonotactics
from babyslm.verify.stimuli.nonwords import NoBalancedWordError, PerWordError
from tests.stimuli.toy import CONSONANTS, NO_WORDS, VOWELS, ToyLexicon, toy_words


def built(lexicon: ToyLexicon, *, known: KnownWords = NO_WORDS, **settings: Any) -> LexicalBuild:
    return build_lexical(lexicon, language="en", known=known, **settings)


@pytest.fixture(scope="module")
def lexicon() -> ToyLexicon:
    return ToyLexicon(toy_words(220, 3, (3, 4, 5)))


@pytest.fixture(scope="module")
def build(lexicon: ToyLexicon) -> LexicalBuild:
    return built(lexicon, seed=0)


def pairs(build: LexicalBuild) -> pd.DataFrame:
    rows = pd.concat([table.assign(split=split) for split, table in build.tables.items()])
    good, bad = rows[rows["correct"] == 1], rows[rows["correct"] == 0]
    return good.merge(bad[["id", "phones", "filename"]], on="id", suffixes=("", "_bad"), validate="one_to_one")


def test_every_ngram_prefers_the_word_in_exactly_half_of_the_pairs_of_each_word(
    lexicon: ToyLexicon, build: LexicalBuild
) -> None:
    table = lexicon.words()
    phonotactics = Phonotactics.of(list(table["phones"]), list(table["frequency"].astype(float)))
    joined = pairs(build)
    assert len(joined) > 50
    for order in (1, 2, 3):
        for weight in ("token", "type"):
            model = phonotactics.ngram(order, weight)
            score = {
                phones: model.score(phonotactics.alphabet.encode(phones)[None])[0]
                for phones in {*joined["phones"], *joined["phones_bad"]}
            }
            prefers = joined["phones"].map(score) > joined["phones_bad"].map(score)
            assert (prefers.groupby(joined["phones"]).mean() == 0.5).all(), (order, weight)


def test_the_tables_have_the_official_form(build: LexicalBuild, tmp_path: Path) -> None:
    for split, rows in build.tables.items():
        assert list(rows.columns) == list(COLUMNS["lexical"])
        table = StimulusTable("lexical", split, rows)
        save_table(table, tmp_path / "gold.csv")
        again = read_gold(tmp_path / "gold.csv", "lexical")
        pd.testing.assert_frame_equal(again, rows, check_dtype=False)
        nonwords = rows[rows["correct"] == 0]
        assert (nonwords["filename"] == nonwords["phones"].str.replace(" ", "_")).all()
        assert nonwords["frequency"].isna().all()
        assert (nonwords["word"] == "").all()
        assert rows[rows["correct"] == 1]["filename"].equals(rows[rows["correct"] == 1]["word"])


def test_the_splits_share_no_word_and_no_non_word(build: LexicalBuild) -> None:
    dev, test = (set(build.tables[split]["phones"]) for split in ("dev", "test"))
    assert dev
    assert not dev & test
    words = build.tables["dev"].query("correct == 1")["word"].nunique()
    assert words / build.figures["kept"] == pytest.approx(0.2, abs=0.02)


def test_no_non_word_serves_twice_or_is_a_word(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    joined = pairs(build)
    assert not joined["phones_bad"].duplicated().any()
    assert not set(joined["phones_bad"]) & set(lexicon.words()["phones"])
    assert joined.groupby("phones").size().between(2, 10).all()
    assert (joined["phones"].str.split().str.len() == joined["phones_bad"].str.split().str.len()).all()


def test_every_word_is_kept_or_left_out_with_a_reason(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    kept = set(pairs(build)["phones"])
    left = set(build.left_out["phones"])
    assert kept | left == set(lexicon.words()["phones"])
    assert not kept & left
    assert (build.left_out["reason"] != "").all()
    assert sum(build.figures["left_out"].values()) == len(left)


def test_the_build_does_not_depend_on_the_workers(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    again = built(lexicon, seed=0, workers=2)
    for split, table in build.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[split])


def test_the_build_does_not_depend_on_the_order_of_the_lexicon(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    shuffled = ToyLexicon([])
    shuffled.table = lexicon.words().sample(frac=1, random_state=4)
    again = built(shuffled, seed=0)
    for split, table in build.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[split])


def test_another_seed_gives_another_set(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    again = built(lexicon, seed=1)
    assert not build.tables["test"].equals(again.tables["test"])


def test_fewer_non_words_a_word_are_given_when_fewer_are_asked_for(lexicon: ToyLexicon) -> None:
    build = built(lexicon, seed=0, per_word=2)
    assert set(pairs(build).groupby("phones").size()) == {2}


def test_known_words_and_what_sounds_like_them_are_no_non_words(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    planted = sorted(pairs(build)["phones_bad"])[::2]
    known = KnownWords.of("en", [(phones, f"known{number}", 2.5) for number, phones in enumerate(planted)])
    again = built(lexicon, seed=0, known=known)
    merged = load_phone_set("en").mergers.merged
    words = {merged(phones) for phones in [*planted, *lexicon.words()["phones"]]}
    assert not words & {merged(phones) for phones in pairs(again)["phones_bad"]}
    assert again.figures["known_words"] == {"sources": [], "phone_strings": len(planted), "rare_nonwords": 0}


def strings_but(words: set[str]) -> list[str]:
    """Return every string of the made-up phones, of the lengths of the lexicon, that is not one of these words."""
    lengths = [product((*CONSONANTS, *VOWELS), repeat=length) for length in (3, 4, 5)]
    return sorted({" ".join(each) for strings in lengths for each in strings} - words)


def test_rare_words_are_taken_only_where_a_word_has_nothing_else(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    every = pairs(build)
    spared = set(every["phones_bad"][every["phones"].isin(sorted(every["phones"].unique())[::2])])
    planted = strings_but(set(lexicon.words()["phones"]) | spared)
    rare, strict = (
        pairs(built(lexicon, seed=0, known=KnownWords.of("en", [(phones, "known", zipf) for phones in planted])))
        for zipf in (1.49, 1.5)
    )
    assert not set(strict["phones_bad"]) & set(planted)
    taken = rare[rare["phones_bad"].isin(planted)]
    assert len(taken)
    # A word that has a choice without rare words has none that is rare.
    assert not set(taken["phones"]) & set(strict["phones"])
    assert set(rare["phones"]) - set(taken["phones"])


def test_the_number_of_rare_words_among_the_non_words_is_told(lexicon: ToyLexicon) -> None:
    planted = strings_but(set(lexicon.words()["phones"]))
    known = KnownWords.of("en", [(phones, "known", 0.0) for phones in planted])
    again = built(lexicon, seed=0, known=known)
    assert len(pairs(again)) > 20
    assert again.figures["known_words"]["rare_nonwords"] == len(pairs(again))


def test_a_regular_form_of_a_word_is_no_non_word(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    words = set(lexicon.words()["phones"])
    for phones in pairs(build)["phones_bad"]:
        for ending in ("s", "t"):
            assert not (phones.endswith(f" {ending}") and phones.removesuffix(f" {ending}") in words)


def test_taboo_words_are_neither_words_nor_non_words(
    monkeypatch: pytest.MonkeyPatch, lexicon: ToyLexicon, build: LexicalBuild
) -> None:
    taboo = frozenset([*pairs(build)["phones"].unique()[:5], *pairs(build)["phones_bad"].unique()[:5]])
    monkeypatch.setattr("babyslm.stimuli.lexical.build.taboo_phones", lambda language: taboo)
    again = built(lexicon, seed=0)
    assert not taboo & {*pairs(again)["phones"], *pairs(again)["phones_bad"]}
    assert (again.left_out["reason"] == "taboo").sum() == 5


def test_of_two_words_with_one_spelling_the_more_frequent_stays(lexicon: ToyLexicon) -> None:
    twice = ToyLexicon([])
    twice.table = lexicon.words().copy()
    twice.table.loc[[3, 4], "word"] = "bow"
    twice.table.loc[[3, 4], "frequency"] = [1, 900]
    build = built(twice, seed=0)
    left = build.left_out[build.left_out["reason"] == "same spelling"]
    assert left["phones"].tolist() == [twice.table["phones"][3]]


def test_words_that_nobody_counted_weigh_by_their_age() -> None:
    words = pd.DataFrame(
        {
            "frequency": pd.array([7, pd.NA, pd.NA, pd.NA], dtype="Int64"),
            "age_band": ["12-18", "12-18", "36-60", ""],
        }
    )
    assert token_weights(words).tolist() == [7, 8, 1, 1]
    assert token_weights(words.drop(columns="age_band")).tolist() == [7, 1, 1, 1]


def test_an_uncounted_lexicon_leaves_the_frequency_empty() -> None:
    build = built(ToyLexicon(toy_words(150, 8, (3, 4, 5)), counted=False), seed=0)
    assert build.tables["test"]["frequency"].isna().all()


def test_a_part_of_the_words_is_asked_for_and_balanced_by_itself(lexicon: ToyLexicon, build: LexicalBuild) -> None:
    targets = set(lexicon.words()["phones"][::2])
    some = built(lexicon, seed=0, targets=targets)
    assert set(pairs(some)["phones"]) <= targets
    assert set(pairs(some)["phones"]) | set(some.left_out["phones"]) == targets
    few = built(lexicon, seed=0, targets=targets, most=20)
    assert few.figures["kept"] + few.figures["left_out"].get("non-words taken", 0) == 20
    assert few.figures["kept"] > 15
    assert set(pairs(few)["phones"]) <= targets
    for each in (some, few):
        assert not set(pairs(each)["phones_bad"]) & set(lexicon.words()["phones"])
    enough = built(lexicon, seed=0, most=len(lexicon.words()))
    for split, table in build.tables.items():
        pd.testing.assert_frame_equal(table, enough.tables[split])


@pytest.mark.parametrize("per_word", [0, 3])
def test_an_odd_number_of_non_words_is_refused(lexicon: ToyLexicon, per_word: int) -> None:
    with pytest.raises(PerWordError, match=f"per_word is {per_word}"):
        built(lexicon, seed=0, per_word=per_word)


def test_nothing_balanced_is_an_error_that_says_why() -> None:
    with pytest.raises(NoBalancedWordError, match="no non-word near: 2"):
        built(ToyLexicon(["p ɪ", "t æ"]), seed=0)
    with pytest.raises(NoBalancedWordError, match="none of 0 words"):
        built(ToyLexicon([]), seed=0)
