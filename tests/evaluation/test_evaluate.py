"""Evaluating whole sets: what a learner can take, resume, scores computed elsewhere, conditions."""

import json
from pathlib import Path

import pandas as pd
import pytest

import babyslm
from babyslm.evaluation.evaluate import evaluate
from babyslm.results.console import as_text
from babyslm.results.result import load_result
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.results.evaluation import DeafError, ModalityError, NoPlaceError, NoWordsError
from babyslm.verify.stimuli.sets import MissingConditionError, MissingTableError
from tests.evaluation.learners import LengthLearner, StoppedLearner
from tests.tables import lexical_rows, syntactic_rows, write_set


def test_a_reader_of_phones_takes_both_tasks_and_sentences_get_their_phones(tmp_path: Path) -> None:
    learner = LengthLearner("phonemic")
    result = evaluate(learner, write_set(tmp_path / "set"))
    assert set(result.trials["task"]) == {"lexical", "syntactic"}
    assert result.record.settings["skipped"] == []
    assert result.record.model["name"] == "length"


def test_a_reader_of_words_leaves_out_non_words_with_a_notice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stimuli = babyslm.load_stimuli(write_set(tmp_path / "set"))
    result = babyslm.evaluate(LengthLearner("orthographic"), stimuli)
    assert set(result.trials["task"]) == {"syntactic"}
    assert result.record.settings["skipped"] == ["lexical/dev: no spelling"]
    assert "left out lexical/dev" in capsys.readouterr().err
    with pytest.raises(ModalityError, match="lexical/dev.*no spelling"):
        evaluate(LengthLearner("orthographic"), stimuli, task="lexical")


def test_a_hearer_needs_sound(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    with pytest.raises(ModalityError, match="spoken"):
        evaluate(LengthLearner("spoken"), folder)
    (folder / "lexical" / "dev" / "cat-alice.wav").touch()
    assert set(evaluate(LengthLearner("spoken"), folder).trials["task"]) == {"lexical"}


def test_a_hearer_hears_the_condition_asked_for(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    (folder / "lexical" / "dev" / "cat-alice.wav").touch()
    place = folder / "lexical" / "dev" / "conditions" / "snr10"
    place.mkdir(parents=True)
    result = evaluate(LengthLearner("spoken"), folder, task="lexical", condition="snr10")
    assert (result.record.settings["condition"], result.record.settings["snr"]) == ("snr10", 10.0)
    table = babyslm.load_stimuli(folder)["lexical", "dev"].under("snr10")
    assert {stimulus.audio.parent for stimulus in table.stimuli if stimulus.audio} == {place}
    with pytest.raises(MissingConditionError, match="it has clean, snr10"):
        evaluate(LengthLearner("spoken"), folder, task="lexical", condition="daycare")
    with pytest.raises(DeafError, match="has no acoustic input"):
        evaluate(LengthLearner("phonemic"), folder, condition="snr10")


def test_a_stopped_evaluation_goes_on_and_gives_the_same(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    with pytest.raises(KeyboardInterrupt):
        evaluate(StoppedLearner(2), folder, out=tmp_path / "r", shard=4)
    assert not (tmp_path / "r" / "result.json").exists()
    second = StoppedLearner(1_000)
    evaluate(second, folder, out=tmp_path / "r", shard=4)
    whole = StoppedLearner(1_000)
    evaluate(whole, folder, out=tmp_path / "whole", shard=4)
    assert len(second.asked) == len(whole.asked) - 8
    assert not list((tmp_path / "r").glob(".*"))
    for name in ("scores/lexical/dev.txt", "scores/syntactic/dev.txt"):
        assert (tmp_path / "r" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    pd.testing.assert_frame_equal(load_result(tmp_path / "r").trials, load_result(tmp_path / "whole").trials)


def test_written_scores_are_read_again_and_give_the_same_accuracy(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    first = evaluate(LengthLearner(), folder, out=tmp_path / "r")
    second = evaluate(f"scores:{tmp_path / 'r' / 'scores'}", folder)
    for task in ("lexical", "syntactic"):
        assert first.accuracy(task) == second.accuracy(task)


def test_scores_of_one_task_are_enough_unless_the_other_is_asked_for(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    evaluate(LengthLearner(), folder, task="lexical", out=tmp_path / "r")
    scores = f"scores:{tmp_path / 'r' / 'scores'}"
    assert evaluate(scores, folder).record.settings["skipped"] == ["syntactic/dev: no scores"]
    with pytest.raises(NoSuchFileError, match=r"syntactic/dev\.txt"):
        evaluate(scores, folder, task="syntactic")
    with pytest.raises(NoSuchFileError, match="lexical"):
        evaluate(f"scores:{tmp_path}", folder)
    with pytest.raises(MissingTableError, match="it has lexical/dev, syntactic/dev"):
        evaluate(scores, folder, split="test")


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    first = evaluate(LengthLearner(), write_set(tmp_path / "a"))
    shuffled = write_set(tmp_path / "b")
    for task, rows in (("lexical", lexical_rows()), ("syntactic", syntactic_rows())):
        rows.sample(frac=1, random_state=1).to_csv(shuffled / task / "dev" / "gold.csv", index=False)
    second = evaluate(LengthLearner(), shuffled)
    assert [m.accuracy for m in first.record.metrics] == [m.accuracy for m in second.record.metrics]


def test_a_result_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    with pytest.raises(ModalityError):
        evaluate(LengthLearner("spoken"), folder, out=tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_a_researchers_class_is_scored_by_its_import_path(tmp_path: Path) -> None:
    result = evaluate("tests.evaluation.learners:LengthLearner", write_set(tmp_path / "set"), out=tmp_path / "r")
    stored = json.loads((tmp_path / "r" / "result.json").read_text())
    assert stored["model"]["name"] == result.record.model["name"] == "length"


def test_words_of_the_training_corpus_are_told_apart(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    heard = tmp_path / "heard.tsv"
    heard.write_text("cat\t3\ndog\t1\n")
    result = evaluate(LengthLearner(), folder, heard=heard, out=tmp_path / "r", official=True)
    lexical = result.trials[result.trials["task"] == "lexical"]
    assert set(lexical.loc[lexical["seen"] == "seen", "word"]) == {"cat", "dog"}
    assert set(lexical.loc[lexical["seen"] == "unseen", "word"]) == {"water", "null"}
    assert result.by("seen")["task"].unique().tolist() == ["lexical"]
    overall = float((tmp_path / "r" / "official" / "overall_accuracy_lexical_dev.txt").read_text())
    assert overall == result.accuracy("lexical")


def naive_accuracy(rows: pd.DataFrame, scores: dict[str, float], left_out: set[str]) -> float:
    """Average by hand over non-words, voices and words, without the pairs of some non-words."""
    words: dict[str, dict[str, list[float]]] = {}
    for (_, voice), pair in rows.groupby(["id", "voice"]):
        good, bad = (pair[pair["correct"] == correct].iloc[0] for correct in ("1", "0"))
        if bad["phones"] not in left_out:
            a, b = scores[good["filename"]], scores[bad["filename"]]
            words.setdefault(good["phones"], {}).setdefault(voice, []).append(1.0 if a > b else 0.5 if a == b else 0.0)
    means = [[sum(each) / len(each) for each in voices.values()] for voices in words.values()]
    return sum(sum(each) / len(each) for each in means) / len(means)


@pytest.mark.parametrize("nonwords", [("cap",), ("cap", "pat"), ()])
def test_non_words_that_were_heard_as_words_are_counted_and_left_out(
    tmp_path: Path, nonwords: tuple[str, ...]
) -> None:
    folder = write_set(tmp_path / "set")
    heard = tmp_path / "heard.tsv"
    heard.write_text("".join(f"{word}\t3\n" for word in ("cat", "water", *nonwords)))
    rows = lexical_rows()
    names = sorted(set(rows["filename"]))
    values = {name: float(sum(map(ord, name)) * 7919 % 13) for name in names}
    place = tmp_path / "scores" / "lexical"
    place.mkdir(parents=True)
    (place / "dev.txt").write_text("".join(f"{name} {value}\n" for name, value in values.items()))
    result = evaluate(f"scores:{tmp_path / 'scores'}", folder, heard=heard, out=tmp_path / "r")
    counts = load_result(tmp_path / "r").record.settings["heard"]
    assert counts["corpus"] == "heard.tsv"
    assert counts["tables"] == [
        {
            "split": "dev",
            "words": 4,
            "words_heard": 2,
            "nonwords": 8,
            "nonwords_heard": len(nonwords),
            "pairs": 8,
            "pairs_with_heard_nonword": len(nonwords),
        }
    ]
    met = {"cap": "k æ p", "pat": "p æ t"}
    by = result.by("nonword").set_index("nonword")["accuracy"]
    assert result.accuracy("lexical") == pytest.approx(naive_accuracy(rows, values, set()))
    assert by["not heard"] == pytest.approx(naive_accuracy(rows, values, {met[word] for word in nonwords}))
    assert ("heard" in by) == bool(nonwords)
    if nonwords:
        others = set(rows["phones"]) - {met[word] for word in nonwords}
        assert by["heard"] == pytest.approx(naive_accuracy(rows, values, others))
    said = f"2 of 4 words and {len(nonwords)} of 8 non-words ({len(nonwords)} of 8 pairs) occur as words in heard.tsv"
    assert said in as_text(result)
    assert said in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert ("non-word not heard" in as_text(result)) == bool(nonwords)


def test_files_that_were_asked_for_need_a_place_and_words(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    with pytest.raises(NoPlaceError, match="--out"):
        evaluate(LengthLearner(), folder, official=True)
    with pytest.raises(NoWordsError, match="length is not a causal model"):
        evaluate(LengthLearner(), folder, words=True, out=tmp_path / "r")
