"""Lexicons: what is shipped is sound, and what users bring is read, counted and checked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.resources import resource
from babyslm.stimuli.phones.pronunciation import load_phone_set, phonemize
from babyslm.stimuli.words.counts import count_words, words_of
from babyslm.stimuli.words.lexicon import (
    BASE,
    CLOSED_CLASSES,
    ENTRY_COLUMNS,
    LEMMA_COLUMNS,
    Lexicon,
    load_lexicon,
    read_lemmas,
    taboo_phones,
)
from babyslm.verify.errors import BabySLMError
from babyslm.verify.stimuli.lexicon import (
    DuplicateLemmaError,
    LexiconColumnsError,
    LexiconFormatError,
    LexiconRowError,
    UnknownAgeBandError,
)

HEADER = "\t".join(LEMMA_COLUMNS) + "\n"
PERSONS = {"first", "second", "third", "first_plural", "second_plural", "third_plural", "participle"}


@pytest.fixture(scope="module")
def english() -> Lexicon:
    return load_lexicon(language="en")


@pytest.fixture(scope="module")
def french() -> Lexicon:
    return load_lexicon(language="fr")


def shipped(language: str) -> pd.DataFrame:
    table = read_lemmas(resource("datasets", f"lexicons/child-{language}.tsv"))
    table["names"] = [{pair.split("=")[0] for pair in forms.split(";") if pair} for forms in table["forms"]]
    return table


@pytest.mark.parametrize("language", ["en", "fr"])
class TestShippedLists:
    def test_hold_at_least_1250_lemmas_sorted_by_category_and_word(self, language: str) -> None:
        table = shipped(language)
        assert len(table) >= 1250
        keys = list(zip(table["category"], table["word"].str.casefold(), table["word"], strict=True))
        assert keys == sorted(set(keys))

    def test_every_word_is_spoken_with_phones_of_the_set(self, language: str) -> None:
        entries = load_lexicon(language=language).entries
        known = set(load_phone_set(language).inventory)
        assert {phone for phones in entries["phones"] for phone in phones.split()} <= known

    def test_no_word_sounds_like_a_taboo_word(self, language: str) -> None:
        entries = load_lexicon(language=language).entries
        taboo = taboo_phones(language)
        assert len(taboo) > 20
        assert entries[entries["phones"].isin(taboo)]["word"].tolist() == []

    def test_columns_are_filled_where_the_category_asks_for_it_and_only_there(self, language: str) -> None:
        table = shipped(language)
        nouns, verbs = table["category"] == "noun", table["category"] == "verb"
        assert (table.loc[nouns, "animacy"] != "").all()
        assert (table.loc[verbs, "frame"] != "").all()
        assert (table.loc[~verbs, "frame"] == "").all()
        assert table.loc[nouns & (table["animacy"] == "human"), "gender"].isin(["feminine", "masculine"]).sum() >= 40
        assert set(table["age_band"]) == {"12-18", "18-24", "24-36", "36-60"}

    def test_frequent_categories_are_all_there(self, language: str) -> None:
        counts = shipped(language)["category"].value_counts()
        assert counts["noun"] >= 600
        assert counts["verb"] >= 250
        assert counts["adjective"] >= 150
        assert {"adverb", "pronoun", "determiner", "preposition", "conjunction", "interjection"} <= set(counts.index)
        assert {"number", "auxiliary", "question"} <= set(counts.index)


def test_english_forms_are_complete() -> None:
    table = shipped("en")
    by_category = table.groupby("category")["names"]
    assert set(map(frozenset, by_category.get_group("noun"))) == {frozenset({"plural"}), frozenset()}
    verb = frozenset({"third", "past", "participle", "progressive"})
    assert set(map(frozenset, by_category.get_group("verb"))) == {verb}
    degrees = frozenset({"comparative", "superlative"})
    assert set(map(frozenset, by_category.get_group("adjective"))) == {degrees, frozenset()}


def test_french_forms_and_genders_are_complete() -> None:
    table = shipped("fr")
    by_category = table.groupby("category")["names"]
    assert set(map(frozenset, by_category.get_group("noun"))) == {frozenset({"plural"}), frozenset()}
    assert set(map(frozenset, by_category.get_group("verb"))) == {frozenset(PERSONS)}
    agreement = {"feminine", "plural", "feminine_plural"}
    assert all(agreement <= names <= agreement | {"prevocalic"} for names in by_category.get_group("adjective"))
    assert table.loc[table["category"] == "noun", "gender"].isin(["feminine", "masculine"]).all()


@pytest.mark.parametrize(
    ("lemma", "category", "forms"),
    [
        ("child", "noun", {"plural": "children"}),
        ("sheep", "noun", {"plural": "sheep"}),
        ("potato", "noun", {"plural": "potatoes"}),
        ("milk", "noun", {}),
        ("go", "verb", {"third": "goes", "past": "went", "participle": "gone", "progressive": "going"}),
        ("hop", "verb", {"third": "hops", "past": "hopped", "participle": "hopped", "progressive": "hopping"}),
        ("cry", "verb", {"third": "cries", "past": "cried", "participle": "cried", "progressive": "crying"}),
        ("die", "verb", {"third": "dies", "past": "died", "participle": "died", "progressive": "dying"}),
        ("big", "adjective", {"comparative": "bigger", "superlative": "biggest"}),
        ("she", "pronoun", {"object": "her", "possessive": "hers", "reflexive": "herself"}),
    ],
)
def test_english_words_are_inflected_correctly(
    english: Lexicon, lemma: str, category: str, forms: dict[str, str]
) -> None:
    assert english.forms(lemma, category) == {BASE: lemma, **forms}


@pytest.mark.parametrize(
    ("lemma", "category", "forms"),
    [
        ("cheval", "noun", {"plural": "chevaux"}),
        ("œil", "noun", {"plural": "yeux"}),
        ("genou", "noun", {"plural": "genoux"}),
        ("clou", "noun", {"plural": "clous"}),
        (
            "beau",
            "adjective",
            {"feminine": "belle", "plural": "beaux", "feminine_plural": "belles", "prevocalic": "bel"},
        ),
        ("heureux", "adjective", {"feminine": "heureuse", "plural": "heureux", "feminine_plural": "heureuses"}),
    ],
)
def test_french_words_are_inflected_correctly(
    french: Lexicon, lemma: str, category: str, forms: dict[str, str]
) -> None:
    assert forms.items() <= french.forms(lemma, category).items()


@pytest.mark.parametrize(
    ("lemma", "persons"),
    [
        ("manger", "mange manges mange mangeons mangez mangent mangé"),
        ("commencer", "commence commences commence commençons commencez commencent commencé"),
        ("jeter", "jette jettes jette jetons jetez jettent jeté"),
        ("acheter", "achète achètes achète achetons achetez achètent acheté"),
        ("préférer", "préfère préfères préfère préférons préférez préfèrent préféré"),
        ("nettoyer", "nettoie nettoies nettoie nettoyons nettoyez nettoient nettoyé"),
        ("finir", "finis finis finit finissons finissez finissent fini"),
        ("faire", "fais fais fait faisons faites font fait"),
        ("prendre", "prends prends prend prenons prenez prennent pris"),
    ],
)
def test_french_verbs_are_conjugated_correctly(french: Lexicon, lemma: str, persons: str) -> None:
    named = french.forms(lemma, "verb")
    order = ("first", "second", "third", "first_plural", "second_plural", "third_plural", "participle")
    assert [named[person] for person in order] == persons.split()


def test_entries_have_the_documented_columns_and_no_frequency_without_a_corpus(english: Lexicon) -> None:
    assert tuple(english.entries.columns) == ENTRY_COLUMNS
    assert english.entries["frequency"].isna().all()
    assert english.words()["frequency"].isna().all()
    assert english.forms("unheard-of", "noun") == {}
    assert len(english) == len(english.entries)


def test_words_are_distinct_phone_strings(english: Lexicon) -> None:
    words = english.words()
    assert words["phones"].is_unique
    assert set(words["phones"]) == set(english.entries["phones"])
    assert (words["length"] == [len(phones.split()) for phones in words["phones"]]).all()
    assert phonemize(list(words["word"]), "en") == list(words["phones"])


def naive_words(rows: list[tuple[str, str, int]]) -> dict[str, tuple[str, int]]:
    """phones -> (representative, frequency) of (word, phones, count) rows of distinct words."""
    found: dict[str, tuple[str, int]] = {}
    for phones in {phones for _, phones, _ in rows}:
        group = sorted((-count, word) for word, same, count in rows if same == phones)
        found[phones] = (group[0][1], -sum(count for count, _ in group))
    return found


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["bee", "be", "eye", "i", "cat", "to", "two", "too"]), st.integers(1, 9), min_size=1
    ),
    st.randoms(use_true_random=False),
)
def test_homophones_are_one_word_under_the_most_frequent_spelling(counts: dict[str, int], random: object) -> None:
    import tempfile

    items = list(counts.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "counts.tsv"
        path.write_text("".join(f"{word}\t{count}\n" for word, count in items), encoding="utf-8")
        lexicon = load_lexicon(path, language="en")
    said = dict(zip(counts, phonemize(list(counts), "en"), strict=True))
    expected = naive_words([(word, said[word], count) for word, count in counts.items()])
    words = lexicon.words()
    found = {row.phones: (row.word, row.frequency) for row in words.itertuples()}
    assert found == expected
    assert all(entry.homophones == expected[entry.phones][0] for entry in lexicon.entries.itertuples())
    assert list(words["phones"]) == sorted(words["phones"])


def corpus(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_parquet(path)
    return path


class TestCorpora:
    def test_codes_and_stray_letters_are_no_words(self) -> None:
        line = "xxx &=laughs 0det I saw a b c big_dog [//] www &-um +... yyy 25 dogs o'clock ."
        assert words_of(line, "en") == ["i", "saw", "a", "big", "dog", "dogs", "o'clock"]

    def test_french_elisions_are_cut_off_and_its_one_letter_words_stay(self) -> None:
        line = "L'eau qu'il y a, c'est à toi d'aller aujourd'hui ô t b"
        assert words_of(line, "fr") == ["eau", "il", "y", "a", "est", "à", "toi", "aller", "aujourd'hui", "ô"]

    def test_tokens_are_counted_with_their_commonest_category_and_first_age(self, tmp_path: Path) -> None:
        path = corpus(
            tmp_path / "childes.parquet",
            [
                {
                    "gloss": "the dog runs",
                    "part_of_speech": "det:art n v",
                    "target_child_age": 700.0,
                    "speaker_role": "Mother",
                },
                {"gloss": "dog dog", "part_of_speech": "v n", "target_child_age": 400.0, "speaker_role": "Father"},
                {
                    "gloss": "the dog ran home",
                    "part_of_speech": "n n",
                    "target_child_age": None,
                    "speaker_role": "Mother",
                },
                {"gloss": "buy now", "part_of_speech": "v adv", "target_child_age": 400.0, "speaker_role": "Media"},
                {"gloss": None, "part_of_speech": None, "target_child_age": 400.0, "speaker_role": "Mother"},
            ],
        )
        table = count_words(path, "en").set_index("word")
        assert table["frequency"].to_dict() == {"dog": 4, "home": 1, "ran": 1, "runs": 1, "the": 2}
        assert table["category"].to_dict() == {
            "dog": "noun",
            "home": "",
            "ran": "",
            "runs": "verb",
            "the": "determiner",
        }
        assert table["age_band"].to_dict() == {"dog": "12-18", "home": "", "ran": "", "runs": "18-24", "the": "18-24"}

    def test_a_corpus_folder_is_a_lexicon(self, tmp_path: Path) -> None:
        corpus(tmp_path / "corpus" / "utterances.parquet", [{"text": "two dogs too", "age": 500.0}])
        lexicon = load_lexicon(tmp_path / "corpus", language="en")
        assert sorted(lexicon.entries["word"]) == ["dogs", "too", "two"]
        assert set(lexicon.entries["form"]) == {BASE}
        assert lexicon.words().set_index("word").loc["too", "frequency"] == 2

    def test_a_prepared_corpus_may_lack_ages(self, tmp_path: Path) -> None:
        from babyslm.corpora.corpus import as_table

        said = pd.DataFrame({"text": ["two dogs", "a dog", "two"], "age": [None, 500.0, 700.0]})
        (tmp_path / "corpus").mkdir()
        as_table(said).to_parquet(tmp_path / "corpus" / "utterances.parquet")
        lexicon = load_lexicon(tmp_path / "corpus", language="en")
        ages = lexicon.entries.set_index("word")["age_band"]
        assert ages["dogs"] == ""
        assert ages["dog"] == "12-18"
        assert ages["two"] == "18-24"

    def test_frequencies_are_merged_into_a_list_and_unheard_words_have_zero(self, tmp_path: Path) -> None:
        heard = corpus(tmp_path / "heard.parquet", [{"text": "I see I see two dogs"}])
        lexicon = load_lexicon(language="en", corpus=heard)
        counts = lexicon.entries.drop_duplicates("word").set_index("word")["frequency"]
        assert (counts["I"], counts["see"], counts["dogs"], counts["dog"]) == (2, 2, 1, 0)
        assert lexicon.words().set_index("word").loc["I", "frequency"] == 2

    def test_rare_words_are_left_out_on_request(self, tmp_path: Path) -> None:
        path = tmp_path / "counts.tsv"
        path.write_text("word\tcount\ndog\t5\ncat\t1\n", encoding="utf-8")
        assert list(load_lexicon(path, language="en", minimum_count=2).entries["word"]) == ["dog"]

    def test_words_without_phones_are_listed_with_their_reason(self, tmp_path: Path) -> None:
        path = tmp_path / "counts.tsv"
        path.write_text("dog\t5\nпривет\t1\n", encoding="utf-8")
        lexicon = load_lexicon(path, language="en")
        assert list(lexicon.entries["word"]) == ["dog"]
        assert list(lexicon.left_out) == ["привет"]
        assert "привет" in lexicon.left_out["привет"]

    def test_the_order_of_utterances_does_not_matter(self, tmp_path: Path) -> None:
        texts = ["see the sea", "be a bee", "I see two eyes", "to two", "right write"] * 3
        ages = [800.0, 500.0, 900.0, 1200.0, 1500.0] * 3
        rows: list[dict[str, object]] = [{"text": text, "age": age} for text, age in zip(texts, ages, strict=True)]
        shuffled = [rows[position] for position in np.random.default_rng(1).permutation(len(rows))]
        one = load_lexicon(corpus(tmp_path / "a.parquet", rows), language="en")
        other = load_lexicon(corpus(tmp_path / "b.parquet", shuffled), language="en")
        pd.testing.assert_frame_equal(one.entries, other.entries)
        pd.testing.assert_frame_equal(one.words(), other.words())

    @pytest.mark.realdata
    def test_a_real_corpus_gives_ten_thousand_words(self, realdata: Path) -> None:
        lexicon = load_lexicon(realdata / "aochildes" / "utterances.parquet", language="en")
        words = lexicon.words()
        assert len(words) > 10_000
        assert len(lexicon.left_out) < 0.001 * len(lexicon)
        assert words.sort_values("frequency")["word"].iloc[-1] == "you"
        assert lexicon.forms("dog", "noun") == {BASE: "dog"}


class TestFaults:
    @pytest.mark.parametrize(
        ("rows", "error", "message"),
        [
            ("cat\tnoun\t12-18\tanimal\t\t\tplural=cats\n" * 2, DuplicateLemmaError, r"cat \(noun\)"),
            ("cat\tthing\t12-18\tanimal\t\t\t\n", LexiconRowError, r":2: category is 'thing'.*noun"),
            ("cat\tnoun\t5-6\tanimal\t\t\t\n", LexiconRowError, r":2: age_band is '5-6'"),
            ("cat\tnoun\t12-18\tanimal\t\t\tplural\n", LexiconRowError, r":2: forms is 'plural'"),
            ("ice cream\tnoun\t12-18\tinanimate\t\t\t\n", LexiconRowError, r":2: word is 'ice cream'"),
            ("cat\tverb\t12-18\t\t\tditransitive\t\n", LexiconRowError, r":2: frame is 'ditransitive'"),
            ("", LexiconFormatError, "contains no word"),
        ],
    )
    def test_a_faulty_list_names_file_row_and_value(
        self, tmp_path: Path, rows: str, error: type[BabySLMError], message: str
    ) -> None:
        path = tmp_path / "words.tsv"
        path.write_text(HEADER + rows, encoding="utf-8")
        with pytest.raises(error, match=message) as caught:
            load_lexicon(path, language="en")
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_missing_columns_are_named(self, tmp_path: Path) -> None:
        path = tmp_path / "words.tsv"
        path.write_text("word\tforms\ncat\tplural=cats\n", encoding="utf-8")
        with pytest.raises(LexiconColumnsError, match="category, age_band, animacy, gender, frame") as caught:
            load_lexicon(path, language="en")
        assert caught.value.exit_code == 2

    @pytest.mark.parametrize(
        ("content", "error", "message"),
        [
            (b"dog\t5\ncat\tmany\n", LexiconRowError, r":2: count is 'many'"),
            (b"dog 5\ncat 6\n", LexiconRowError, r":2: count is ''"),
            (b"caf\xe9\t5\n", LexiconFormatError, "is not UTF-8"),
            (b"", LexiconFormatError, "contains no word"),
        ],
    )
    def test_a_faulty_count_list_names_file_and_row(
        self, tmp_path: Path, content: bytes, error: type[BabySLMError], message: str
    ) -> None:
        path = tmp_path / "counts.tsv"
        path.write_bytes(content)
        with pytest.raises(error, match=message):
            load_lexicon(path, language="en")

    def test_a_missing_file_a_broken_table_and_a_table_without_text_are_errors(self, tmp_path: Path) -> None:
        with pytest.raises(LexiconFormatError, match="no such file"):
            load_lexicon(tmp_path / "none.tsv", language="en")
        broken = tmp_path / "broken.parquet"
        broken.write_bytes(b"PAR1 but not really")
        with pytest.raises(LexiconFormatError, match="cannot be read as parquet"):
            load_lexicon(broken, language="en")
        with pytest.raises(LexiconColumnsError, match=r"lacks the column\(s\) text; it has words"):
            load_lexicon(corpus(tmp_path / "other.parquet", [{"words": "a dog"}]), language="en")


def test_a_younger_lexicon_holds_the_words_of_its_age_and_those_of_grammar() -> None:
    lexicon = load_lexicon(language="en")
    young = lexicon.up_to("18-24")
    older = young.entries[~young.entries["age_band"].isin(["12-18", "18-24"])]
    assert 0 < len(older) < len(young) / 2
    assert set(older["category"]) <= set(CLOSED_CLASSES)
    assert len(lexicon.up_to("36-60")) == len(lexicon)
    assert set(young.entries["homophones"]) <= set(young.entries["word"])
    with pytest.raises(UnknownAgeBandError, match="24-36"):
        lexicon.up_to("20-30")


def test_running_text_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "heard.txt"
    path.write_text("Look at the dog!\n\nthe dogs see the dog\n", encoding="utf-8")
    counts = count_words(path, "en").set_index("word")["frequency"].to_dict()
    assert counts == {"at": 1, "dog": 2, "dogs": 1, "look": 1, "see": 1, "the": 3}
