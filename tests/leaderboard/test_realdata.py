"""Published scores on the official set, through the whole of the leaderboard."""

from pathlib import Path

import pytest
import yaml

from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.submissions.registry import load_registry, register_set
from babyslm.leaderboard.submit import submit
from tests.leaderboard import made

PUBLISHED = 0.5954862041253685
"""Mean over words of the official script on the published scores of STELA, 1,024 hours, lexical dev."""


@pytest.mark.realdata
def test_published_scores_give_the_published_accuracy(realdata: Path, tmp_path: Path) -> None:
    source = realdata / "babyslm_librivox_1024h"
    scores = tmp_path / "scores" / "lexical"
    scores.mkdir(parents=True)
    (scores / "dev.txt").write_bytes((source / "lexical" / "dev.txt").read_bytes())
    register_set(source, tmp_path, "official-1", name="Official", made_by="the authors", keep_tables=False)
    registry = load_registry(tmp_path, at_hand=[source])
    training = {"data": "LibriVox audiobooks", "domain": "clean", "hours": 1024}
    card = tmp_path / "card.yaml"
    card.write_text(yaml.safe_dump(made.card_of(2, model="stela", revision="h1024", training=training)))
    submit(scores.parent, card, tmp_path, registry)
    board = gather(tmp_path / "submissions", registry)
    assert not board.refused
    entry = board.entries["stela--h1024"]
    standing = entry.standings["official-1.dev.clean"]["lexical"]
    assert standing.estimate.value == pytest.approx(PUBLISHED, abs=1e-12)
    assert standing.ties == 0
    voices = entry.breakdowns.query("attribute == 'voice'").set_index("value")["accuracy"]
    assert voices.round(4).tolist() == [0.5328, 0.6582]
    lengths = entry.breakdowns.query("attribute == 'length'").set_index("value")
    assert (lengths.loc["2", "n"], round(lengths.loc["2", "accuracy"], 4)) == (25, 0.5592)
    assert not entry.flags
