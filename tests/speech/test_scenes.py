"""Tables in a condition, and which of their stimuli share a scene."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.files import sha256_file
from babyslm.speech.audio import RATE, read_audio
from babyslm.speech.conditions.condition import Surroundings
from babyslm.speech.conditions.conditioned import ConditionedSynthesizer, condition_table
from babyslm.speech.conditions.scenes import find_scenes
from babyslm.speech.speak import speak_table
from babyslm.speech.synthesis.shards import synthesize_shards
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.verify.speech.conditions import (
    NoSoundError,
    SameFolderError,
)

EMMA, HUGO = choose_voices("en", split="dev")


def rows() -> pd.DataFrame:
    pairs = [("7", "cat", "k æ t", "k ɪ t"), ("10", "dog", "d ɔ ɡ", "d ɛ ɡ"), ("9", "cat", "k æ t", "k ɛ t")]
    members = [
        (number, name, word, phones, correct)
        for number, word, good, bad in pairs
        for name, phones, correct in ((word, good, 1), (bad.replace(" ", "_"), bad, 0))
    ]
    table = pd.DataFrame(members, columns=["id", "filename", "word", "phones", "correct"])
    return table.assign(voice="", frequency="", length=3)


def test_pairs_that_share_a_stimulus_are_one_scene_named_by_its_smallest_id() -> None:
    table = rows()
    assert find_scenes(table).tolist() == ["7", "7", "10", "10", "7", "7"]
    shuffled = table.sample(frac=1, random_state=3)
    assert find_scenes(shuffled).sort_index().tolist() == find_scenes(table).tolist()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=1, max_size=25))
def test_scenes_are_the_connected_parts_of_the_graph_of_ids_and_names(edges: list[tuple[int, int]]) -> None:
    table = pd.DataFrame([(str(i), f"n{n}") for i, n in edges], columns=["id", "filename"])
    scenes = find_scenes(table)
    label = {i: i for i, _ in edges}
    for _ in edges:  # naive: let the smallest label spread over shared names until nothing changes
        for i, n in edges:
            low = min(label[j] for j, m in edges if m == n)
            label[i] = min(label[i], low, *(label[j] for j, _ in edges if j == label[i]))
            for j, m in edges:
                if m == n:
                    label[j] = min(label[j], label[i])
    assert scenes.tolist() == [str(label[i]) for i, _ in edges]


def test_a_spoken_table_in_a_condition_is_the_clean_one_put_into_it(tmp_path: Path) -> None:
    surroundings = Surroundings.find("snr0", "en", seed=3)
    clean = speak_table(rows(), "lexical", tmp_path / "clean", (EMMA, HUGO))
    noisy = speak_table(rows(), "lexical", tmp_path / "noisy", (EMMA, HUGO), surroundings=surroundings)
    assert clean.equals(noisy)
    table = StimulusTable("lexical", "dev", clean, tmp_path / "clean")
    again = condition_table(table, tmp_path / "again", surroundings)
    assert again.folder == tmp_path / "again"
    for stimulus in again.stimuli:
        made, spoken = (read_audio(tmp_path / folder / f"{stimulus.name}.wav") for folder in ("again", "noisy"))
        assert np.array_equal(made, spoken)
    before = {path: (sha256_file(path), path.stat().st_mtime_ns) for path in (tmp_path / "again").iterdir()}
    condition_table(table, tmp_path / "again", surroundings)
    assert before == {path: (sha256_file(path), path.stat().st_mtime_ns) for path in (tmp_path / "again").iterdir()}
    with pytest.raises(SameFolderError):
        condition_table(table, tmp_path / "clean", surroundings)
    with pytest.raises(NoSoundError, match="lexical/dev: has no sound"):
        condition_table(StimulusTable("lexical", "dev", clean), tmp_path / "x", surroundings)


def test_files_in_a_condition_do_not_depend_on_the_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("babyslm.speech.conditions.conditioned.CHUNK", 4)
    monkeypatch.setattr("babyslm.speech.conditions.conditioned.WORTHWHILE", 2)
    clean = speak_table(rows(), "lexical", tmp_path / "clean", (EMMA, HUGO))
    table = StimulusTable("lexical", "dev", clean, tmp_path / "clean")
    for workers in (1, 2):
        surroundings = Surroundings.find("snr5", "en")
        condition_table(table, tmp_path / str(workers), surroundings, workers=workers)
    one, two = ({path.name: sha256_file(path) for path in (tmp_path / name).iterdir()} for name in ("1", "2"))
    assert len(one) == 10
    assert one == two


def test_training_speech_can_be_heard_in_a_condition_too(tmp_path: Path) -> None:
    surroundings = Surroundings.find("snr5", "en")
    wild = ConditionedSynthesizer(EspeakSynthesizer(), surroundings)
    utterances = [Utterance(("k", "æ", "t"), EMMA, scene=str(number)) for number in range(3)]
    segments = synthesize_shards(utterances, tmp_path, synthesizer=wild)
    sound = read_audio(tmp_path / segments[0].audio)
    cuts = [sound[round(each.onset * RATE) : round(each.offset * RATE)] for each in segments]
    for cut, utterance in zip(cuts, utterances, strict=True):
        clean = EspeakSynthesizer().speak(utterance)
        assert np.array_equal(cut, surroundings.apply(clean.waveform, utterance.scene).astype(np.float32) / 32768)
    assert not np.array_equal(cuts[0], cuts[1])
