"""Many utterances: the same files from any number of processes, written once, resumed after a kill."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from babyslm.files import sha256_file
from babyslm.speech.audio import read_audio, verify_stimulus_audio, write_audio
from babyslm.speech.speak import speak_table, spoken_name
from babyslm.speech.synthesis.many import synthesize, synthesize_arrays
from babyslm.speech.synthesis.shards import synthesize_shards
from babyslm.speech.synthesis.synthesizer import CommandSynthesizer, EspeakSynthesizer, Speech, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.verify.speech.voices import SpokenTableError, UnspeakablePhoneError

EMMA, HUGO = choose_voices("en", split="dev")
WORDS = [f"{onset} {vowel} {coda}" for onset in "bdkmst" for vowel in ("æ", "ɪ", "uː", "oʊ") for coda in "ntz"]
UTTERANCES = [Utterance(tuple(word.split()), voice) for word in WORDS for voice in (EMMA, HUGO)]


class Counting(EspeakSynthesizer):
    """Counts how often it speaks."""

    spoken = 0

    def speak(self, utterance: Utterance) -> Speech:
        Counting.spoken += 1
        return super().speak(utterance)


def checksums(folder: Path) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in sorted(folder.iterdir())}


def items(folder: Path) -> list[tuple[Path, Utterance]]:
    return [(folder / f"{number}.wav", utterance) for number, utterance in enumerate(UTTERANCES)]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start other processes for little work, too."""
    monkeypatch.setattr("babyslm.speech.synthesis.many.WORTHWHILE", 2)
    monkeypatch.setattr("babyslm.speech.synthesis.shards.WORTHWHILE", 2)


@pytest.mark.usefixtures("eager")
def test_files_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    assert len(UTTERANCES) > 2 * 64  # more than two chunks
    for workers in (1, 2):
        assert synthesize(items(tmp_path / str(workers)), workers=workers) == len(UTTERANCES)
    assert checksums(tmp_path / "1") == checksums(tmp_path / "2")


def test_a_file_is_written_once_and_again_only_if_its_content_should_change(tmp_path: Path) -> None:
    wanted = items(tmp_path)[:6]
    Counting.spoken = 0
    assert synthesize(wanted, synthesizer=Counting()) == Counting.spoken == 6
    before = checksums(tmp_path)
    assert synthesize(wanted, synthesizer=Counting()) == 0
    wanted[0][0].unlink()
    wanted[1][0].write_bytes(b"broken")
    write_audio(wanted[2][0], np.zeros(100), comment="babyslm 0")
    assert synthesize(wanted, synthesizer=Counting()) == 3
    assert Counting.spoken == 9
    assert checksums(tmp_path) == before
    other = [(path, Utterance(("s", "iː"), HUGO)) for path, _ in wanted]
    assert synthesize(other, synthesizer=Counting()) == 6


def test_a_fault_leaves_whole_files_only_and_the_next_run_goes_on(tmp_path: Path) -> None:
    wanted = items(tmp_path)[:4]
    broken = [*wanted[:2], (tmp_path / "x.wav", Utterance(("q",), EMMA)), *wanted[2:]]
    with pytest.raises(UnspeakablePhoneError):
        synthesize(broken)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.wav", "1.wav"]
    assert synthesize(wanted) == 2


def test_a_killed_run_goes_on_where_it_stopped_and_leaves_no_trace(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from babyslm.speech.synthesis.many import synthesize\n"
        "from tests.speech.test_synthesis import UTTERANCES, items\n"
        "while True: synthesize(items(Path(sys.argv[1])))"
    )
    killed = tmp_path / "killed"
    command = [sys.executable, "-c", code, str(killed)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        deadline = time.monotonic() + 60
        while not (killed / "3.wav").exists() and time.monotonic() < deadline:
            time.sleep(0.002)
        process.kill()
    (killed / ".7.wav.abcdefgh.partial.wav").write_bytes(b"RIFF")  # what a kill between two instructions leaves
    kept = len([path for path in killed.iterdir() if not path.name.startswith(".")])
    assert kept >= 4
    assert synthesize(items(killed)) == len(UTTERANCES) - kept
    synthesize(items(tmp_path / "whole"))
    assert checksums(killed) == checksums(tmp_path / "whole")


@pytest.mark.usefixtures("eager")
def test_arrays_are_what_the_files_hold_and_in_order(tmp_path: Path) -> None:
    synthesize(items(tmp_path))
    speeches = list(synthesize_arrays(iter(UTTERANCES), workers=2))
    assert len(speeches) == len(UTTERANCES)
    for (path, _), speech in zip(items(tmp_path), speeches, strict=True):
        assert np.array_equal(read_audio(path), speech.waveform)


def test_arrays_are_made_as_they_are_needed() -> None:
    taken = []

    def endless() -> object:
        while True:
            taken.append(len(taken))
            yield UTTERANCES[len(taken) % len(UTTERANCES)]

    stream = synthesize_arrays(endless())
    for _ in range(3):
        next(stream)
    assert len(taken) <= 3 * 64


@pytest.mark.usefixtures("eager")
def test_shards_hold_the_same_samples_where_their_segments_say(tmp_path: Path) -> None:
    segments = synthesize_shards(UTTERANCES, tmp_path / "1", per_shard=50)
    assert segments == synthesize_shards(UTTERANCES, tmp_path / "2", per_shard=50, workers=2)
    assert checksums(tmp_path / "1") == checksums(tmp_path / "2")
    assert [segment.audio for segment in segments[49:51]] == ["00000.flac", "00001.flac"]
    shards = {name: read_audio(tmp_path / "1" / name) for name in {segment.audio for segment in segments}}
    for segment, speech in zip(segments, synthesize_arrays(UTTERANCES), strict=True):
        cut = shards[segment.audio][round(segment.onset * 16_000) : round(segment.offset * 16_000)]
        assert np.array_equal(cut, speech.waveform)


@pytest.mark.parametrize("harm", ["index gone", "index broken", "sound gone", "sound of others"])
def test_a_shard_that_is_not_whole_is_made_again_and_the_others_are_kept(tmp_path: Path, harm: str) -> None:
    segments = synthesize_shards(UTTERANCES[:20], tmp_path, per_shard=10)
    before = checksums(tmp_path)
    match harm:
        case "index gone":
            (tmp_path / "00001.json").unlink()
        case "index broken":
            (tmp_path / "00001.json").write_text('{"key": ')
        case "sound gone":
            (tmp_path / "00001.flac").unlink()
        case "sound of others":
            (tmp_path / "00001.flac").write_bytes((tmp_path / "00000.flac").read_bytes())
    Counting.spoken = 0
    assert synthesize_shards(UTTERANCES[:20], tmp_path, per_shard=10, synthesizer=Counting()) == segments
    assert Counting.spoken == 10
    assert checksums(tmp_path) == before


def lexical_rows() -> pd.DataFrame:
    base = {"voice": "", "frequency": "", "length": 3}
    pairs = [(1, "cat", "k æ t", "k ɪ t"), (2, "dog", "d ɔ ɡ", "d ɛ ɡ"), (3, "cat", "k æ t", "k ɛ t")]
    rows = []
    for number, word, good, bad in pairs:
        rows.append({"id": str(number), "filename": word, "word": word, "phones": good, "correct": 1} | base)
        bad_name = bad.replace(" ", "_")
        rows.append({"id": str(number), "filename": bad_name, "word": "", "phones": bad, "correct": 0} | base)
    return pd.DataFrame(rows)


def test_a_lexical_table_is_spoken_in_each_voice_under_official_names(tmp_path: Path) -> None:
    table = speak_table(lexical_rows(), "lexical", tmp_path, (HUGO, EMMA))
    assert len(table) == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}-{voice}.wav" for name in ("cat", "dog", "k_ɪ_t", "d_ɛ_ɡ", "k_ɛ_t") for voice in ("emma", "hugo")
    )
    assert list(table["filename"][:4]) == ["cat-emma", "cat-hugo", "k_ɪ_t-emma", "k_ɪ_t-hugo"]
    spoken = StimulusTable("lexical", "dev", table, tmp_path)
    assert spoken.voices == ("emma", "hugo")
    assert len(spoken.pairs) == 6
    for stimulus in spoken.stimuli:
        assert stimulus.audio is not None
        verify_stimulus_audio(stimulus.audio)
        voice = EMMA if stimulus.voice == "emma" else HUGO
        wanted = EspeakSynthesizer().speak(Utterance(stimulus.phones or (), voice))
        assert np.array_equal(read_audio(stimulus.audio), wanted.waveform)


def test_a_syntactic_table_is_spoken_with_underscores(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "id": ["1", "1"],
            "filename": ["The_good_mom", "The_mom_good"],
            "voice": "",
            "type": "adj_noun_order",
            "subtype": "adj_noun_order",
            "correct": [1, 0],
            "transcription": ["The good mom", "The mom good"],
            "phones": ["ð ə | ɡ ʊ d | m ɑ m", "ð ə | m ɑ m | ɡ ʊ d"],
        }
    )
    table = speak_table(rows, "syntactic", tmp_path, (EMMA,))
    assert list(table["filename"]) == ["The_good_mom_emma", "The_mom_good_emma"]
    assert (tmp_path / "The_good_mom_emma.wav").is_file()
    assert spoken_name("The_good_mom", "emma", "syntactic") == "The_good_mom_emma"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [("voice", "tom", "already have a voice: cat"), ("phones", " ", "have no phones: cat")],
)
def test_rows_that_cannot_be_spoken_are_named(tmp_path: Path, column: str, value: str, message: str) -> None:
    with pytest.raises(SpokenTableError, match=message):
        speak_table(lexical_rows().assign(**{column: value}), "lexical", tmp_path, (EMMA,))
    with pytest.raises(SpokenTableError, match="lacks the column"):
        speak_table(lexical_rows().drop(columns="phones"), "lexical", tmp_path, (EMMA,))
    rows = lexical_rows()
    rows.loc[1, "filename"] = "cat"
    with pytest.raises(SpokenTableError, match="share a file name but not their phones: cat"):
        speak_table(rows, "lexical", tmp_path, (EMMA,))
    assert list(tmp_path.iterdir()) == []


def test_an_outside_program_runs_in_several_processes_at_once(tmp_path: Path) -> None:
    code = (
        "import os, sys, time, wave; time.sleep(0.2)\n"
        "with wave.open(sys.argv[1], 'wb') as file:\n"
        "    file.setparams((1, 2, 16000, 0, 'NONE', '')); file.writeframes(bytes([0, 64, 0, 192]) * 800)\n"
        "open(sys.argv[2] + '.' + str(os.getppid()), 'a').write(sys.argv[3] + ' ')"
    )
    outside = CommandSynthesizer((sys.executable, "-c", code, "{out}", str(tmp_path / "by"), "{ipa}"))
    assert synthesize(items(tmp_path / "sound")[:12], synthesizer=outside, workers=2) == 12
    assert len(list(tmp_path.glob("by.*"))) == 2
