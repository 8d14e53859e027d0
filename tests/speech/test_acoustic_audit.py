from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from babyslm.speech import acoustic_audit
from babyslm.speech.acoustic_audit import SUMMARIES, acoustic_figures, summarize, summarize_files
from babyslm.speech.audio import RATE, write_audio
from babyslm.speech.synthesis.citation import CitationSynthesizer
from babyslm.speech.synthesis.synthesizer import Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable


def hum(seconds: float, pitch: float, loudness: float = 0.1, harmonics: int = 8) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, harmonics + 1))
    return (loudness * wave / np.sqrt(np.mean(np.square(wave)))).astype(np.float32)


def test_the_summaries_are_what_their_names_say() -> None:
    found = summarize(hum(0.6, 150.0))
    assert tuple(found) == SUMMARIES
    assert found["duration"] == pytest.approx(0.6)
    assert found["level"] == pytest.approx(-20, abs=0.1)
    assert found["pitch"] == pytest.approx(150, rel=0.03)
    assert 0.6 < found["voicing"] <= 1
    assert summarize(hum(0.6, 150.0, harmonics=2))["spectral centroid"] < found["spectral centroid"]
    assert summarize(hum(0.6, 150.0, harmonics=2))["spectral tilt"] < found["spectral tilt"]


def test_silence_and_clicks_are_summarised_too() -> None:
    silence = summarize(np.zeros(4000, dtype=np.float32))
    assert silence["pitch"] == 0
    assert silence["level"] == pytest.approx(-100)
    assert np.isfinite(list(summarize(np.full(3, 0.5, dtype=np.float32)).values())).all()


def spoken_set(folder: Path, *, longer: float) -> StimulusSet:
    draw = np.random.default_rng(0)
    rows = []
    for number in range(24):
        for correct in (1, 0):
            name = f"{'word' if correct else 'nonword'}{number}"
            seconds = 0.16 + draw.uniform(0, 0.03) + (longer if correct else 0)
            write_audio(folder / f"{name}.wav", hum(seconds, draw.uniform(100, 200), draw.uniform(0.05, 0.2)))
            rows.append(
                {
                    "id": str(number),
                    "filename": name,
                    "voice": "ann",
                    "frequency": pd.NA,
                    "word": name if correct else "",
                }
                | {"phones": f"p {'æ' if correct else 'ɪ'} {number}", "length": 3, "correct": correct}
            )
    return StimulusSet("spoken", {("lexical", "dev"): StimulusTable("lexical", "dev", pd.DataFrame(rows), folder)})


def test_words_that_last_longer_are_found(tmp_path: Path) -> None:
    figures = {figure.measure: figure for figure in acoustic_figures(spoken_set(tmp_path, longer=0.1))}
    assert figures["duration"].value == 100
    assert figures["logistic regression"].value > 90
    assert not figures["logistic regression"].passed


def test_a_set_without_sound_gives_no_figure(tmp_path: Path) -> None:
    spoken = spoken_set(tmp_path, longer=0.0)
    table = spoken["lexical", "dev"]
    silent = StimulusSet("silent", {("lexical", "dev"): StimulusTable("lexical", "dev", table.rows)})
    assert acoustic_figures(silent) == []


def test_a_draw_of_pairs_does_not_depend_on_the_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = spoken_set(tmp_path, longer=0.0)
    paths = sorted(tmp_path.glob("*.wav"))[:20]
    found = []
    for workers in (1, 2):
        monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / f"cache{workers}"))
        found.append(summarize_files(paths, workers=workers))
    pd.testing.assert_frame_equal(*found)
    few = acoustic_figures(spoken, most=12)
    assert {figure.pairs for figure in few} == {12}
    assert few == acoustic_figures(spoken, most=12)


def test_a_sound_is_heard_once_and_again_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    paths = [tmp_path / name for name in ("low.wav", "high.wav")]
    for path, pitch in zip(paths, (100, 200), strict=True):
        write_audio(path, hum(0.2, pitch))
    first = summarize_files(paths)
    with monkeypatch.context() as deaf:
        deaf.setattr(acoustic_audit, "summarize", None)
        pd.testing.assert_frame_equal(summarize_files(paths), first)
    write_audio(paths[0], hum(0.3, 100))
    assert summarize_files(paths)["duration"].tolist() == pytest.approx([0.3, 0.2])


def test_pairs_of_the_same_material_are_drawn_together(tmp_path: Path) -> None:
    spoken = spoken_set(tmp_path, longer=0.0)["lexical", "dev"]
    rows = spoken.rows.assign(cluster=[f"word{int(number) // 4}" for number in spoken.rows["id"]])
    together = StimulusSet("spoken", {("lexical", "dev"): StimulusTable("lexical", "dev", rows, tmp_path)})
    assert {figure.pairs for figure in acoustic_figures(together, most=10)} == {12}
    assert {figure.pairs for figure in acoustic_figures(together, most=24)} == {24}


def test_every_material_is_heard_in_one_voice_before_any_is_heard_in_another(tmp_path: Path) -> None:
    rows = spoken_set(tmp_path, longer=0.0)["lexical", "dev"].rows
    voices = [rows.assign(voice=voice, filename=rows["filename"] + f"_{voice}") for voice in ("ann", "bob", "eve")]
    table = StimulusTable("lexical", "dev", pd.concat(voices, ignore_index=True), tmp_path)
    once = acoustic_audit._drawn(table, 0, 24)
    assert sorted(once["cluster"]) == sorted(rows.loc[rows["correct"] == 1, "phones"])
    assert once["voice"].value_counts().tolist() == [8, 8, 8]
    twice = acoustic_audit._drawn(table, 0, 30)
    assert len(twice) == 30
    assert set(zip(once["cluster"], once["voice"], strict=True)) < set(
        zip(twice["cluster"], twice["voice"], strict=True)
    )
    assert len(acoustic_audit._drawn(table, 0, None)) == 72


def test_the_order_of_words_leaves_no_trace_in_the_summaries_that_add_up() -> None:
    voice = choose_voices("en", split="test")[5]
    orders = ("ð ə | d ɔ ɡ | ɪ z | s l iː p ɪ ŋ", "ɪ z | ð ə | d ɔ ɡ | s l iː p ɪ ŋ")
    spoken = [CitationSynthesizer().speak(Utterance(tuple(phones.split()), voice)) for phones in orders]
    first, second = (summarize(speech.waveform) for speech in spoken)
    assert first["voicing"] > 0
    assert {name: first[name] for name in SUMMARIES if name != "pitch"} == pytest.approx(
        {name: second[name] for name in SUMMARIES if name != "pitch"}, rel=1e-6
    )


def test_each_of_several_voices_is_judged_and_one_that_gives_words_away_is_found(tmp_path: Path) -> None:
    plain = spoken_set(tmp_path, longer=0.0)["lexical", "dev"].rows
    (tmp_path / "long").mkdir()
    spoken_set(tmp_path / "long", longer=0.1)
    for path in (tmp_path / "long").glob("*.wav"):
        path.rename(tmp_path / f"{path.stem}_bob.wav")
    bob = plain.assign(voice="bob", filename=plain["filename"] + "_bob")
    rows = pd.concat([plain, bob], ignore_index=True)
    both = StimulusSet("spoken", {("lexical", "dev"): StimulusTable("lexical", "dev", rows, tmp_path)})
    judged = {(f.subset, f.measure): f for f in acoustic_figures(both) if f.check == "sound by voice" and f.judged}
    assert {voice for voice, _ in judged} == {"ann", "bob"}
    assert judged["ann", "logistic regression"].passed
    assert not judged["bob", "logistic regression"].passed
    alone = [f for f in acoustic_figures(spoken_set(tmp_path, longer=0.0)) if f.check == "sound by voice"]
    assert not any(figure.judged for figure in alone)
