"""Written corpora get voices."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from babyslm.corpora.made.spoken import speak_corpus, written_corpus
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.verify.corpora.tables import EmptyCorpusError

SENTENCES = ["look at the dog", "where is the ball", "a cat", "no"]


def test_every_utterance_is_spoken_and_found_again(tmp_path: Path) -> None:
    voices = choose_voices("en", split="train", count=3)
    text = written_corpus(SENTENCES, tmp_path / "text", name="t", language="en", sources=["the tests"])
    spoken = speak_corpus(text, tmp_path / "a", voices, language="en", name="s", times=2)
    table = spoken.utterances
    assert len(table) == 2 * len(SENTENCES)
    assert table.groupby("text")["speaker"].nunique().eq(2).all()
    assert set(table["speaker"]) <= {voice.name for voice in voices}
    assert spoken.card is not None
    assert spoken.card.hours == pytest.approx(spoken.hours)
    for row in table.itertuples():
        samples, rate = soundfile.read(tmp_path / "a" / str(row.audio))
        clip = samples[round(row.onset * rate) : round(row.offset * rate)]
        assert rate == 16_000
        assert len(clip) > 0.1 * rate
        assert np.abs(clip).max() > 0.01
    again = speak_corpus(text, tmp_path / "b", voices, language="en", name="s", times=2)
    pd.testing.assert_frame_equal(table, again.utterances)


def test_nothing_to_say_is_an_error(tmp_path: Path) -> None:
    text = written_corpus(SENTENCES, tmp_path / "text", name="t", language="en", sources=["the tests"])
    with pytest.raises(EmptyCorpusError):
        speak_corpus(text, tmp_path / "a", (), language="en", name="s")


def test_the_wild_is_the_same_utterances_in_the_same_voices_heard_elsewhere(tmp_path: Path) -> None:
    voices = choose_voices("en", split="train", count=3)
    text = written_corpus(SENTENCES * 3, tmp_path / "text", name="t", language="en", sources=["the tests"])
    where = ("reverberant", "clean")
    clean = speak_corpus(text, tmp_path / "clean", voices, language="en", name="s", seed=3)
    wild = speak_corpus(text, tmp_path / "wild", voices, language="en", name="s", seed=3, conditions=where)
    speak_corpus(text, tmp_path / "again", voices, language="en", name="s", seed=3, conditions=where)
    told = ["text", "phones", "speaker"]
    pd.testing.assert_frame_equal(clean.utterances[told], wild.utterances[told])
    assert clean.card is not None
    assert wild.card is not None
    assert (clean.card.speech, wild.card.speech) == ("clean", "in-the-wild")
    conditions = wild.card.settings["conditions"]
    assert [each["name"] for each in conditions] == list(where)  # type: ignore[attr-defined]
    # A room makes an utterance a quarter of a second longer: both conditions are heard.
    lengths = [(c.utterances["offset"] - c.utterances["onset"]).to_numpy(float) for c in (clean, wild)]
    longer = np.round(lengths[1] - lengths[0], 3)
    assert set(longer.tolist()) == {0.0, 0.25}
    sounds = [soundfile.read(tmp_path / name / "audio" / "00000.flac")[0] for name in ("wild", "again")]
    np.testing.assert_array_equal(*sounds)
