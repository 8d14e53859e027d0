"""Whatever bytes a stranger sends, the readers give a value or a named error, and nothing else."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from babyslm.leaderboard.submissions.card import Card
from babyslm.leaderboard.submissions.score_index import ScoreIndex
from babyslm.leaderboard.submissions.submission import read_card, read_submission
from babyslm.leaderboard.submissions.template import known_of
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.errors import BabySLMError
from babyslm.verify.untrusted import printable, read_untrusted_json, read_untrusted_yaml
from tests.leaderboard import made

BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Few enough for every run of the suite; examples are drawn anew each time and shrunk on failure."""

NUMBERS = st.one_of(st.floats(), st.integers()).map(str)
NAMES = st.text(max_size=12)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=20), st.dates()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def index(stimuli: StimulusSet) -> ScoreIndex:
    return ScoreIndex(stimuli["lexical", "dev"])


@contextmanager
def named_errors() -> Iterator[None]:
    """Let an error pass only if it is one of ours, and can be shown to people."""
    try:
        yield
    except BabySLMError as error:
        if not printable(str(error)).isprintable():
            raise AssertionError from error


def mutated(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with a few bytes put in, taken out or changed."""

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        data = content
        for at, gone, new in edits:
            place = at % (len(data) + 1)
            data = data[:place] + new + data[place + gone :]
        return data

    edit = st.tuples(st.integers(0, len(content)), st.integers(0, 30), st.binary(max_size=8))
    return st.lists(edit, min_size=1, max_size=4).map(apply)


def read_whole(index: ScoreIndex, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with named_errors():
        verdicts = index.verdicts(index.read(path))
        assert set(index.voices(verdicts)) <= set(made.VOICES["dev"])
        assert set(verdicts.tolist()) <= {-1, 0, 1, 2}


@BOUNDED
@given(content=st.one_of(st.binary(max_size=200), st.binary(max_size=300).map(gzip.compress)))
def test_any_bytes_for_scores(content: bytes, index: ScoreIndex, tmp_path: Path) -> None:
    read_whole(index, tmp_path / "dev.txt.gz", content)


@BOUNDED
@given(rows=st.lists(st.tuples(NAMES, st.sampled_from([" ", "  ", "\t", ""]), NUMBERS), max_size=8), data=st.data())
def test_any_lines_for_scores(
    rows: list[tuple[str, str, str]], data: st.DataObject, index: ScoreIndex, tmp_path: Path
) -> None:
    known = [f"{name} {data.draw(NUMBERS)}" for name in index.names[: data.draw(st.integers(0, len(index.names)))]]
    text = "\n".join([*known, *("".join(row) for row in rows)])
    read_whole(index, tmp_path / "dev.txt.gz", gzip.compress(text.encode("utf-8", "surrogatepass")))


@BOUNDED
@given(data=st.data())
def test_broken_scores(data: st.DataObject, index: ScoreIndex, stimuli: StimulusSet, tmp_path: Path) -> None:
    scores = made.scores_of(stimuli["lexical", "dev"], 0, reads=True, ability=1.0)
    text = "".join(f"{name} {value!r}\n" for name, value in scores.items()).encode()
    packed = data.draw(st.one_of(mutated(gzip.compress(text, mtime=0)), mutated(text).map(gzip.compress)))
    read_whole(index, tmp_path / "dev.txt.gz", packed)


def read_as_card(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with named_errors():
        assert "<" not in read_card(path).model_dump_json()


@BOUNDED
@given(
    content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
)
def test_any_bytes_for_a_card(content: bytes, tmp_path: Path) -> None:
    read_as_card(tmp_path / "card.yaml", content)


@BOUNDED
@given(data=st.data())
def test_broken_cards(data: st.DataObject, tmp_path: Path) -> None:
    import yaml

    content = yaml.safe_dump(made.card_of(2), allow_unicode=True).encode()
    read_as_card(tmp_path / "card.yaml", data.draw(mutated(content)))


@BOUNDED
@given(field=st.sampled_from(sorted(Card.model_fields)), value=VALUES)
def test_any_value_of_a_field(field: str, value: object, tmp_path: Path) -> None:
    import yaml

    read_as_card(tmp_path / "card.yaml", yaml.safe_dump(made.card_of(2) | {field: value}).encode())


@BOUNDED
@given(content=st.binary(max_size=200))
def test_any_bytes_for_documents(content: bytes, tmp_path: Path) -> None:
    for name, read in (("a.json", read_untrusted_json), ("a.yaml", read_untrusted_yaml)):
        (tmp_path / name).write_bytes(content)
        with named_errors():
            read(tmp_path / name)


@BOUNDED
@given(
    value=VALUES,
    field=st.sampled_from(["stimuli", "metrics", "model", "settings", "environment", "interval", "files"]),
)
def test_any_value_in_a_record(value: object, field: str, stimuli: StimulusSet, tmp_path: Path) -> None:
    folder = tmp_path / "made-000" / "v1"
    if not folder.is_dir():
        made.make_submission(tmp_path, stimuli, 0, only="lexical")
    registry = made.make_registry(tmp_path / "board", stimuli)
    path = folder / made.SET / "clean" / "result.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {field: value}, default=str))
    with named_errors():
        read_submission(folder, registry.sets)
    path.write_text(json.dumps(record))


@BOUNDED
@given(value=st.one_of(VALUES, st.fixed_dictionaries({"model_info": VALUES, "publication": VALUES})))
def test_any_meta(value: object, tmp_path: Path) -> None:
    import yaml

    (tmp_path / "meta.yaml").write_text(yaml.safe_dump(value))
    assert isinstance(known_of(tmp_path), dict)
