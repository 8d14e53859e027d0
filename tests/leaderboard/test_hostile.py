"""Submissions that should not pass are refused, one by one, each with a reason; the others stay on the board."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.submissions.registry import Registry
from babyslm.stimuli.stimulus_set import StimulusSet
from tests.leaderboard import made

RUN = Path(made.SET) / "clean"
SCORES = RUN / "scores" / "lexical" / "dev.txt.gz"

Change = Callable[[Path], None]


def text_of(folder: Path) -> str:
    return gzip.decompress((folder / SCORES).read_bytes()).decode()


def put(folder: Path, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / SCORES).write_bytes(gzip.compress(data))


def lines(change: Callable[[list[str]], list[str]]) -> Change:
    def apply(folder: Path) -> None:
        put(folder, "\n".join(change(text_of(folder).splitlines())) + "\n")

    return apply


def card(old: str, new: str) -> Change:
    def apply(folder: Path) -> None:
        path = folder / "card.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return apply


def card_bytes(content: bytes) -> Change:
    return lambda folder: (folder / "card.yaml").write_bytes(content) and None


def record(change: Callable[[dict], object]) -> Change:
    def apply(folder: Path) -> None:
        path = folder / RUN / "result.json"
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value))

    return apply


def link_scores(folder: Path) -> None:
    secret = folder.parent.parent.parent / "secret.txt"
    secret.write_text("password")
    (folder / SCORES).unlink()
    (folder / SCORES).symlink_to(secret)


def link_folder(folder: Path) -> None:
    (folder / made.SET / "home").symlink_to(folder / RUN, target_is_directory=True)


def pipe(folder: Path) -> None:
    (folder / SCORES).unlink()
    os.mkfifo(folder / SCORES)


def bomb(folder: Path) -> None:
    """Sixteen megabytes in many small archives behind each other."""
    member = gzip.compress(bytes(1 << 20))
    (folder / SCORES).write_bytes(member * 16)


def huge_bomb(folder: Path) -> None:
    (folder / SCORES).write_bytes(gzip.compress(b"x 1\n" * (1 << 18)))


def million_lines(folder: Path) -> None:
    put(folder, "a 1\n" * 1_000_000)


def truncated(folder: Path) -> None:
    content = (folder / SCORES).read_bytes()
    (folder / SCORES).write_bytes(content[: len(content) // 2])


def cut_text(folder: Path) -> None:
    text = text_of(folder)
    put(folder, text[: len(text) // 2])


def swapped_case(folder: Path) -> None:
    (folder / "Card.YAML").write_text("x")


def stray_script(folder: Path) -> None:
    (folder / RUN / "run.sh").write_text("rm -rf /")


def stray_scores(folder: Path) -> None:
    (folder / SCORES).with_name("train.txt.gz").write_bytes(b"")


def other_set(folder: Path) -> None:
    (folder / made.SET).rename(folder / "unknown-set")


def other_condition(folder: Path) -> None:
    (folder / RUN).rename(folder / made.SET / "moon")


def heard(folder: Path) -> None:
    (folder / RUN).rename(folder / made.SET / "home")


def no_scores(folder: Path) -> None:
    for path in sorted((folder / RUN / "scores").rglob("*.gz")):
        path.unlink()


def no_card(folder: Path) -> None:
    (folder / "card.yaml").unlink()


def no_record(folder: Path) -> None:
    (folder / RUN / "result.json").unlink()


def deep_json(folder: Path) -> None:
    (folder / RUN / "result.json").write_text("[" * 100_000)


def huge_json(folder: Path) -> None:
    (folder / RUN / "result.json").write_text(json.dumps("x" * (2 << 20)))


LAUGHS = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"

HOSTILE: dict[str, tuple[Change, str]] = {
    "a link to a secret": (link_scores, "symbolic link"),
    "a link to a folder": (link_folder, "symbolic link"),
    "a pipe that never ends": (pipe, "pipe"),
    "a packed bomb": (bomb, "more than"),
    "a larger bomb": (huge_bomb, "more than"),
    "a million lines": (million_lines, "more than"),
    "more lines than rows": (lines(lambda rows: [*rows, *["a 1"] * len(rows)]), "lines"),
    "a truncated archive": (truncated, "not a complete gzip file"),
    "a truncated text": (cut_text, "dev.txt.gz"),
    "not packed at all": (lambda folder: (folder / SCORES).write_bytes(b"a 1\n") and None, "not a complete gzip file"),
    "an empty file": (lambda folder: put(folder, ""), "contains no score"),
    "UTF-16": (lambda folder: put(folder, text_of(folder).encode("utf-16")), "UTF-8"),
    "latin 1": (lambda folder: put(folder, "caf\xe9 1\n".encode("latin-1")), "UTF-8"),
    "NaN": (lines(lambda rows: [rows[0].split()[0] + " nan", *rows[1:]]), "NaN"),
    "infinity": (lines(lambda rows: [rows[0].split()[0] + " -inf", *rows[1:]]), "infinite"),
    "no number": (lines(lambda rows: [rows[0].split()[0] + " 1_0", *rows[1:]]), "malformed"),
    "constant scores": (lines(lambda rows: [row.split()[0] + " 0.5" for row in rows]), "every score is 0.5"),
    "a missing stimulus": (lines(lambda rows: rows[1:]), "have no score"),
    "an extra stimulus": (lines(lambda rows: [*rows, "extra 1"]), "not in the stimulus set"),
    "a path for a stimulus": (lines(lambda rows: ["../../etc/passwd 1", *rows[1:]]), "not in the stimulus set"),
    "two scores of one stimulus": (lines(lambda rows: [*rows, rows[0].split()[0] + " 77"]), "scored twice"),
    "a stray script": (stray_script, "run.sh"),
    "stray scores": (stray_scores, "train.txt.gz"),
    "a second card": (swapped_case, "Card.YAML"),
    "a set nobody registered": (other_set, "not a registered stimulus set"),
    "a condition nobody registered": (other_condition, "not a condition of this set"),
    "a reader that hears": (heard, "not spoken"),
    "no scores": (no_scores, "contains no scores"),
    "no card": (no_card, "no such file"),
    "no record": (no_record, "no such file"),
    "endless JSON": (deep_json, "not valid JSON"),
    "large JSON": (huge_json, "more than"),
    "a record of other stimuli": (
        record(lambda value: value["stimuli"]["checksums"].update({"lexical/dev": "0" * 64})),
        "other stimuli",
    ),
    "a record of the future": (record(lambda value: value.update(schema_version=9)), "schema version"),
    "unknown fields of a record": (record(lambda value: value.update(extra=1)), "extra"),
    "script in the name": (card("name: Made learner 1", 'name: "<script>alert(1)</script>"'), "plain text"),
    "script in the description": (card("made for tests", "<img src=x onerror=alert(1)>"), "plain text"),
    "script in the family": (card("family: made family 0", "family: '</script><svg/onload=x>'"), "plain text"),
    "a name that turns text around": (card("name: Made learner 1", 'name: "a\\u202Eb"'), "invisible"),
    "a name with an escape": (card("name: Made learner 1", 'name: "a\\e[31m"'), "invisible"),
    "a script address": (card("licence:", "url: 'javascript:alert(1)'\nlicence:"), "web address"),
    "an address with quotes": (card("licence:", "url: 'https://x.org/\"onclick=\"y'\nlicence:"), "web address"),
    "a value of the template": (card("licence: Apache-2.0", "licence: <licence>"), "template"),
    "another model's name": (card("model: made-001", "model: made-000"), "not its folder"),
    "a path for a model": (card("model: made-001", "model: ../../etc"), "pattern"),
    "unknown fields of a card": (card("licence:", "exec: rm\nlicence:"), "Extra inputs"),
    "a reader that heard speech": (card("domain: none", "domain: clean"), "training.domain must be none"),
    "negative words": (card("words: 2000", "words: -5"), "greater than"),
    "infinite words": (card("words: 2000", "words: .inf"), "finite"),
    "a number beyond all": (card("words: 2000", f"words: {'9' * 5_000}"), "card.yaml"),
    "no date": (card("'2026-11-24'", "2026-99-99"), "card.yaml"),
    "aliases that multiply": (card_bytes(LAUGHS), "aliases"),
    "endless YAML": (card_bytes(b"[" * 10_000), "nested"),
    "an object of Python": (card_bytes(b"!!python/object/apply:os.system [id]"), "not valid YAML"),
    "binary for a card": (card_bytes(bytes(range(256))), "UTF-8"),
    "a list for a card": (card_bytes(b"- a\n"), "card.yaml"),
    "a large card": (card_bytes(b"#" * (1 << 17)), "more than"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_a_reason(name: str, submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    change, reason = HOSTILE[name]
    made.make_submission(submissions, stimuli, 0, only="syntactic")
    change(made.make_submission(submissions, stimuli, 1, only="lexical"))
    board = gather(submissions, registry)
    assert list(board.entries) == ["made-000--v1"], "the sound one stays, the other goes"
    (refusal,) = board.refused
    assert reason in refusal.reason
    assert refusal.folder == "made-001/v1"
    assert str(submissions.parent) not in refusal.reason, "no folder of this machine is told"
    assert refusal.reason.isprintable()
    assert len(refusal.reason) <= 600


@pytest.mark.parametrize("name", ["..hidden", "Upper", "a b", "a--b", "x" * 65, "a;rm", "é", "-a"])
def test_folders_have_plain_names(name: str, submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    folder = made.make_submission(submissions, stimuli, 0, only="syntactic")
    folder.parent.rename(submissions / name)
    board = gather(submissions, registry)
    assert not board.entries
    assert "lower-case" in board.refused[0].reason
    (submissions / name).rename(submissions / "made-000")
    folder.rename(folder.parent / name)
    board = gather(submissions, registry)
    assert not board.entries
    assert "lower-case" in board.refused[0].reason


def test_a_model_that_is_a_link_is_refused(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    elsewhere = made.make_submission(submissions.parent / "elsewhere", stimuli, 0, only="syntactic")
    (submissions / "made-000").symlink_to(elsewhere.parent, target_is_directory=True)
    (submissions / "made-001").mkdir()
    (submissions / "made-001" / "v1").symlink_to(elsewhere, target_is_directory=True)
    board = gather(submissions, registry)
    assert not board.entries
    assert len(board.refused) == 2


def test_a_bomb_is_never_unpacked(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    import tracemalloc

    folder = made.make_submission(submissions, stimuli, 1, only="lexical")
    packed = gzip.compress(bytes(1 << 26))
    (folder / SCORES).write_bytes(packed[:40_000])
    registry.stimuli(made.SET)
    tracemalloc.start()
    board = gather(submissions, registry)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "more than" in board.refused[0].reason
    assert peak < 1 << 23


def test_a_revision_is_entered_once(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    made.make_submission(submissions, stimuli, 1, ability=1.0)
    made.make_submission(submissions, stimuli, 1, ability=1.0, revision="v2")
    board = gather(submissions, registry)
    assert list(board.entries) == ["made-001--v1"]
    assert "exactly the scores of made-001/v1" in board.refused[0].reason
