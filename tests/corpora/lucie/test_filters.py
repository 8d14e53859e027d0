"""The documented filters, one by one."""

import pytest

pytest.importorskip("datatrove")

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from datatrove.data import Document
from hypothesis import given
from hypothesis import strategies as st

from babyslm.corpora.accounting import STRICT
from babyslm.corpora.lucie.documents import adapt, as_row
from babyslm.corpora.lucie.faults import Counted, read_accounts
from babyslm.corpora.lucie.filters import LanguageChosen, SourceRules, chunks_of
from babyslm.corpora.lucie.measures import duplicate_share, top_share
from babyslm.corpora.lucie.near_duplicates import Signatures, config_of
from babyslm.corpora.lucie.recipe import Deduplication, Filters
from babyslm.corpora.lucie.web_pages import WebPages
from babyslm.verify.corpora.faults import FaultsError
from tests.corpora.lucie.rows import prose, row

PAGE = prose("en", 120, 1)


def document(text: str, language: str = "en", source: str = "RedPajama", **more: object) -> Document:
    return Document(**adapt(None, row(text, language, source, 1, **more), "x.parquet", 0))


def verdict(step: object, doc: Document) -> str:
    found = step.filter(doc)  # type: ignore[attr-defined]
    return "kept" if found is True else found[1]


def test_json_strings_are_parsed_and_written_again() -> None:
    given = row("bonjour", "fr,en", "CroissantAligned", 3, extra={"text_fr": "a", "text_en": "b"}, signals={"n": 1.5})
    parsed = Document(**adapt(None, dict(given), "x", 0))
    assert parsed.metadata["extra"] == {"text_fr": "a", "text_en": "b"}
    assert parsed.metadata["quality_signals"] == {"n": 1.5}
    again = as_row(None, parsed)
    assert {name: again[name] for name in given if name not in ("extra", "quality_signals")} == {
        name: value for name, value in given.items() if name not in ("extra", "quality_signals")
    }
    assert adapt(None, again, "x", 0)["metadata"] == parsed.metadata


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"extra": "{not json"}, "extra is not a JSON string"),
        ({"quality_signals": "[1, 2]"}, "quality_signals is not a JSON object"),
        ({"text": None}, "text is None"),
        ({"language": " "}, "language is ' '"),
    ],
)
def test_a_row_that_is_wrong_is_named(change: dict[str, str | None], reason: str, tmp_path: Path) -> None:
    marked = Document(**adapt(None, row("a", "fr", "Claire", 1) | change, "part.parquet", 17))
    assert list(Counted(tmp_path).run([marked])) == []
    account = read_accounts(tmp_path, STRICT)
    with pytest.raises(FaultsError, match=rf"part\.parquet:18: {reason}"):
        account.verify()


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        (PAGE, {}, "kept"),
        (PAGE, {"signals": {"ccnet_perplexity": 500.0, "ccnet_language_score": 0.9}}, "kept"),
        (PAGE, {"signals": {"ccnet_perplexity": 1200.0}}, "perplexity"),
        (PAGE, {"signals": {"ccnet_perplexity": 9.0}}, "perplexity"),
        (PAGE, {"signals": {"ccnet_language_score": 0.6}}, "language_score"),
        (PAGE, {"signals": {"is_duplicate": True}}, "is_duplicate"),
        (PAGE, {"url": "https://fr.wikipedia.org/wiki/Chat"}, "url"),
        (PAGE, {"url": "https://notwikipedia.org/wiki/Chat"}, "kept"),
        ("One two. Three four. Five six.", {}, "words"),
        (PAGE.replace(".", ""), {}, "sentences"),
        (PAGE + " {", {}, "curly"),
        (PAGE + " Lorem ipsum dolor.", {}, "lorem"),
        (PAGE + " # # # # # # # # # # # # # # # # # #", {}, "symbols"),
        ("\n".join(f"- {line}" for line in PAGE.split(". ")), {}, "bullets"),
        (PAGE.replace(". ", "...\n"), {}, "symbols"),
        (PAGE + " 123" * 90, {}, "no_letters"),
        (PAGE + " a" * 200, {}, "word_length"),
        (PAGE + " the big dog runs" * 30, {}, "top_2_gram"),
        (PAGE + " " + PAGE[: len(PAGE) // 2], {}, "duplicate_5_gram"),
    ],
)
def test_rules_of_web_pages(text: str, more: dict[str, object], expected: str) -> None:
    step = WebPages(Filters())
    assert verdict(step, document(text, **more)) == expected
    assert verdict(step, document(text, source="Claire", **more)) == "kept"


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40), st.integers(2, 5))
def test_duplicate_characters_are_counted_as_a_plain_count_does(words: list[str], n: int) -> None:
    again = set()
    for i in range(len(words) - n + 1):
        if any(words[j : j + n] == words[i : i + n] for j in range(i)):
            again |= set(range(i, i + n))
    assert duplicate_share(words, n) == pytest.approx(len(again) / len(words))


def test_top_grams() -> None:
    assert top_share(["x", "y", "x", "y", "x", "z"], 2) == pytest.approx(4 / 6)
    assert top_share(["a", "b", "c"], 2) == 0


def test_languages_are_chosen() -> None:
    step = LanguageChosen(["fr", "code"])
    assert verdict(step, document("x", "fr")) == "kept"
    assert verdict(step, document("x", "code:python")) == "kept"
    assert verdict(step, document("x", "en")) == "language"


class ByFirstLetter:
    """A perplexity that is easy to foresee: 5000 for chunks that begin with Z."""

    def __call__(self, texts: Sequence[str]) -> list[float]:
        return [5000.0 if text.startswith("Z") else 100.0 for text in texts]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [("aaa", "kept"), ("Zaa", "kept"), ("ZZa", "perplexity"), ("Zaaaaaaaaaaaaaaaaaaaaa", "kept")],
)
@pytest.mark.parametrize("source", ["HAL", "AmericanStories", "Eurovoc"])
def test_mean_or_median_must_be_within_the_cap(parts: str, expected: str, source: str) -> None:
    step = SourceRules(Filters(chunk_words=3), {"en": ByFirstLetter()})
    text = "\n\n".join(f"{letter} b c" for letter in parts)
    assert verdict(step, document(text, source=source)) == expected
    assert verdict(step, document(text, source=source, language="fr")) == "kept"  # no model: unmeasured


def test_scores_that_documents_carry_go_first() -> None:
    step = SourceRules(Filters(), {"en": ByFirstLetter()})
    assert verdict(step, document("Z b", source="HAL", signals={"ccnet_perplexity": 900})) == "kept"
    assert verdict(step, document("a b", source="HAL", signals={"ccnet_perplexity": 940})) == "perplexity"
    assert (
        verdict(step, document("a b", source="HAL", signals={"ccnet_perplexity": [2000, 2000, 10, 10]}))
        == "perplexity"
    )
    assert verdict(step, document("a b", source="HAL", signals={"ccnet_perplexity": [9000, 10, 10]})) == "kept"


def test_gallica_keeps_a_mark_where_a_paragraph_went() -> None:
    step = SourceRules(Filters(chunk_words=2), {"fr": ByFirstLetter()})
    page = document("a b\n\nZ c\n\nZ d\n\ne f", "fr", "GallicaPress-fr")
    assert verdict(step, page) == "kept"
    assert page.text == "a b\n\n[...]\n\ne f"
    assert verdict(step, document("Z a\n\nZ b", "fr", "GallicaPress")) == "perplexity"


def test_theses_lose_chunks_and_must_be_long() -> None:
    step = SourceRules(Filters(chunk_words=100), {"fr": ByFirstLetter()})
    long = prose("fr", 2600, 7)
    assert len(long) > 10_000
    assert verdict(step, document(long, "fr", "Theses")) == "kept"
    assert verdict(step, document(prose("fr", 500, 7), "fr", "Theses")) == "short"
    noisy = document(f"Z{' noise' * 120}\n\n{long}", "fr", "Theses")
    assert verdict(step, noisy) == "kept"
    assert "noise" not in noisy.text


def test_remains_of_pdf_go() -> None:
    text = document("one (cid:12)two", source="Eurovoc")
    assert verdict(SourceRules(Filters()), text) == "kept"
    assert text.text == "one two"


@given(st.lists(st.text("ab \n", max_size=12), max_size=12), st.integers(1, 6))
def test_chunks_hold_all_words_in_order(parts: list[str], words: int) -> None:
    text = "\n\n".join(parts)
    chunks = chunks_of(text, words)
    assert " ".join(chunks).split() == text.split()
    assert all(len(chunk.split()) >= words for chunk in chunks[:-1])


def test_a_language_model_decides_where_no_score_is_carried(tmp_path: Path) -> None:
    pytest.importorskip("fasttext")
    from tests.corpora.lucie.rows import sentences

    pairs = zip(sentences("fr")[:1500], sentences("en")[:1500], strict=True)
    lines = [f"__label__{name} {text}" for pair in pairs for name, text in zip(("fr", "en"), pair, strict=True)]
    (tmp_path / "train.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # fastText's training reads memory that it never set, and meets a NaN where a value was left there: processes of
    # their own have clean memory, mostly, and vectors of another size lie elsewhere.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    for dimensions in (16, 24, 40, 64, 100):
        settings = {"epoch": 25, "lr": 0.05, "dim": dimensions, "minn": 2, "maxn": 4, "bucket": 5000, "thread": 1}
        train = (
            f"import fasttext; fasttext.train_supervised('train.txt', verbose=0, **{settings}).save_model('lid.bin')"
        )
        done = subprocess.run(
            [sys.executable, "-c", train], check=False, cwd=tmp_path, env=clean, capture_output=True, text=True
        )
        if done.returncode == 0:
            break
        assert "NaN" in done.stderr, done.stderr
    step = SourceRules(Filters(language_model=tmp_path / "lid.bin"))
    assert verdict(step, document(prose("fr", 60, 3), "fr", "Claire")) == "kept"
    assert verdict(step, document(prose("en", 60, 3), "fr", "Claire")) == "language_score"
    assert verdict(step, document(prose("en", 60, 3), "fr", "Claire", signals={"ccnet_language_score": 0.9})) == "kept"


def test_signatures_of_near_doubles_meet_in_a_bucket(tmp_path: Path) -> None:
    settings = Deduplication()
    step = Signatures(tmp_path, config_of(settings, 0))
    text = prose("en", 300, 2)

    def signature(words: str) -> list[list[int]]:
        return step.get_signature(step.get_shingles(words))

    def meet(one: str, other: str) -> bool:
        return any(a == b for a, b in zip(signature(one), signature(other), strict=True))

    assert len(signature(text)) == settings.buckets
    assert {len(bucket) for bucket in signature(text)} == {settings.hashes}
    assert meet(text, text.upper().replace(".", " !"))
    assert meet(text, text + " And one more sentence.")
    assert not meet(text, prose("en", 300, 3))
