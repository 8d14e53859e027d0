"""Known words: the vocabulary of a language, the filter of both languages, and what an audit says of it."""

from pathlib import Path

import pandas as pd
import pytest

from babyslm.commands.audit import audit_stimuli
from babyslm.commands.build import build_stimuli
from babyslm.stimuli.audit import audit_set
from babyslm.stimuli.audit.known import known_figures
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.stimuli.words.kept import LEXICON_NAME
from babyslm.stimuli.words.known import KnownWords
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.stimuli.words.vocabulary import LEAST, known_words
from babyslm.verify.stimuli.sets import LexiconChangedError
from tests.stimuli.toy import NO_WORDS


def lexical(pairs: list[tuple[str, str]]) -> StimulusTable:
    rows = [
        {"id": str(number), "filename": phones.replace(" ", "_"), "voice": "", "frequency": pd.NA, "word": word}
        | {"phones": phones, "length": len(phones.split()), "correct": correct}
        for number, (good, bad) in enumerate(pairs)
        for phones, word, correct in ((good, f"w{number}", 1), (bad, "", 0))
    ]
    table = pd.DataFrame(rows).astype({"frequency": "Int64", "length": "Int64", "correct": "int8"})
    return StimulusTable("lexical", "test", table)


def test_of_words_with_one_sound_the_most_frequent_is_named() -> None:
    known = KnownWords.of(
        "en", [("b ɛ ɹ", "bare", 3.9), ("b ɛ ɹ", "bear", 4.6), ("k ɑ t", "cot", 3.0), ("ø", "œufs", 4)]
    )
    assert known.table["word"].tolist() == ["bear", "cot"]
    found = known.lookup(["k ɔ t", "b eɪ ɹ", "b ɛ ɹ", "ø t"])
    assert found["word"].isna().tolist() == [True, True, False, True]
    merged = known.lookup(["k ɔ t", "b eɪ ɹ", "b ɛ ɹ", "ø t"], merged=True)
    assert merged["word"].tolist()[:3] == ["cot", "bear", "bear"]
    assert merged["zipf"].tolist()[:3] == [3.0, 4.6, 4.6]
    assert pd.isna(merged["word"][3])
    assert known.same(["k ɔ t", "b ɪ t", "ø t"], ["k ɑ t", "b ʌ t", "ø t"]).tolist() == [True, False, False]


def test_rare_is_what_sounds_like_rare_words_only() -> None:
    known = KnownWords.of("en", [("k ɑ t", "cot", 3.0), ("k ɔ t", "kaught", 0.5), ("z ɪ p", "zip", 1.49)])
    code = known.common.mergers.alphabet.encode
    assert known.common.contain(code("k ɔ t")[None])[0]
    assert not known.rare.contain(code("k ɔ t")[None])[0]
    assert known.rare.contain(code("z ɪ p")[None])[0]
    assert not known.common.contain(code("z ɪ p")[None])[0]


def test_the_audit_counts_non_words_that_are_words() -> None:
    known = KnownWords.of(
        "en", [("b ɪ l", "bill", 5.1), ("k ɔ t", "caught", 4.9), ("p ɪ ɡ", "pig", 2.4), ("z ʌ", "zu", 1)]
    )
    nonwords = ["b ɪ l", "k ɑ t", "p ɪ ɡ", "z ʌ", "v ɪ l", "θ æ p", "s iː z"]
    words = ["b ɛ l", "k æ t", "p ɛ ɡ", "z æ", "v æ l", "θ æ k", "s ɪ z"]
    table = lexical([*zip(words, nonwords, strict=True), ("ɹ æ b ɪ t", "ɹ æ b ʌ t")])
    figures = {figure.measure: figure for figure in known_figures(table, known)}
    start = "non-words that are words of "
    shares = {
        measure.removeprefix(start): figure.value for measure, figure in figures.items() if "words of" in measure
    }
    assert shares == pytest.approx(
        {
            "Zipf frequency 3 or more": 100 / 8,
            "Zipf frequency 2 or more": 200 / 8,
            "any frequency": 300 / 8,
            "Zipf frequency 3 or more, after mergers": 200 / 8,
            "Zipf frequency 2 or more, after mergers": 300 / 8,
            "any frequency, after mergers": 400 / 8,
        }
    )
    judged = figures[f"{start}Zipf frequency 2 or more"]
    assert judged.examples == ("b ɪ l (bill, 5.1)", "p ɪ ɡ (pig, 2.4)")
    assert not judged.passed
    assert [name for name, figure in figures.items() if figure.judged] == [
        f"{start}Zipf frequency 2 or more",
        "same phones after mergers",
    ]
    assert figures["same phones after mergers"].value == 1
    audit = audit_set(StimulusSet("planted", {("lexical", "test"): table}), language="en", known=known)
    assert {"known words", "identical pairs"} <= {figure.check for figure in audit.faults}
    assert "b ɪ l (bill, 5.1); p ɪ ɡ (pig, 2.4)" in audit.as_text()
    assert list(known_figures(table, NO_WORDS)) == []


def test_half_a_percent_is_allowed() -> None:
    known = KnownWords.of("en", [("b ɪ l", "bill", 5.1)])
    others = [f"{a} {b} {c}" for a in "bdfhjklmnpstvwz" for b in ("ɪ", "æ", "ɛ", "ʊ") for c in "bdfkmnpstvz"][:400]
    pairs = [(f"{phones} s t", phones) for phones in others if phones != "b ɪ l"]

    def passed(number: int) -> bool:
        table = lexical([("b ɛ l", "b ɪ l"), *pairs[: number - 1]])
        return next(f for f in known_figures(table, known) if f.judged).passed

    assert passed(200)
    assert not passed(199)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "words", "names"),
    [
        ("en", ["bill", "loss", "pain", "soul", "sneak", "blanket", "problems"], ["heidi", "carson"]),
        ("fr", ["port", "vente", "placé", "grâce", "rage", "drap"], ["avignon", "alison"]),
    ],
)
def test_the_vocabulary_is_broad_and_holds_names(language: str, words: list[str], names: list[str]) -> None:
    from babyslm.stimuli.phones.pronunciation import pronounce

    known = known_words(language)
    assert len(known) > LEAST
    phones, _ = pronounce([*words, *names], language)
    found = known.lookup([phones[word] for word in [*words, *names]])
    assert (found["zipf"] > 2).all()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_non_word_of_a_built_set_is_a_word(tmp_path: Path, language: str) -> None:
    built = build_stimuli(tmp_path, language=language, tasks=("lexical",), words=120, voices=0, workers=1)
    known = known_words(language)
    total = rare = 0
    for table in load_stimuli(tmp_path):
        pairs = table.pairs
        nonwords = list(pairs["bad_phones"])
        zipf = known.lookup(nonwords, merged=True)["zipf"]
        assert not (zipf >= 1.5).any()
        assert not known.same(list(pairs["phones"]), nonwords).any()
        total += len(nonwords)
        rare += int(zipf.notna().sum())
        figures = {figure.measure: figure.value for figure in known_figures(table, known)}
        assert figures["non-words that are words of Zipf frequency 3 or more"] == 0
        assert figures["non-words that are words of Zipf frequency 2 or more"] <= 0.5
    assert total > 200
    assert built.stimuli.card is not None
    told = built.stimuli.card.audit["lexical"]["known_words"]
    assert told["rare_nonwords"] == rare
    assert told["phone_strings"] == len(known)
    assert told["sources"][0].startswith("wordfreq ")


@pytest.mark.slow
def test_a_set_is_judged_by_the_lexicon_that_it_was_built_from(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus" / "utterances.parquet"
    corpus.parent.mkdir()
    shipped = load_lexicon(language="en").words()
    some = shipped[shipped["phones"].str.split().str.len().between(3, 5)]["word"].iloc[::3]
    pd.DataFrame({"text": [" ".join([word] * (1 + number % 7)) for number, word in enumerate(some)]}).to_parquet(
        corpus
    )
    out = tmp_path / "set"
    build_stimuli(out, language="en", tasks=("lexical",), lexicon=corpus, words=60, voices=0, workers=1)
    ours = audit_stimuli(out, sound=False)
    named = audit_stimuli(out, sound=False, corpus=corpus)
    pd.testing.assert_frame_equal(ours.table, named.table)
    ngrams = ours.table[(ours.table["check"] == "phone n-grams") & ours.table["judged"]]
    assert (ngrams["value"] == 50).all()
    # Without the lexicon it is judged by the shipped one, as before.
    card = load_stimuli(out).card
    assert card is not None
    assert LEXICON_NAME in card.sha256
    without = StimulusSet("moved", load_stimuli(out).tables, card, None)
    other = audit_set(without, language="en").table
    assert not other["value"].equals(ours.table["value"])
    (out / LEXICON_NAME).write_bytes(b"")
    with pytest.raises(LexiconChangedError, match="name what it was built from with --corpus"):
        audit_stimuli(out, sound=False)
