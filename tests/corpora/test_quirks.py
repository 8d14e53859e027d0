"""Corpora as they are met: faulty lines among good ones, two languages, recorders of every make."""

from pathlib import Path

import librosa
import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml

from babyslm.corpora.accounting import Leniency
from babyslm.corpora.corpus import load_corpus
from babyslm.corpora.prepare import prepare_corpus
from babyslm.corpora.recorded.transcript_sound import Sound
from babyslm.corpora.recorded.voice_activity import FRAME, HOP, frame_energy, loud_parts
from babyslm.speech.audio import RATE, read_audio, resample_audio, to_mono
from babyslm.speech.blocks import mono_blocks
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.training.speech.utterances import read_utterances
from babyslm.verify.corpora.faults import FaultsError, FaultShareError
from tests.corpora.test_accounting import ANY, listed
from tests.corpora.transcripts import HEADER, bursts

SOME = Leniency(lenient=True, most=0.5)
BOTH = HEADER.replace("@Languages:\teng\n", "@Languages:\teng, fra\n")


def chat(path: Path, *lines: str, header: str = BOTH) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = header.format(age="2;03.04", media=path.stem) + "\n".join(lines) + "\n@End\n"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("*MOT:\tshe fell down . \x15700_650\x15", "the time mark 700_650 ends before it begins"),
        ("*DAD:\tshe fell down .", "the speaker DAD is not among the @Participants"),
    ],
)
def test_one_bad_line_costs_itself(tmp_path: Path, line: str, reason: str) -> None:
    path = chat(tmp_path / "a.cha", "*MOT:\tlook here .", line, "*MOT:\tsleep well .")
    with pytest.raises(FaultsError, match=rf"a\.cha:14: {reason}; correct it .* or add --lenient"):
        prepare_corpus("childes", path, tmp_path / "c")
    assert not (tmp_path / "c").exists()
    with pytest.raises(FaultShareError, match="1 of 3 utterances are faulty"):
        prepare_corpus("childes", path, tmp_path / "c", leniency=Leniency(lenient=True))
    corpus = prepare_corpus("childes", path, tmp_path / "c", leniency=SOME)
    assert corpus.utterances["text"].tolist() == ["look here", "sleep well"]
    (row,) = listed(tmp_path / "c").to_dict("records")
    assert (row["file"], row["line"], row["treatment"], row["reason"]) == (str(path), "14", "left out", reason)


def test_strict_reading_lists_the_faults_of_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abc":
        chat(tmp_path / "t" / f"{name}.cha", "*MOT:\tlook .", "*DAD:\tlook .", "*MOT:\tlook . \x15soon\x15")
    with pytest.raises(FaultsError) as error:
        prepare_corpus("childes", tmp_path / "t", tmp_path / "c")
    assert str(error.value).startswith("6 faults: ")
    for name in "abc":
        assert f"{name}.cha:14: the speaker DAD" in str(error.value)
    assert capsys.readouterr().err == ""
    prepare_corpus("childes", tmp_path / "t", tmp_path / "c", leniency=ANY)
    told = f"{tmp_path / 'c' / 'left_out.tsv'}: 6 of 9 utterances left out as faulty, 0 mended\n"
    assert capsys.readouterr().err == told


def test_a_file_that_is_faulty_as_a_whole_costs_itself(tmp_path: Path) -> None:
    chat(tmp_path / "t" / "good.cha", "*MOT:\tlook here .")
    cut = chat(tmp_path / "t" / "cut.cha", "*MOT:\tlook here .", "*MOT:\tand there .")
    cut.write_text(cut.read_text(encoding="utf-8").replace("@End\n", ""), encoding="utf-8")
    corpus = prepare_corpus("childes", tmp_path / "t", tmp_path / "c", leniency=SOME)
    assert corpus.card is not None
    assert corpus.card.account["transcripts"].left_out == {"no @End": 1}
    assert corpus.card.account["utterances"].left_out == {"transcript left out": 2}


def test_the_utterance_that_the_parser_does_not_take_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from babyslm.corpora.childes import chat as module

    parse = module._parse

    def fussy(header, blocks):
        if any("poison" in line for block in blocks for line in block.lines):
            raise ValueError("does not like it")
        return parse(header, blocks)

    monkeypatch.setattr(module, "_parse", fussy)
    lines = [f"*MOT:\tlook {word} ." for word in ("here", "poison", "there", "now", "again")]
    path = chat(tmp_path / "a.cha", *lines)
    corpus = prepare_corpus("childes", path, tmp_path / "c", leniency=SOME)
    assert corpus.utterances["text"].tolist() == ["look here", "look there", "look now", "look again"]
    assert listed(tmp_path / "c")["line"].tolist() == ["14"]


TWO_LANGUAGES = (
    "*MOT:\tthe cat is small .",
    "*MOT:\t[- fra] voilà un chien .",
    "*MOT:\ta chat@s:fra and un@s chien@s .",
    "*MOT:\tsay hund@s:deu .",
    "*MOT:\tdrink@s:eng&fra it .",
)


@pytest.mark.parametrize("wording", ["intended", "heard"])
def test_words_of_another_language_have_its_phones(tmp_path: Path, wording: str) -> None:
    path = chat(tmp_path / "a.cha", *TWO_LANGUAGES)
    corpus = prepare_corpus("childes", path, tmp_path / "c", wording=wording)
    assert corpus.utterances["text"].tolist() == ["the cat is small", "a chat and un chien", "drink it"]
    (chat_, un, chien), (a, and_) = phonemize(["chat", "un", "chien"], "fr"), phonemize(["a", "and"], "en")
    assert corpus.utterances["phones"].iloc[1] == f"{a} | {chat_} | {and_} | {un} | {chien}"
    assert corpus.utterances["phones"].iloc[2] == phonemize(["drink it"], "en")[0]
    assert corpus.card is not None
    assert corpus.card.account["utterances"].left_out == {
        "a word of a language without a phone set": 1,
        "another language": 1,
    }
    assert "language" not in corpus.utterances


def test_two_languages_make_a_bilingual_corpus(tmp_path: Path) -> None:
    path = chat(tmp_path / "a.cha", *TWO_LANGUAGES)
    corpus = prepare_corpus("childes", path, tmp_path / "c", language=("en", "fr"))
    assert corpus.utterances["language"].tolist() == ["en", "fr", "en", "en"]
    assert corpus.utterances["phones"].iloc[1] == phonemize(["voilà un chien"], "fr")[0]
    assert corpus.card is not None
    assert corpus.card.language == "mul"
    assert load_corpus(tmp_path / "c").utterances["language"].tolist() == ["en", "fr", "en", "en"]


def test_a_transcript_of_another_language_is_named(tmp_path: Path) -> None:
    chat(tmp_path / "t" / "a.cha", "*MOT:\tlook here .")
    chat(tmp_path / "t" / "b.cha", "*MOT:\tle chien dort .", header=HEADER.replace("\teng\n", "\tfra, eng\n", 1))
    with pytest.raises(FaultsError, match=r"b\.cha: its @Languages begin with fra, which is not --lang en"):
        prepare_corpus("childes", tmp_path / "t", tmp_path / "c")
    corpus = prepare_corpus("childes", tmp_path / "t", tmp_path / "c", leniency=SOME)
    assert corpus.utterances["source"].tolist() == ["a"]
    table = pd.DataFrame(
        [("look", "Mother", 1, 700.0, "eng"), ("regarde", "Mother", 2, 700.0, "fra eng")],
        columns=["gloss", "speaker_role", "transcript_id", "target_child_age", "language"],
    )
    table.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(FaultsError, match=r"t\.csv:3: its language is fra"):
        prepare_corpus("childes", tmp_path / "t.csv", tmp_path / "d")


VTC = (
    (-0.03, 1.5, "FEM"),
    (3.0, 0.0, "MAL"),
    (4.0, 2.0, "FEM"),
    (18.5, 6.0, "MAL"),
    (21.0, 2.0, "FEM"),
)
"""Of a recording of 20 s: an onset below zero, no length, good, beyond the end, after the end."""


def home(folder: Path, *, rate: int = RATE, seconds: float = 20) -> dict[str, object]:
    bursts(folder / "homes" / "day.wav", [(0, seconds)], seconds=seconds, rate=rate)
    lines = [f"SPEAKER day 1 {on} {length} <NA> <NA> {label} <NA> <NA>\n" for on, length, label in VTC]
    (folder / "vtc.rttm").write_text("SPKR-INFO day 1 <NA> <NA> <NA> unknown FEM <NA> <NA>\n" + "".join(lines))
    return {"source": folder / "homes", "rttm": folder / "vtc.rttm"}


def test_segments_of_a_classifier_are_mended_by_rule(tmp_path: Path) -> None:
    told = home(tmp_path)
    with pytest.raises(FaultsError) as error:
        prepare_corpus("longform", out=tmp_path / "c", **told)  # type: ignore[arg-type]
    assert "3 faults: " in str(error.value)
    for reason in (":2: begins at -0.03 s", "ends at 24.5 s, after the end of day.wav (20.000 s)", "begins at 21 s, "):
        assert reason in str(error.value)
    corpus = prepare_corpus("longform", out=tmp_path / "c", leniency=ANY, **told)  # type: ignore[arg-type]
    spans = corpus.utterances[["onset", "offset"]].astype(float).round(3).to_numpy().tolist()
    assert spans == [[0.0, 1.47], [4.0, 6.0], [18.5, 20.0]]
    assert corpus.card is not None
    count = corpus.card.account["segments"]
    assert (count.read, count.kept) == (5, 3)
    assert count.left_out == {"after the end": 1, "no length": 1}
    assert count.mended == {"cut at the end": 1, "onset below zero": 1}
    assert sorted(listed(tmp_path / "c")["line"]) == ["2", "5", "6"]
    assert len(list(read_utterances(tmp_path / "c").waveforms([0, 1, 2]))) == 3


def test_utterances_beyond_their_recording_are_cut_or_left_out(tmp_path: Path) -> None:
    lines = ("*MOT:\tlook . \x150_900\x15", "*MOT:\tlook there . \x151500_2600\x15", "*MOT:\tgone . \x153000_3500\x15")
    path = chat(tmp_path / "a.cha", *lines)
    bursts(tmp_path / "media" / "a.wav", [(0, 2)], seconds=2)
    sound = Sound(tmp_path / "media")
    with pytest.raises(FaultsError, match=r"2 faults: .*a\.cha:14: ends at 2\.600 s.*line 15: begins at 3\.000 s"):
        prepare_corpus("childes", path, tmp_path / "c", sound=sound)
    assert not (tmp_path / "c").exists()
    corpus = prepare_corpus("childes", path, tmp_path / "c", sound=sound, leniency=ANY)
    assert corpus.utterances["offset"].astype(float).tolist() == [0.9, 0.5]


@pytest.mark.parametrize("kind", ["longform", "librivox", "providence", "childes"])
def test_sound_of_any_recorder_is_read(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """44.1 kHz in stereo, the channels in antiphase: what is learned is the loudest channel at 16 kHz."""
    rate = 44_100
    tone = 0.3 * np.sin(2 * np.pi * 500 * np.arange(3 * rate) / rate)
    both = np.stack([tone, -0.999 * tone], axis=1)
    name = {"providence": "Alex_MOT/a_0101_MOT_1_2"}.get(kind, "a")
    place = tmp_path / "media" / f"{name}.wav"
    place.parent.mkdir(parents=True)
    soundfile.write(place, both, rate)
    (tmp_path / "v.rttm").write_text("SPEAKER a 1 0.5 2 <NA> <NA> FEM <NA> <NA>\n")
    more: dict[str, object] = {"longform": {"rttm": tmp_path / "v.rttm"}}.get(kind, {})  # type: ignore[assignment]
    source = tmp_path / "media"
    if kind == "childes":
        source = chat(tmp_path / "a.cha", "*MOT:\tlook . \x15500_2500\x15")
        more = {"sound": Sound(tmp_path / "media")}
    corpus = prepare_corpus(kind, source, tmp_path / "c", **more)
    (_, heard), *_ = read_utterances(tmp_path / "c").waveforms([0])
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    said = capsys.readouterr().err
    assert said.count("not 16 kHz mono (44100 Hz, 2 channels)") == 1
    assert said.count("the channels cancel each other: the loudest channel is taken") == 1
    settings = yaml.safe_load((tmp_path / "c" / "card.yaml").read_text(encoding="utf-8"))["settings"]
    told = settings.get("sound", settings)
    assert (told["formats"], told["cancelled"]) == ({"44100 Hz, 2 channels": 1}, 1)
    assert corpus.utterances["audio"].iloc[0].startswith("clips/")


def test_channels_are_averaged_unless_they_cancel() -> None:
    random = np.random.default_rng(0)
    left, right = random.normal(0, 0.1, (2, 4000)).astype(np.float32)
    mono, cancelled = to_mono(np.stack([left, right], axis=1))
    assert not cancelled
    assert np.allclose(mono, (left + right) / 2)
    assert not to_mono(np.stack([left, 0 * left], axis=1))[1]  # 6 dB are lost
    assert not to_mono(np.stack([left, -0.75 * left], axis=1))[1]  # 18 dB
    mono, cancelled = to_mono(np.stack([0.85 * left, -left], axis=1))  # 22 dB
    assert cancelled
    assert np.array_equal(mono, -left)
    assert not to_mono(np.zeros((10, 2), dtype=np.float32))[1]


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (8_000, 1), (44_100, 2), (48_000, 3)])
def test_blocks_join_to_what_is_read_at_once(tmp_path: Path, rate: int, channels: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (round(2.3 * rate), channels))
    soundfile.write(tmp_path / "a.wav", sound, rate)
    whole = read_audio(tmp_path / "a.wav", resample=True, downmix=True)
    joined = np.concatenate(list(mono_blocks(tmp_path / "a.wav", seconds=0.37)))
    assert len(joined) == len(whole)
    assert np.abs(joined - whole).max() < 1e-4
    mono = read_audio(tmp_path / "a.wav", rate=rate, downmix=True)
    assert np.array_equal(whole, mono if rate == RATE else resample_audio(mono, rate, RATE))


@pytest.mark.parametrize("samples", [1, 700, 16_000, 50_123])
def test_energy_by_blocks_is_that_of_librosa(samples: int) -> None:
    random = np.random.default_rng(samples)
    loudness = np.repeat(random.random(samples // 4000 + 1) ** 6, 4000)[:samples]
    sound = (random.normal(0, 0.1, samples) * loudness).astype(np.float32)
    energy, counted = frame_energy([sound[:333], sound[333:5000], sound[5000:]])
    assert counted == samples
    assert np.allclose(energy, librosa.feature.rms(y=sound, frame_length=FRAME, hop_length=HOP)[0], atol=1e-6)
    expected = librosa.effects.split(sound, top_db=30, frame_length=FRAME, hop_length=HOP)
    assert loud_parts(energy, samples, below=30) == [(int(start), int(stop)) for start, stop in expected]


def test_a_recording_that_breaks_off_is_one_fault(tmp_path: Path) -> None:
    told = home(tmp_path)
    (tmp_path / "homes" / "night.wav").write_bytes((tmp_path / "homes" / "day.wav").read_bytes()[:5000])
    with (tmp_path / "vtc.rttm").open("a") as file:
        file.write("SPEAKER night 1 0 2 <NA> <NA> FEM <NA> <NA>\n")
    corpus = prepare_corpus("longform", out=tmp_path / "c", leniency=ANY, **told)  # type: ignore[arg-type]
    assert corpus.card is not None
    assert corpus.card.account["recordings"].left_out == {"not readable": 1}
    assert set(listed(tmp_path / "c")["item"]) == {"recordings", "segments"}
    assert corpus.card.account["segments"].left_out["no recording of this name"] == 1


@pytest.mark.realdata
def test_the_made_inputs_of_the_house(realdata: Path, tmp_path: Path) -> None:
    quirks = realdata / "quirks"
    for name in ("time_runs_backwards", "undeclared_speaker"):
        with pytest.raises(FaultsError, match=rf"{name}\.cha:8: .*--lenient"):
            prepare_corpus("childes", quirks / f"{name}.cha", tmp_path / name)
        corpus = prepare_corpus("childes", quirks / f"{name}.cha", tmp_path / name, leniency=SOME)
        assert corpus.utterances["text"].tolist() == ["look at that", "good night"]
        assert listed(tmp_path / name)["line"].tolist() == ["8"]
    corpus = prepare_corpus("childes", quirks / "bilingual.cha", tmp_path / "b")
    assert corpus.utterances["text"].tolist() == ["the dog is big", "the dog is un chien", "say bonjour to her"]
    assert corpus.utterances["phones"].iloc[2].split(" | ")[1] == phonemize(["bonjour"], "fr")[0]
    corpus = prepare_corpus("childes", quirks / "bilingual.cha", tmp_path / "b2", language=("en", "fr"))
    assert corpus.utterances["language"].tolist() == ["en", "fr", "en", "en"]
    bursts(tmp_path / "homes" / "day.wav", [(0, 30)], seconds=30)
    rttm = quirks / "classifier.rttm"
    with pytest.raises(FaultsError, match=r"2 faults: .*classifier\.rttm:2: begins at -0\.02 s.*line 5: ends at 36 s"):
        prepare_corpus("longform", tmp_path / "homes", tmp_path / "c", rttm=rttm)
    corpus = prepare_corpus("longform", tmp_path / "homes", tmp_path / "c", rttm=rttm, leniency=SOME)
    assert corpus.utterances[["onset", "offset"]].astype(float).round(3).to_numpy().tolist() == [
        [0.0, 1.18],
        [3.0, 5.5],
        [28.0, 30.0],
    ]
    assert corpus.card is not None
    assert corpus.card.account["segments"].left_out == {"no length": 1}
