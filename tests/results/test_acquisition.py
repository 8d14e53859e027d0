"""Ages of acquisition: planted ages come back, and the order is compared with that of children."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import spearmanr
from typer.testing import CliRunner

from babyslm.cli import app
from babyslm.commands.acquisition import acquire
from babyslm.models.protocol import ScoreBatch
from babyslm.results.acquisition.ages import Ages, ages_of, vocabulary
from babyslm.results.acquisition.agreement import agreement, joined
from babyslm.results.acquisition.children import band_ages, read_children
from babyslm.results.acquisition.points import Points, points_of
from babyslm.results.acquisition.sigmoid import LAPSE, fit_sigmoids
from babyslm.results.result import Result, make_result
from babyslm.results.scores.table import score_table
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.results.acquisition import (
    AmountCountError,
    ChildrenColumnsError,
    ChildrenValueError,
    FewPointsError,
    FewSharedWordsError,
    NoAmountError,
    NoWordsTestedError,
)
from babyslm.verify.results.records import DifferentStimuliError

AMOUNTS = (1e4, 3e4, 1e5, 3e5, 1e6, 3e6)
X = np.log(np.array(AMOUNTS))


def planted(middles: np.ndarray, scale: float, pairs: int, seed: int = 0) -> Points:
    """Draw the pairs that words win whose accuracy rises from .5 to .98."""
    share = 0.5 + (0.5 - LAPSE) * expit((X - middles[:, None]) / scale)
    right = np.random.default_rng(seed).binomial(pairs, share).astype(float)
    words = pd.DataFrame({"word": [f"w{i}" for i in range(len(middles))], "phones": "d ɔ ɡ"})
    total = pd.DataFrame(np.full(right.shape, float(pairs)))
    return Points("words", AMOUNTS, words, pd.DataFrame(right), total)


def test_planted_ages_come_back() -> None:
    middles = np.repeat(np.log([2e4, 1e5, 5e5]), 200)
    ages = ages_of(planted(middles, 0.4, pairs=10)).words
    error = np.log(ages["age"].to_numpy()) - middles
    assert (ages["status"] == "learned").mean() > 0.97
    assert abs(np.nanmean(error)) < 0.15  # in natural logarithms: a seventh
    assert np.nanmedian(np.abs(error)) < 0.45
    few = ages_of(planted(middles, 0.4, pairs=4)).words
    assert abs(np.nanmean(np.log(few["age"].to_numpy()) - middles)) < 0.25


def test_a_word_that_never_rises_has_no_age() -> None:
    chance = ages_of(planted(np.full(300, 40.0), 0.4, pairs=6)).words
    assert (chance["status"] == "not learned").mean() > 0.9
    assert chance.loc[chance["status"] != "learned", "age"].isna().all()
    always = ages_of(planted(np.full(300, -10.0), 0.4, pairs=6)).words
    assert (always["status"] == "known throughout").mean() > 0.97


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=6, max_size=6), st.sampled_from([0.5, 0.0]))
def test_the_grid_finds_what_a_search_finds(right: list[int], guess: float) -> None:
    """No curve that an optimiser finds from many starts is much likelier than that of the grid, prior included."""
    k, n = np.array([right], dtype=float), np.full((1, 6), 8.0)
    width = X[-1] - X[0]

    def loss(parameters: np.ndarray) -> float:
        middle, scale = parameters[0], np.exp(parameters[1])
        share = np.clip(guess + (1 - guess - LAPSE) * expit((X - middle) / scale), 1e-9, 1 - 1e-9)
        prior = (np.log(scale / (0.08 * width))) ** 2 / 2
        return float(-(k[0] * np.log(share) + (n[0] - k[0]) * np.log(1 - share)).sum() + prior)

    fit = fit_sigmoids(X, k, n, guess=guess)
    own = loss(np.array([fit.middle[0], np.log(fit.scale[0])]))
    bounds = [(X[0] - width / 2, X[-1] + width / 2), (np.log(0.01 * width), np.log(width))]
    starts = [np.array([m, np.log(s * width)]) for m in np.linspace(*bounds[0], 9) for s in (0.02, 0.1, 0.5)]
    best = min(minimize(loss, start, bounds=bounds, method="L-BFGS-B").fun for start in starts)
    assert own <= best + 0.1


def test_the_vocabulary_grows_and_has_its_interval() -> None:
    ages = ages_of(planted(np.repeat(np.log([2e4, 1e5, 5e5]), 100), 0.2, pairs=10))
    table = vocabulary(ages)
    assert list(table["known"]) == sorted(table["known"])
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()
    assert table["share"].iloc[1] == pytest.approx(1 / 3, abs=0.05)
    banded = vocabulary(
        Ages(ages.unit, ages.amounts, ages.words.assign(band=["a", "b", "c"] * 100), ages.known), "band"
    )
    assert banded.groupby("amount")["known"].sum().tolist() == table["known"].tolist()


Table = Callable[..., StimulusTable]


def result_at(table: StimulusTable, skill: float, name: str = "learner", **training: float) -> Result:
    """Return a result in which the first share of the words beats all its non-words, and the others none."""
    words = sorted(set(table.pairs["word"]))
    known = set(words[: round(skill * len(words))])
    good = table.rows[table.rows["correct"] == 1].drop_duplicates("filename").set_index("filename")["word"]
    names = [stimulus.name for stimulus in table.stimuli]
    won = [0.0 if name not in good else 1.0 if good[name] in known else -1.0 for name in names]
    scores = score_table(names, ScoreBatch(np.array(won), np.ones(len(names), dtype=np.int64)))
    key = (table.task, table.split)
    description = {"name": name, "modality": "phonemic", "training": training, "settings": {}}
    return make_result(description, StimulusSet("made", {key: table}), {key: scores}, settings={}, seconds=0.0)


def test_points_are_ordered_by_what_the_results_record(make_table: Table) -> None:
    table = make_table("lexical", 30, ("A", "B"))
    results = [result_at(table, skill, words=words) for skill, words in ((1.0, 900), (0.2, 100), (0.6, 300))]
    points = points_of(results)
    assert (points.unit, points.amounts) == ("words", (100.0, 300.0, 900.0))
    assert (points.right.sum().to_numpy() / points.total.sum().to_numpy()) == pytest.approx([0.2, 0.6, 1.0], abs=0.08)
    again = points_of(results[::-1])
    pd.testing.assert_frame_equal(points.right, again.right)
    given_ = points_of(results, amounts=[9, 1, 3], unit="hours")
    pd.testing.assert_frame_equal(points.right, given_.right)
    ages = ages_of(points)
    status = dict(zip(ages.words["word"], ages.words["status"], strict=True))
    words = sorted(status)
    assert {status[word] for word in words[:6]} == {"known throughout"}
    assert {status[word] for word in words[7:17]} <= {"learned", "known throughout"}


def test_what_cannot_be_a_curve_is_one_line(make_table: Table) -> None:
    table = make_table("lexical", 30, ("A", "B"))
    told = [result_at(table, skill, words=words) for skill, words in ((0.1, 1), (0.2, 2), (0.3, 3))]
    with pytest.raises(NoAmountError, match="learner: its result does not record words, hours or tokens"):
        points_of([*told[:2], result_at(table, 1.0)])
    with pytest.raises(NoAmountError, match="does not record the number of hours"):
        points_of(told, unit="hours")
    with pytest.raises(AmountCountError, match="2 times --amount for 3 results"):
        points_of(told, amounts=[1, 2])
    with pytest.raises(FewPointsError, match="these are at 1, 2 words"):
        points_of(told[:2])
    with pytest.raises(FewPointsError, match="at 1, 1, 2"):
        points_of(told, amounts=[1, 1, 2])
    with pytest.raises(FewPointsError, match="at 0, 1, 2"):
        points_of(told, amounts=[0, 1, 2])
    other = result_at(make_table("lexical", 29, ("A", "B")), 0.5, name="other", words=4)
    with pytest.raises(DifferentStimuliError):
        points_of([*told, other])
    sentences = make_table("syntactic", 12, ("A",))
    with pytest.raises(NoWordsTestedError, match="evaluate it with --task lexical"):
        points_of([result_at_sentences(sentences, amount) for amount in (1, 2, 3)])


def result_at_sentences(table: StimulusTable, words: float) -> Result:
    names = [stimulus.name for stimulus in table.stimuli]
    scores = score_table(names, ScoreBatch(np.zeros(len(names)), np.ones(len(names), dtype=np.int64)))
    key = (table.task, table.split)
    return make_result(
        {"name": "l", "modality": "phonemic", "training": {"words": words}, "settings": {}},
        StimulusSet("made", {key: table}),
        {key: scores},
        settings={},
        seconds=0.0,
    )


WORDBANK = """item_id,item_definition,category,16,18,20,22,24
item_1,dog,animals,0.1,0.35,0.6,0.8,0.95
item_2,chicken (animal),animals,0.05,0.1,0.3,0.55,0.7
item_3,soda/pop,food,0.0,0.05,0.1,0.2,0.3
item_4,daddy*,people,0.9,0.95,1.0,1.0,1.0
item_5,chicken (food),food,0.0,0.05,0.2,0.3,0.45
"""


def test_wordbank_is_read(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(WORDBANK, encoding="utf-8")
    table = read_children(tmp_path / "w.csv").set_index("word")["age"]
    assert list(table.index) == ["chicken", "daddy", "dog", "soda"]
    assert table["dog"] == pytest.approx(19.2, abs=0.4)
    assert table["chicken"] == pytest.approx(21.7, abs=0.5)  # the younger of two
    assert np.isnan(table["soda"])
    (tmp_path / "a.tsv").write_text("word\tage\tconcreteness\nDog\t16.5\t4.8\nidea\t40\t1.6\nsoon\t\t2\n")
    assert read_children(tmp_path / "a.tsv").set_index("word")["age"].to_dict() == pytest.approx(
        {"dog": 16.5, "idea": 40, "soon": np.nan}, nan_ok=True
    )


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("item,months\ndog,3\n", ChildrenColumnsError, "has the columns item, months; known are Wordbank's export"),
        ("item_definition,16\ndog,0.5\n", ChildrenColumnsError, "one column per month"),
        ("item_definition,16,17,18\ndog,0.5,55,0.6\n", ChildrenValueError, "row 2: 17 is '55', but must be a number"),
        ("word,age\ndog,12\ncat,young\n", ChildrenValueError, "row 3: age is 'young'"),
    ],
)
def test_a_faulty_table_of_children_is_one_line(
    text: str, error: type[Exception], message: str, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(text)
    with pytest.raises(error, match=message):
        read_children(tmp_path / "c.csv")


def test_bands_are_ages() -> None:
    ages = band_ages("en").set_index("word")["age"]
    assert set(ages) == {15.0, 21.0, 30.0, 48.0}
    assert ages["ball"] < ages["bottle"] or ages["ball"] == 15.0


def test_agreement_is_the_partial_rank_correlation() -> None:
    random = np.random.default_rng(3)
    frequency = random.normal(size=400)
    learner, children = -frequency + random.normal(size=400), -frequency + random.normal(size=400)
    table = pd.DataFrame({"learner": learner, "children": children, "frequency": frequency})
    rows = agreement(table).set_index("measure")
    assert rows.loc["spearman", "value"] == pytest.approx(spearmanr(learner, children).statistic)
    plain, one, two = (
        spearmanr(*pair).statistic for pair in ((learner, children), (learner, frequency), (children, frequency))
    )
    partial = (plain - one * two) / np.sqrt((1 - one**2) * (1 - two**2))
    assert rows.loc["partial", "value"] == pytest.approx(partial, abs=1e-6)
    assert rows.loc["partial", "low"] < 0 < rows.loc["partial", "high"]
    assert rows.loc["spearman", "low"] > 0.3
    assert rows.loc["control", "value"] == pytest.approx(two)


def test_an_unknown_control_leaves_out_the_word_and_not_the_control(capsys: pytest.CaptureFixture[str]) -> None:
    """One empty cell must not change what is controlled for: here the order of both comes from concreteness alone."""
    random = np.random.default_rng(1)
    concreteness = random.normal(size=200)
    learner, children = (concreteness + 0.1 * random.normal(size=200) for _ in range(2))
    table = pd.DataFrame({"learner": learner, "children": children, "concreteness": concreteness})
    whole = agreement(table).set_index("measure")
    table.loc[3, "concreteness"] = np.nan
    rows = agreement(table).set_index("measure")
    assert rows.loc["partial", ["controls", "words"]].tolist() == ["concreteness", 199]
    assert rows.loc["partial", "value"] == pytest.approx(whole.loc["partial", "value"], abs=0.05)
    assert rows.loc["spearman", "words"] == 200
    table.loc[:150, "concreteness"] = np.nan
    assert list(agreement(table)["measure"]) == ["spearman"]
    assert "concreteness is known of 49 of 200 words and is not controlled for" in capsys.readouterr().err


def test_words_without_an_age_are_tied_at_the_ends() -> None:
    words = pd.DataFrame(
        {
            "word": [f"w{i}" for i in range(30)],
            "status": ["known throughout"] * 10 + ["learned"] * 10 + ["not learned"] * 10,
            "age": [np.nan] * 10 + [float(i) for i in range(1, 11)] + [np.nan] * 10,
        }
    )
    ages = Ages("words", (1.0, 2.0, 3.0), words, np.zeros((30, 3), dtype=bool))
    children = pd.DataFrame({"word": words["word"].str.upper().str.lower(), "age": np.arange(30.0)})
    table = joined(ages, children, "made")
    assert list(table["learner"][:10]) == [0.0] * 10
    assert np.isinf(table["learner"][20:]).all()
    assert agreement(table)["value"].iloc[0] > 0.9
    with pytest.raises(FewSharedWordsError, match="made: shares 5 tested words"):
        joined(ages, children.head(5), "made")


def test_the_command_writes_tables_and_a_page(make_table: Table, tmp_path: Path) -> None:
    table = make_table("lexical", 30, ("A", "B"))
    folders = []
    for number, skill in enumerate((0.1, 0.4, 0.7, 1.0)):
        folders.append(str(tmp_path / f"r{number}"))
        result_at(table, skill, hours=2.0**number).save(folders[-1], report=False)
    words = sorted(set(table.pairs["word"]))
    ages = pd.DataFrame({"word": words, "age": np.arange(len(words)) + 12.0})
    ages.to_csv(tmp_path / "children.csv", index=False)
    out = tmp_path / "out"
    run = CliRunner().invoke(
        app, ["acquisition", *folders, "--children", str(tmp_path / "children.csv"), "--out", str(out)]
    )
    assert run.exit_code == 0, run.output
    assert "8 hours: 30 of 30 words known" in run.output
    assert "children.csv" in run.output
    assert {path.name for path in out.iterdir()} == {
        "words.csv",
        "vocabulary.csv",
        "agreement.csv",
        "acquisition.json",
        "report.html",
    }
    found = pd.read_csv(out / "agreement.csv")
    assert found.loc[found["measure"] == "spearman", "value"].iloc[0] > 0.8
    assert "Beside children: children.csv" in (out / "report.html").read_text(encoding="utf-8")


def test_tables_of_one_name_and_a_language_without_a_lexicon(make_table: Table, tmp_path: Path) -> None:
    table = make_table("lexical", 30, ("A",))
    folders = []
    for number, skill in enumerate((0.1, 0.5, 1.0)):
        result = result_at(table, skill, hours=2.0**number)
        stimuli = result.record.stimuli.model_copy(update={"language": "es"})
        Result(result.record.model_copy(update={"stimuli": stimuli}), result.trials, result.scores).save(
            tmp_path / f"r{number}", report=False
        )
        folders.append(tmp_path / f"r{number}")
    words = sorted(set(table.pairs["word"]))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        pd.DataFrame({"word": words, "age": np.arange(len(words))}).to_csv(tmp_path / name / "c.csv", index=False)
    found = acquire(folders, children=[tmp_path / "one" / "c.csv", tmp_path / "two" / "c.csv"])
    assert list(found.agreements) == [str(tmp_path / "one" / "c.csv"), str(tmp_path / "two" / "c.csv")]
