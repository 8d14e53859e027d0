"""From a result, or scores computed elsewhere, to a submission that passes."""

import gzip
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml

from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.site import build_site
from babyslm.leaderboard.submissions.card import Card, card_schema
from babyslm.leaderboard.submissions.registry import Registry
from babyslm.leaderboard.submissions.template import card_template, write_template
from babyslm.leaderboard.submit import submit
from babyslm.leaderboard.verification import verify_submissions
from babyslm.models.protocol import ScoreBatch
from babyslm.resources import resource
from babyslm.results.outcomes.record import read_record
from babyslm.results.result import Result, make_result
from babyslm.results.scores.files import write_scores
from babyslm.results.scores.table import official_order, score_table
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import DocumentError, NoSuchFileError, read_json
from babyslm.verify.errors import BabySLMError, UsageError
from tests.leaderboard import made


def result_of(
    stimuli: StimulusSet, number: int, *, split: str | None = None, voices: int = 9, condition: str | None = None
) -> Result:
    tables = {}
    chosen = stimuli.select(split=split)
    for table in chosen:
        scores = made.scores_of(table, number, reads=number % 3 != 2, ability=1.0)
        kept = {s.name: scores[s.name] for s in table.stimuli if s.voice in table.voices[:voices]}
        values = np.array(list(kept.values()))
        tables[table.task, table.split] = score_table(list(kept), ScoreBatch(values, None))
    settings = {"condition": condition} if condition else {}
    return make_result({"name": f"Learner {number}"}, chosen, tables, settings=settings, seconds=1.0)


def card_file(folder: Path, number: int, **changes: object) -> Path:
    path = folder / f"card{number}.yaml"
    path.write_text(yaml.safe_dump(made.card_of(number, **changes)))
    return path


@pytest.fixture
def board_folder(submissions: Path) -> Path:
    return submissions.parent


def test_a_result_becomes_a_submission(
    tmp_path: Path, board_folder: Path, registry: Registry, stimuli: StimulusSet
) -> None:
    result = result_of(stimuli, 2)
    folder = result.save(tmp_path / "result", report=False)
    made_of = submit(folder, card_file(tmp_path, 2), board_folder, registry)
    assert made_of.folder == board_folder / "submissions" / "made-002" / "v1"
    found = verify_submissions(board_folder / "submissions", registry)
    assert found.passed
    (entry,) = found.board.entries.values()
    for task in ("lexical", "syntactic"):
        value = entry.standings[f"{made.SET}.test.clean"][task].estimate.value
        assert value == pytest.approx(result.accuracy(task, "test"))
        assert made_of.as_dict()["accuracy"][f"{made.SET}.test.clean"][task] == value
    assert not entry.flags
    record = read_record(made_of.folder / made.SET / "clean" / "result.json")
    assert {metric.attribute for metric in record.metrics} == {None}
    assert sorted(p.name for p in made_of.folder.iterdir()) == ["card.yaml", made.SET]


def test_a_revision_grows_but_never_changes(
    tmp_path: Path, board_folder: Path, registry: Registry, stimuli: StimulusSet
) -> None:
    card = card_file(tmp_path, 2)
    for split in ("dev", "test"):
        folder = result_of(stimuli, 2, split=split).save(tmp_path / split, report=False)
        submit(folder, card, board_folder, registry)
    home = result_of(stimuli, 2, split="test", condition="home").save(tmp_path / "home", report=False)
    submit(home, card, board_folder, registry)
    board = gather(board_folder / "submissions", registry)
    assert list(board.tracks) == [f"{made.SET}.{name}" for name in ("dev.clean", "test.clean", "test.home")]
    record = read_record(board_folder / "submissions" / "made-002" / "v1" / made.SET / "clean" / "result.json")
    assert sorted(record.stimuli.checksums) == sorted(stimuli.checksums)
    assert {metric.split for metric in record.metrics} == {"dev", "test"}
    other = result_of(stimuli, 5, split="test").save(tmp_path / "other", report=False)
    with pytest.raises(BabySLMError, match="never change"):
        submit(other, card, board_folder, registry)
    with pytest.raises(UsageError, match="another licence"):
        submit(home, card_file(tmp_path, 2, licence="MIT"), board_folder, registry)
    again = gather(board_folder / "submissions", registry)
    assert list(again.entries) == ["made-002--v1"]


def test_scores_of_elsewhere_with_a_meta_file(
    tmp_path: Path, board_folder: Path, registry: Registry, stimuli: StimulusSet
) -> None:
    """A ZeroSpeech-style folder: its meta.yaml fills in the card, its text form repeats names."""
    folder = tmp_path / "elsewhere"
    result = result_of(stimuli, 0, voices=1)
    for (task, split), scores in result.scores.items():
        write_scores(folder / task / f"{split}.txt", official_order(scores, stimuli[task, split]))
    meta = {
        "username": "x",
        "model_info": {
            "model_id": "LSTM of Words",
            "system_description": "An LSTM.",
            "train_set": "Providence",
            "gpu_budget": "<GPU budget>",
        },
        "publication": {"authors": "A. Author, B. Writer and C. Third", "paper_title": "On words", "institution": "U"},
        "open_source": True,
        "code_url": "https://example.org/code",
    }
    (folder / "meta.yaml").write_text(yaml.safe_dump(meta))
    card = tmp_path / "card.yaml"
    write_template(card, folder)
    with pytest.raises(UsageError, match="exists already"):
        write_template(card)
    value = yaml.safe_load(card.read_text())
    assert (value["model"], value["name"]) == ("lstm-of-words", "LSTM of Words")
    assert value["authors"] == ["A. Author", "B. Writer", "C. Third"]
    assert value["compute"]["hardware"] is None, "a value of their template is none"
    with pytest.raises(DocumentError, match="template"):
        submit(folder, card, board_folder, registry)
    filled = value | {
        "revision": "v1",
        "family": "LSTM",
        "modality": "orthographic",
        "language": ["en"],
        "licence": "MIT",
        "submitted": "2026-11-24",
        "training": {"data": "Providence", "domain": "none", "words": 1e6},
    }
    card.write_text(yaml.safe_dump(filled))
    submitted = submit(folder, card, board_folder, registry)
    board = gather(board_folder / "submissions", registry)
    assert not board.refused
    assert board.entries["lstm-of-words--v1"].card.publication is not None
    value = submitted.entry.standings[f"{made.SET}.test.clean"]["lexical"].estimate.value
    assert value == pytest.approx(result.accuracy("lexical", "test"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"modality": "spoken"}, "training.hours"),
        ({"model": "made/../x"}, "pattern"),
        ({"name": "<b>x</b>"}, "plain text"),
    ],
)
def test_a_faulty_card_is_named(
    change: dict[str, object],
    words: str,
    tmp_path: Path,
    board_folder: Path,
    registry: Registry,
    stimuli: StimulusSet,
) -> None:
    folder = result_of(stimuli, 0, split="dev").save(tmp_path / "result", report=False)
    with pytest.raises(BabySLMError, match=words):
        submit(folder, card_file(tmp_path, 0, **change), board_folder, registry)
    assert not list((board_folder / "submissions").iterdir())


def test_what_would_be_refused_is_not_written(
    tmp_path: Path, board_folder: Path, registry: Registry, stimuli: StimulusSet
) -> None:
    folder = result_of(stimuli, 0, split="dev", condition="home").save(tmp_path / "result", report=False)
    with pytest.raises(BabySLMError, match="refused: made-000/v1/made-en-1: .*not spoken"):
        submit(folder, card_file(tmp_path, 0), board_folder, registry)
    foreign = made.make_set(tmp_path / "foreign", words=5, pairs=6)
    folder = result_of(foreign, 0).save(tmp_path / "other", report=False)
    with pytest.raises(BabySLMError, match="not a registered stimulus set"):
        submit(folder, card_file(tmp_path, 0), board_folder, registry)
    with pytest.raises(NoSuchFileError, match="scores"):
        submit(tmp_path, card_file(tmp_path, 0), board_folder, registry)
    assert not list((board_folder / "submissions").iterdir())


def test_the_template_asks_for_every_field() -> None:
    value = yaml.safe_load(card_template())
    assert list(value) == list(Card.model_fields)
    assert list(value["training"]) == list(Card.model_fields["training"].annotation.model_fields)
    with pytest.raises(ValueError, match="template"):
        Card.model_validate(value)


def test_the_published_schema_is_that_of_the_card() -> None:
    assert read_json(resource("leaderboard", "card.schema.json")) == card_schema()
    card = made.card_of(0)
    jsonschema.validate(card, card_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(card | {"modality": "telepathic"}, card_schema())


def test_changed_and_removed_scores_of_the_board_are_refused(
    tmp_path: Path, submissions: Path, registry: Registry, stimuli: StimulusSet
) -> None:
    base = tmp_path / "base"
    for folder in (base, submissions):
        for number in (0, 1, 3):
            made.make_submission(folder, stimuli, number)
    made.make_submission(submissions, stimuli, 2)
    found = verify_submissions(submissions, registry, base=base)
    assert found.passed
    assert found.new == ("made-002--v1",)
    text = found.as_markdown()
    assert "| `made-002--v1` | **new** |" in text
    assert "| `made-000--v1` |  |" in text, "a learner of the project stands beside it"
    assert "made-001" not in text
    path = submissions / "made-000" / "v1" / made.SET / "clean" / "scores" / "lexical" / "dev.txt.gz"
    content = gzip.decompress(path.read_bytes()).decode()
    path.write_bytes(gzip.compress(content.encode(), 1))
    assert verify_submissions(submissions, registry, base=base).passed, "packed anew, the same scores"
    first = content.split("\n", 1)[0]
    path.write_bytes(gzip.compress(content.replace(first, first.split()[0] + " -0.25", 1).encode()))
    (submissions / "made-001" / "v1" / made.SET / "clean" / "scores" / "syntactic" / "test.txt.gz").unlink()
    changed = verify_submissions(submissions, registry, base=base)
    assert not changed.passed
    assert [refusal.folder for refusal in changed.refused] == ["made-000/v1", "made-001/v1"]
    assert f"{first.replace(' ', ' ')} -> -0.25" in changed.refused[0].reason
    assert "syntactic/test.txt.gz" in changed.refused[1].reason
    assert "**refused**" in changed.as_markdown()
    assert changed.as_dict()["passed"] is False


def test_a_comment_fits_and_quotes_nothing_as_markup(
    submissions: Path, registry: Registry, stimuli: StimulusSet
) -> None:
    for number in range(40):
        made.make_submission(submissions, stimuli, number, only="syntactic")
        folder = made.make_submission(submissions, stimuli, number, model=f"bad-{number}", only="syntactic")
        (folder / "card.yaml").write_text(
            yaml.safe_dump(
                made.card_of(number, model=f"bad-{number}") | {"```\n@everyone [x](javascript:y) " + "z" * 900: 1}
            )
        )
    empty = submissions.parent / "empty"
    empty.mkdir()
    text = verify_submissions(submissions, registry, base=empty).as_markdown()
    assert len(text) < 65_536
    inside = text.split("```")[1::2]
    assert text.count("```") == 2, "one block of code: nothing inside closes it"
    assert "@everyone" in inside[0]
    assert "@everyone" not in text.replace(inside[0], "")
    assert "and 20 more" in text


def test_flags(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    for number in (0, 1):
        made.make_submission(submissions, stimuli, number, ability=1.0)
    one, two, tuned, uneven, told = (
        made.make_submission(submissions, stimuli, number, model=name, name=f"{name} {number}", ability=1.0)
        for number, name in ((3, "one"), (3, "two"), (4, "tuned"), (6, "uneven"), (7, "told"))
    )
    assert one != two
    for table in stimuli:
        ability = 3.0 if table.split == "dev" else 0.0
        scores = made.scores_of(table, 4, reads=True, ability=ability)
        made.write_scores(tuned / made.SET / "clean" / "scores" / table.task / f"{table.split}.txt.gz", scores)
    scores = made.scores_of(stimuli["lexical", "test"], 6, reads=False, ability=1.0)
    made.write_scores(uneven / made.SET / "clean" / "scores" / "lexical" / "test.txt.gz", scores)
    made.make_submission(submissions, stimuli, 9, model="copycat", name="made  LEARNER 0", ability=1.0)
    path = told / made.SET / "clean" / "result.json"
    result = result_of(stimuli, 0)
    path.write_text(result.record.model_copy(update={"settings": {"pooling": "sum"}}).model_dump_json())
    board = gather(submissions, registry)
    assert not board.refused
    kinds = {slug: {flag.kind for flag in entry.flags} for slug, entry in board.entries.items()}
    assert kinds["made-001--v1"] == set()
    assert kinds["made-000--v1"] == kinds["copycat--v1"] == {"same-name"}
    assert kinds["one--v1"] == kinds["two--v1"] == {"identical-scores"}
    assert "two--v1" in board.entries["one--v1"].flags[0].text
    assert kinds["tuned--v1"] == {"splits-apart"}
    assert kinds["uneven--v1"] == {"voices-differ"}
    assert kinds["told--v1"] == {"recorded-otherwise", "scored-by-sum"}


def test_scores_that_cannot_be_log_probabilities_are_told_on_the_page_of_the_learner(
    submissions: Path, registry: Registry, stimuli: StimulusSet, tmp_path: Path
) -> None:
    """Losses that were not negated: positive, and upside down; constant scores are refused."""
    for number in (0, 1):
        made.make_submission(submissions, stimuli, number, ability=2.0)
    losses = made.make_submission(submissions, stimuli, 3, model="losses", ability=2.0)
    constant = made.make_submission(submissions, stimuli, 4, model="constant", ability=2.0)
    for table in stimuli:
        lifted = {name: 20.0 - value for name, value in made.scores_of(table, 3, reads=True, ability=2.0).items()}
        name = f"clean/scores/{table.task}/{table.split}.txt.gz"
        made.write_scores(losses / made.SET / name, lifted)
        made.write_scores(constant / made.SET / name, dict.fromkeys(lifted, -2.0))
    board = gather(submissions, registry)
    assert [refusal.folder for refusal in board.refused] == ["constant/v1"]
    told = {flag.kind: flag.text for flag in board.entries["losses--v1"].flags}
    tables = "lexical/dev, lexical/test, syntactic/dev, syntactic/test"
    assert told["positive-scores"].startswith(f"{tables}: all scores are positive; higher must mean more probable")
    assert "accuracy on words is significantly below chance" in told["below-chance"]
    assert board.entries["made-001--v1"].flags == ()
    build_site(board, tmp_path / "site")
    page = (tmp_path / "site" / "learners" / "losses--v1.html").read_text(encoding="utf-8")
    assert "all scores are positive" in page
    assert "significantly below chance" in page
    assert "significantly" not in (tmp_path / "site" / "learners" / "made-001--v1.html").read_text(encoding="utf-8")
