"""Corpora with sound: transcripts with recordings, Providence's clips, reading, and recordings of homes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from babyslm.corpora.corpus import load_corpus
from babyslm.corpora.parts import Parts
from babyslm.corpora.prepare import prepare_corpus
from babyslm.corpora.recorded.transcript_sound import Sound
from babyslm.corpora.recorded.voice_activity import Activity, speech_spans
from babyslm.files import sha256_file
from babyslm.training.speech.utterances import read_utterances
from babyslm.verify.corpora.chat import PhonemicTierError
from babyslm.verify.corpora.faults import FaultsError
from babyslm.verify.corpora.rttm import NoSegmentsError
from babyslm.verify.corpora.tables import ForeignFolderError, NoRecordingsError
from tests.corpora.transcripts import LINES, bursts, transcript


@pytest.fixture
def childes(tmp_path: Path) -> Path:
    for name, age in (("alex/old", "2;01.00"), ("alex/young", "1;01.00"), ("lily/a", "1;06.00")):
        transcript(tmp_path / "cha" / f"{name}.cha", age=age, media=name.replace("/", "-"))
        bursts(tmp_path / "media" / f"{name.replace('/', '-')}.wav", [(0, 6)], seconds=6, rate=22_050)
    return tmp_path


def test_transcripts_become_clips_of_adult_speech(childes: Path) -> None:
    corpus = prepare_corpus("childes", childes / "cha", childes / "c", sound=Sound(childes / "media"))
    rows = corpus.utterances
    assert rows["source"].tolist() == ["alex/old"] * 3 + ["alex/young"] * 3 + ["lily/a"] * 3
    assert rows["speaker"].unique().tolist() == ["alex/MOT", "lily/MOT"]
    assert corpus.hours == pytest.approx(3 * (1.5 + 0.9 + 2.4) / 3600)
    assert corpus.card is not None
    assert corpus.card.speech == "in-the-wild"
    for row in rows.itertuples():
        sound, rate = soundfile.read(childes / "c" / row.audio)
        assert rate == 16_000
        assert len(sound) == round(row.offset * rate)
    assert sum(len(wave) for _, wave in read_utterances(childes / "c").waveforms(range(9))) == 3 * 76_800


def test_boundaries_are_intersected_with_rttm(childes: Path) -> None:
    line = "SPEAKER lily-a 1 {} {} <NA> <NA> {} <NA> <NA>\n"
    spans = [(0.2, 0.6, "FEM"), (1.0, 0.3, "FEM"), (2.0, 2.0, "KCHI"), (3.6, 0.2, "FEM"), (4.0, 3.0, "FEM")]
    (childes / "v.rttm").write_text("".join(line.format(*span) for span in spans))
    sound = Sound(childes / "media", childes / "v.rttm", ("FEM",), least=0.25)
    rows = prepare_corpus("childes", childes / "cha", childes / "c", sound=sound).utterances
    assert [round(float(length), 3) for length in rows["offset"]] == [0.6, 0.3, 1.9]
    assert rows["text"].isna().tolist() == [False, True, False]
    assert rows["text"].iloc[0] == "look at the bedroom okay"
    with pytest.raises(NoSegmentsError, match="MAL"):
        prepare_corpus(
            "childes", childes / "cha", childes / "d", sound=Sound(childes / "media", childes / "v.rttm", ("MAL",))
        )


def test_the_same_sources_give_the_same_checksums(childes: Path) -> None:
    parts = Parts(held_out=(0.3,), budgets=("10w", "20w"))
    for name in "ab":
        prepare_corpus(
            "childes", childes / "cha", childes / name, sound=Sound(childes / "media"), tier=None, parts=parts
        )
    made = [path.relative_to(childes / "a") for path in (childes / "a").rglob("*.*") if path.is_file()]
    assert {"train/utterances.parquet", "dev/card.yaml", "budgets/10w/card.yaml"} <= {p.as_posix() for p in made}
    for path in made:
        assert sha256_file(childes / "a" / path) == sha256_file(childes / "b" / path), path


def test_budgets_are_nested_and_find_their_sound(childes: Path) -> None:
    parts = Parts(budgets=("20w", "40w"), order="age")
    prepare_corpus("childes", childes / "cha", childes / "c", sound=Sound(childes / "media"), parts=parts)
    small, large = (load_corpus(childes / "c" / "budgets" / name) for name in ("20w", "40w"))
    assert small.words <= 20
    assert large.words <= 40
    assert small.utterances["source"].unique().tolist() == ["alex/young"]
    pd.testing.assert_frame_equal(small.utterances, large.utterances.iloc[: len(small.utterances)])
    assert read_utterances(childes / "c" / "budgets" / "20w").files[0].is_file()


def test_phones_of_a_tier_go_before_the_spelling(childes: Path) -> None:
    corpus = prepare_corpus("providence", childes / "cha", childes / "c", roles=["Target_Child"], tier="mod")
    assert corpus.utterances["phones"].unique().tolist() == ["d ɑ ɡ iː"]
    spelled = prepare_corpus("providence", childes / "cha", childes / "d", roles=["Target_Child"])
    assert spelled.utterances["phones"].unique().tolist() == ["d ɔ ɡ iː"]
    with pytest.raises(PhonemicTierError, match="%mod; available: com"):
        prepare_corpus("providence", childes / "cha", childes / "e", roles=["Mother"], tier="mod")


def test_a_recording_that_lacks_is_named(childes: Path) -> None:
    (childes / "media" / "lily-a.wav").unlink()
    with pytest.raises(FaultsError, match=r"a\.cha: its recording lily-a"):
        prepare_corpus("childes", childes / "cha", childes / "c", sound=Sound(childes / "media"))
    transcript(childes / "empty" / "x.cha", LINES)
    with pytest.raises(NoRecordingsError):
        prepare_corpus("childes", childes / "cha", childes / "c", sound=Sound(childes / "empty"))


def test_published_clips_of_providence(tmp_path: Path) -> None:
    for name, seconds in (
        ("Alex_MOT/alex01_010428_MOT_9000_9800", 0.8),
        ("Alex_MOT/alex01_010428_MOT_100_900", 0.8),
        ("Alex_CHI/alex01_010428_CHI_1_700", 0.7),
        ("Alex_MOT/alex01_010428_MOT_2000_2300", 0.3),
    ):
        bursts(tmp_path / "audio" / f"{name}.wav", [(0, seconds)], seconds=seconds)
    rows = prepare_corpus("providence", tmp_path / "audio", tmp_path / "c").utterances
    assert [path.split("_MOT_")[1] for path in rows["audio"]] == ["100_900.wav", "9000_9800.wav"]
    assert len(read_utterances(tmp_path / "c")) == 2
    bursts(tmp_path / "audio" / "Alex_MOT" / "clip.wav", [(0, 1)], seconds=1)
    with pytest.raises(FaultsError, match="clip"):
        prepare_corpus("providence", tmp_path / "audio", tmp_path / "d")


def test_chapters_are_cut_at_pauses(tmp_path: Path) -> None:
    spans = [(0.5, 2.0), (2.2, 3.0), (4.0, 4.2), (5.0, 6.5)]
    bursts(tmp_path / "books" / "anna" / "emma_01.wav", spans, seconds=7)
    rows = prepare_corpus("librivox", tmp_path / "books", tmp_path / "c").utterances
    assert rows["speaker"].tolist() == ["anna", "anna"]
    found = rows[["onset", "offset"]].astype(float).to_numpy()
    assert np.abs(found - [[0.4, 3.1], [4.9, 6.6]]).max() < 0.08
    (tmp_path / "d" / "audio").mkdir(parents=True)
    with pytest.raises(ForeignFolderError):
        prepare_corpus("librivox", tmp_path / "books", tmp_path / "d")


def test_long_speech_is_cut_where_it_is_quiet() -> None:
    draw = np.random.default_rng(0)
    sound = draw.normal(0, 0.1, 16_000 * 30).astype(np.float32)
    sound[16_000 * 8 : 16_000 * 8 + 3200] *= 0.3
    spans, short = speech_spans([sound[:100_000], sound[100_000:]], Activity(most=10.0))
    assert short == 0
    assert spans[0][1] == pytest.approx(8.1, abs=0.15)
    assert all(off - on <= 10.0 for on, off in spans)
    assert sum(off - on for on, off in spans) == pytest.approx(30, abs=0.1)
    assert speech_spans([np.zeros(16_000, dtype=np.float32)], Activity()) == ([], 0)


def test_librispeech_has_its_words(tmp_path: Path) -> None:
    for name, seconds in (("12-34-0000", 1.0), ("12-34-0001", 2.0), ("56-7-0000", 1.0)):
        speaker, chapter, _ = name.split("-")
        bursts(tmp_path / "ls" / speaker / chapter / f"{name}.flac", [(0, seconds)], seconds=seconds)
    transcripts = tmp_path / "ls" / "12" / "34" / "12-34.trans.txt"
    transcripts.write_text("12-34-0000 THE CAT\n12-34-0001 A DOG RUNS\n")
    corpus = prepare_corpus(
        "librivox", tmp_path / "ls", tmp_path / "c", parts=Parts(budgets=("4w",), order="balanced")
    )
    assert corpus.utterances["text"].tolist()[:2] == ["the cat", "a dog runs"]
    assert corpus.utterances["phones"].tolist()[0] == "ð ə | k æ t"
    assert corpus.utterances["speaker"].tolist() == ["12", "12", "56"]
    transcripts.write_text("12-34-0000 THE CAT\n12-34-0001\n")
    with pytest.raises(FaultsError, match=r"12-34\.trans\.txt:2"):
        prepare_corpus("librivox", tmp_path / "ls", tmp_path / "c")


@pytest.mark.parametrize("clips", [False, True])
def test_homes(tmp_path: Path, clips: bool) -> None:
    bursts(tmp_path / "homes" / "day1.wav", [(0, 60)], seconds=60)
    lines = [(1, 2, "FEM"), (3.1, 1, "FEM"), (10, 0.2, "MAL"), (20, 35, "MAL"), (58, 2, "MAL"), (5, 2, "KCHI")]
    text = "".join(f"SPEAKER day1 1 {on} {length} <NA> <NA> {label} <NA> <NA>\n" for on, length, label in lines)
    (tmp_path / "vtc.rttm").write_text(text)
    corpus = prepare_corpus(
        "longform", tmp_path / "homes", tmp_path / "c", rttm=tmp_path / "vtc.rttm", gap=0.2, clips=clips
    )
    assert corpus.utterances["role"].tolist() == ["FEM", "MAL"]
    lengths = (corpus.utterances["offset"] - corpus.utterances["onset"]).astype(float)
    assert lengths.round(3).tolist() == [3.1, 2.0]
    assert [len(wave) for _, wave in read_utterances(tmp_path / "c").waveforms([0, 1])] == [49_600, 32_000]
    with pytest.raises(NoSegmentsError, match="XYZ"):
        prepare_corpus("longform", tmp_path / "homes", tmp_path / "c", rttm=tmp_path / "vtc.rttm", labels=["XYZ"])


def test_recordings_of_another_rate_are_cut_and_the_others_linked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bursts(tmp_path / "books" / "a" / "slow.wav", [(0, 2)], seconds=2, rate=8000)
    bursts(tmp_path / "books" / "b" / "plain.wav", [(0, 2)], seconds=2)
    corpus = prepare_corpus("librivox", tmp_path / "books", tmp_path / "c")
    assert [Path(name).parts[0] for name in corpus.utterances["audio"]] == ["clips", "audio"]
    assert [
        round(float(offset - onset), 1) for onset, offset in corpus.utterances[["onset", "offset"]].to_numpy()
    ] == [2, 2]
    assert [len(wave) > 30_000 for _, wave in read_utterances(tmp_path / "c").waveforms([0, 1])] == [True, True]
    assert corpus.card is not None
    assert corpus.card.settings["formats"] == {"16000 Hz, 1 channel": 1, "8000 Hz, 1 channel": 1}
    assert corpus.card.settings["resampled"] == "soxr HQ to 16000 Hz"
    assert capsys.readouterr().err.count("cut into clips of 16 kHz mono (soxr)") == 1
    assert not list((tmp_path / "books").rglob("*_*.wav"))


@pytest.mark.realdata
def test_real_readers(realdata: Path, tmp_path: Path) -> None:
    corpus = prepare_corpus(
        "librivox", realdata / "speech", tmp_path / "c", parts=Parts(held_out=(0.2,), by="speaker")
    )
    assert corpus.hours is not None
    assert 0.02 < corpus.hours < 0.06
    assert "5678" in set(corpus.utterances["speaker"])
