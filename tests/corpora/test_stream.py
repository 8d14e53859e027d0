"""A corpus of text, batch by batch."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from babyslm.corpora import stream
from babyslm.corpora.corpus import TABLE_NAME, load_corpus


def write(folder: Path) -> None:
    folder.mkdir()
    batches = (pd.DataFrame({"text": [f"a line {number}", "and its end"], "source": "s"}) for number in range(20))
    told = {"name": "t", "language": "en", "licence": "none", "sources": ["the tests"]}
    stream.stream_corpus(batches, folder, settings={}, **told)


def test_groups_change_no_row_and_say_nothing_of_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "one")
    monkeypatch.setattr(stream, "GROUP_BYTES", 500)
    write(tmp_path / "many")
    foot = pq.read_metadata(tmp_path / "many" / TABLE_NAME)
    assert pq.read_metadata(tmp_path / "one" / TABLE_NAME).num_row_groups == 1
    assert 3 <= foot.num_row_groups < 20
    column = foot.schema.names.index("text")
    assert not foot.row_group(0).column(column).is_stats_set
    one, many = (load_corpus(tmp_path / name) for name in ("one", "many"))
    pd.testing.assert_frame_equal(one.utterances, many.utterances)
    assert one.card.words == many.card.words == 120
