"""Commands with a recogniser: transcribing, auditing, and building a set without what is not said as asked."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from babyslm.cli import app
from babyslm.commands import hearing
from babyslm.commands.audit import audit_stimuli
from babyslm.commands.build import build_stimuli
from babyslm.seeds import generator
from babyslm.speech.audio import Samples, to_pcm16, write_audio
from babyslm.speech.synthesis.citation import CitationSynthesizer
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Speech, Utterance
from babyslm.stimuli.load import load_stimuli
from babyslm.verify.speech.said import RecogniserLanguageError
from tests.models.test_recogniser import folder  # noqa: F401  # a tiny recogniser


def test_files_are_transcribed_on_the_command_line(folder: Path, tmp_path: Path) -> None:  # noqa: F811
    write_audio(tmp_path / "a.wav", generator(1, "noise").normal(scale=3000, size=8000).astype(np.int16))
    given = ["transcribe", "--model", str(folder), str(tmp_path / "a.wav"), str(tmp_path / "a.wav")]
    told = json.loads(CliRunner().invoke(app, [*given, "--json"]).output)
    assert [row["file"] for row in told["files"]] == [str(tmp_path / "a.wav")] * 2
    assert set(told["files"][0]["phones"].split()) <= {"k", "æ", "t"}
    plain = CliRunner().invoke(app, given).output.splitlines()
    assert plain[0] == f"{tmp_path / 'a.wav'}\t{told['files'][0]['phones']}"


def test_a_recogniser_of_another_language_is_refused(folder: Path, tmp_path: Path) -> None:  # noqa: F811
    with pytest.raises(RecogniserLanguageError, match="phones of en, and the set is in fr"):
        build_stimuli(tmp_path / "set", language="fr", voices=2, recogniser=folder)
    assert not (tmp_path / "set").exists()


class Memory:
    """A recogniser that remembers what every sound was made from, and mishears what it is told to."""

    language, name = "en", "memory"

    def __init__(self) -> None:
        self.known: dict[bytes, tuple[str, ...]] = {}
        self.faulty: frozenset[str] = frozenset()

    def remember(self, samples: np.ndarray, phones: Sequence[str]) -> None:
        self.known[samples.tobytes()] = load_mnemonics("en").audible(phones)

    def transcribe(self, waveforms: Sequence[Samples], *, beam: int = 1) -> list[tuple[str, ...]]:
        assert beam == 1
        found = [self.known[to_pcm16(waveform).tobytes()] for waveform in waveforms]
        return [("m",) if self.faulty & set(phones) else phones for phones in found]


@pytest.mark.slow
def test_a_set_is_built_without_what_is_not_said_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    for synthesizer in (EspeakSynthesizer, CitationSynthesizer):
        original = synthesizer.speak

        def speak(self, utterance: Utterance, original=original) -> Speech:
            made = original(self, utterance)
            memory.remember(made.samples, utterance.phones)
            return made

        monkeypatch.setattr(synthesizer, "speak", speak)
    monkeypatch.setattr(hearing, "load_recogniser", lambda *_, **__: memory)
    monkeypatch.setattr(hearing, "describe_recogniser", lambda *_: {"name": "memory"})
    monkeypatch.setattr("babyslm.commands.build.describe_recogniser", lambda *_: {"name": "memory"})
    small = {"language": "en", "words": 20, "pairs": 60, "per_word": 2, "seed": 3, "voices": 2, "workers": 1}
    plain = build_stimuli(tmp_path / "plain", recogniser=tmp_path, **small)
    assert plain.figures["syntactic"]["said"]["test"]["pairs_left_out"] == 0
    memory.faulty = frozenset({"tʃ"})
    built = build_stimuli(tmp_path / "set", recogniser=tmp_path, **small)
    stimuli = load_stimuli(tmp_path / "set")
    for table in stimuli:
        assert not any(memory.faulty & set(phones.split()) for phones in table.rows["phones"])
        spoken = {path.stem for path in table.folder.glob("*.wav")}  # type: ignore[union-attr]  # it has sound
        named = set(table.rows["filename"])
        assert named <= spoken
        if table.task == "syntactic":
            assert named == spoken
            told = built.figures["syntactic"]["said"][table.split]
            assert built.figures["syntactic"]["pairs"][table.split] == table.rows["id"].nunique()
            before = plain.stimuli["syntactic", table.split].rows["id"].nunique()
            assert told["pairs_left_out"] == before - table.rows["id"].nunique()
            assert all(row["heard"] == "m" and memory.faulty & set(row["asked"].split()) for row in told["left_out"])
    assert built.figures["syntactic"]["said"]["test"]["pairs_left_out"] > 0
    told = stimuli.card.audit["lexical"]["said"]  # type: ignore[union-attr]  # it has a card
    assert told["left_out"]
    assert set(told["phone_error"]) == {"dev", "test"}
    assert stimuli.card.generator["recogniser"] == {"name": "memory"}  # type: ignore[union-attr]
    report = audit_stimuli(tmp_path / "set", recogniser=tmp_path, out=tmp_path / "audit", sound=False)
    assert {figure.value for figure in report.figures if figure.measure == "phone error"} == {0.0}
    heard = pd.read_csv(tmp_path / "audit" / "heard.csv")
    assert not heard["unlike"].any()
    assert len(heard) == sum(table.rows["filename"].nunique() for table in stimuli)
