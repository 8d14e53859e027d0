"""Epochs and shares, and the subset for a child."""

import pytest

pytest.importorskip("datatrove")

from datatrove.data import Document
from hypothesis import given
from hypothesis import strategies as st

from babyslm.corpora.lucie.child import ChildSubset, Cut, Ranked, choose, first_words, known_share, place_of
from babyslm.corpora.lucie.mixture import Draw, cell_of, composition, epochs_of, plan_mixture, shares
from babyslm.corpora.lucie.recipe import ChildMixture, EpochMixture
from babyslm.verify.corpora.lucie import EmptyMixtureError, UnknownLucieSourceError
from tests.corpora.lucie.rows import prose

CHILD = ChildMixture(kind="child", words=1000)


def test_the_released_dataset_comes_to_the_published_shares() -> None:
    cells: dict[tuple[str, str], int] = {}
    for line in composition().itertuples():
        cell = (str(line.language), str(line.category))
        cells[cell] = cells.get(cell, 0) + round(line.tokens_billion * 1e6)
    plan = plan_mixture(cells, EpochMixture())
    assert sum(plan.words.values()) / 1e6 == pytest.approx(3121.7, abs=0.5)  # billion tokens seen in training
    found = shares(plan.words)
    published = {"fr": 0.3235, "en": 0.3319, "code": 0.1467, "de": 0.0690, "es": 0.0662, "it": 0.0377}
    for language, share in published.items():
        assert found[language] == pytest.approx(share, abs=0.0005), language


def test_the_longer_key_goes_first() -> None:
    epochs = EpochMixture().epochs
    assert epochs_of(("fr", "book"), epochs) == 2
    assert epochs_of(("en", "book"), epochs) == 3
    assert epochs_of(("en", "unheard-of"), epochs) == 1


def text(language: str, source: str, words: int, number: int, **about: str) -> Document:
    return Document("w " * words, f"{number}", metadata={"language": language, "source": source, **about})


@given(st.lists(st.integers(1, 60), min_size=1, max_size=60), st.sampled_from([0.01, 0.3, 1.0, 1.5, 2.0, 2.5, 3.0]))
def test_words_let_through_follow_what_is_due(sizes: list[int], rate: float) -> None:
    documents = [text("fr", "Claire", size, i) for i, size in enumerate(sizes)]
    drawn = list(Draw({("fr", "dialogue"): rate}, {}).run(documents))
    due, got = rate * sum(sizes), sum(len(each.text.split()) for each in drawn)
    assert abs(due - got) <= max(sizes) / 2 + 1e-6
    assert len({each.id for each in drawn}) == len(drawn)
    if rate in (1.0, 2.0, 3.0):
        assert len(drawn) == rate * len(sizes)


def test_a_budget_scales_all_cells_alike() -> None:
    there = {("fr", "wiki"): 3000, ("en", "web"): 4000}
    free, scaled = plan_mixture(there, EpochMixture()), plan_mixture(there, EpochMixture(words=1500))
    assert sum(free.words.values()) == 15_000
    assert sum(scaled.words.values()) == pytest.approx(1500)
    assert shares(scaled.words) == pytest.approx(shares(free.words))
    with pytest.raises(EmptyMixtureError):
        plan_mixture({("fr", "wiki"): 0}, EpochMixture())


def test_sources_without_category_are_named() -> None:
    unknown = text("fr", "Grimoire", 5, 0)
    with pytest.raises(UnknownLucieSourceError, match=r"Grimoire.*mixture\.categories"):
        cell_of(unknown, {})
    assert cell_of(unknown, {"Grimoire": "book"}) == ("fr", "book")
    assert cell_of(text("code:python", "TheStack", 5, 0), {}) == ("code", "code")
    assert cell_of(text("en", "Pile-PhilPapers", 5, 0), {}) == ("en", "technical")


def test_what_is_for_a_child() -> None:
    tale = text("fr", "Gutenberg", 5, 0, title="Contes de ma mère l'Oye")
    talk = text("en", "Claire", 5, 0)
    plain = Document(prose("en", 80, 0), "p", metadata={"language": "en", "source": "Wikipedia"})
    law = Document(
        "pursuant to the aforementioned provisions thereof the lessee shall indemnify",
        "l",
        metadata={"language": "en", "source": "FreeLaw"},
    )
    german = text("de", "Gutenberg", 5, 0, title="Children")
    kinds = [place_of(each, CHILD, 0) for each in (tale, talk, plain, law, german)]
    assert [found and found[0] for found in kinds] == [0, 1, 2, None, None]
    assert known_share(prose("fr", 80, 0), "fr") > 0.6
    assert known_share(law.text, "en") < 0.5
    assert place_of(talk, CHILD, 0) != place_of(talk, CHILD, 1)


@given(
    st.lists(st.tuples(st.sampled_from(["fr", "en"]), st.integers(0, 2), st.integers(1, 90)), min_size=2, max_size=80),
    st.integers(2, 800),
)
def test_the_choice_is_that_of_a_full_sort(drawn: list[tuple[str, int, int]], budget: int) -> None:
    ranked = [(language, Ranked((kind, number), words)) for number, (language, kind, words) in enumerate(drawn)]
    mixture = ChildMixture(kind="child", words=budget)
    totals = {name: sum(each.words for own, each in ranked if own == name) for name in ("fr", "en")}
    if not all(totals.values()):
        with pytest.raises(EmptyMixtureError):
            choose(ranked, mixture)
        return
    cuts = choose(ranked, mixture)
    least = min(budget // 2, *totals.values())
    for name, cut in cuts.items():
        assert cut.taken == least
        before = [
            each.words
            for own, each in sorted(ranked, key=lambda r: r[1].place)
            if own == name and each.place < cut.last
        ]
        assert sum(before) + cut.words == least


def test_the_chosen_are_let_through_and_the_last_is_cut() -> None:
    documents = [text("fr", "Claire", 10, i) for i in range(9)]
    places = sorted(place_of(each, CHILD, 0) for each in documents)  # type: ignore[type-var]
    cuts = {"fr": Cut(places[4], 3, 43)}  # type: ignore[arg-type]
    through = list(ChildSubset(CHILD, cuts, 0).run(documents))
    assert sorted(len(each.text.split()) for each in through) == [3, 10, 10, 10, 10]
    assert first_words("one\ntwo  three", 2) == "one\ntwo"
