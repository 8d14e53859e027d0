"""Frozen sets: their pairs never change, their speech is compared with a record."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from babyslm.cli import app
from babyslm.commands.audit import audit_stimuli
from babyslm.commands.build import build_stimuli
from babyslm.commands.frozen import build_frozen
from babyslm.leaderboard.submissions.registry import load_registry, register_set
from babyslm.resources import OWN
from babyslm.speech.audio import RATE, read_audio, read_comment, write_audio
from babyslm.speech.record import SpeechRecord, deviations, spectrogram, take_record
from babyslm.stimuli.frozen import frozen_keys, load_frozen
from babyslm.stimuli.load import load_stimuli
from babyslm.verify.errors import BabySLMError
from babyslm.verify.stimuli.frozen import FrozenSpeechError
from experiments.freeze import freeze
from tests.caches import share_vocabulary

KEY = "mine-en-1"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built set of both kinds of voice, and a content folder in which it is frozen with fewer voices."""
    place = tmp_path_factory.mktemp("frozen")
    share_vocabulary(place / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BABYSLM_CACHE", str(place / "cache"))
        build_stimuli(
            place / "built",
            synthesizers=("formant", "neural"),
            voices=3,
            words=8,
            pairs=15,
            per_word=2,
            up_to="18-24",
            workers=1,
        )
        stimuli = load_stimuli(place / "built")
        kept = [*stimuli["lexical", "dev"].voices, *sorted(stimuli["lexical", "test"].voices)[1:]]
        freeze(stimuli, place / "datasets" / "sets" / KEY, name="Mine", conditions=["home"], voices=kept)
    return place


@pytest.fixture(autouse=True)
def own(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN, str(content))


@pytest.fixture(scope="module")
def spoken(content: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OWN, str(content))
        build_frozen(KEY, content / "spoken", workers=1)
    return content / "spoken"


def test_pairs_and_speech_are_those_of_the_set_that_was_frozen(content: Path, spoken: Path) -> None:
    built, frozen = load_stimuli(content / "built"), load_stimuli(spoken)
    assert frozen.checksums == {k: v for k, v in load_frozen(KEY).description.sha256.items() if "/" in k}
    for table in frozen:
        whole = built[table.task, table.split].rows
        own_rows = whole[whole["voice"].isin(table.voices)].sort_values(["id", "filename"], ignore_index=True)
        pd.testing.assert_frame_equal(own_rows, table.rows.sort_values(["id", "filename"], ignore_index=True))
        for stimulus in table.stimuli:
            there = content / "built" / table.task / table.split / f"{stimulus.name}.wav"
            assert there.read_bytes() == stimulus.audio.read_bytes()
    assert (spoken / "lexicon.tsv.gz").read_bytes() == (content / "built" / "lexicon.tsv.gz").read_bytes()
    assert load_stimuli(spoken).card.generator["frozen"] == KEY


def test_the_tables_can_be_named_without_a_folder() -> None:
    assert KEY in frozen_keys()
    stimuli = load_stimuli(KEY)
    assert stimuli["lexical", "test"].folder is None
    assert stimuli.checksums.keys() == {"lexical/dev", "lexical/test", "syntactic/dev", "syntactic/test"}


def test_an_audit_of_the_key_judges_by_the_lexicon_of_the_set(spoken: Path) -> None:
    by_key = audit_stimuli(Path(KEY))
    by_folder = audit_stimuli(spoken, sound=False)
    assert [f for f in by_key.figures if f.check != "sound"] == list(by_folder.figures)


def test_the_board_reads_the_tables_of_a_frozen_set(spoken: Path, tmp_path: Path) -> None:
    register_set(
        spoken, tmp_path, KEY, name="Mine", made_by=f"babyslm build-stimuli --frozen {KEY}", keep_tables=False
    )
    assert not list(tmp_path.rglob("*.gz"))
    opened = load_registry(tmp_path).stimuli(KEY)
    assert len(opened["lexical", "test"]) == len(load_stimuli(spoken)["lexical", "test"])


@pytest.mark.parametrize("kind", ["formant", "neural"])
def test_other_speech_than_in_the_record_is_an_error(spoken: Path, tmp_path: Path, kind: str) -> None:
    copytree(spoken, tmp_path / "set")
    place = tmp_path / "set" / "lexical" / "test"
    if kind == "formant":
        rows = load_stimuli(spoken)["lexical", "test"].rows
        name = rows.loc[rows["voice_kind"] == "formant", "filename"].iloc[0]
    else:
        name = next(each for each in load_frozen_spectra() if each.startswith("lexical/test")).split("/")[2]
    path = place / f"{name}.wav"
    samples, key = np.round(read_audio(path) * 32768).astype(np.int16), read_comment(path)
    changed = samples.copy()
    changed[len(changed) // 2] += 1
    write_audio(path, changed, comment=key)
    if kind == "neural":  # one step of one sample is within the tolerance, another voice is not
        build_frozen(KEY, tmp_path / "set", workers=1)
        write_audio(path, samples[::-1].copy(), comment=key)
    with pytest.raises(FrozenSpeechError, match=r"mine-en-1: the speech differs from the record: lexical/test/"):
        build_frozen(KEY, tmp_path / "set", workers=1)
    assert not (tmp_path / "set" / "card.yaml").exists()


def load_frozen_spectra() -> list[str]:
    return sorted(SpeechRecord.load({}, load_frozen(KEY).spectra).spectra)


def test_spectrograms_tolerate_little(spoken: Path) -> None:
    stimuli = load_stimuli(spoken)
    record = take_record(stimuli, seed=0, sampled=2)
    assert not deviations(stimuli, record)
    name, kept = next(iter(sorted(record.spectra.items())))
    task, split, stem = name.split("/")
    samples = read_audio(spoken / task / split / f"{stem}.wav")
    louder = SpeechRecord({}, {name: np.concatenate([kept[:1], kept[1:] + 20])})  # 2 dB
    longer = SpeechRecord({}, {name: spectrogram(np.concatenate([samples, np.zeros(RATE // 20, np.float32)]))})
    assert [each.place for each in deviations(stimuli, louder)] == [name]
    assert "s long" in deviations(stimuli, longer)[0].reason


def test_written_only_and_one_task(tmp_path: Path) -> None:
    built = build_frozen(KEY, tmp_path / "set", tasks=("syntactic",), audio=False)
    assert {(table.task, table.folder) for table in built.stimuli} == {("syntactic", None)}
    assert not list((tmp_path / "set").rglob("*.wav"))


def test_a_key_is_never_used_twice(content: Path) -> None:
    with pytest.raises(SystemExit, match="use the next number"):
        freeze(load_stimuli(content / "built"), content / "datasets" / "sets" / KEY, name="Mine", conditions=[])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--frozen", "nothing-1"], "--frozen nothing-1: no frozen set has this name"),
        (["--frozen", KEY, "--seed", "3", "--lang", "fr"], f"--frozen {KEY} fixes --lang, --seed"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["build-stimuli", *arguments, "--out", str(tmp_path / "set")])
    assert done.exit_code != 0
    assert message in (str(done.exception) if isinstance(done.exception, BabySLMError) else done.output)


def test_every_shipped_frozen_set_gives_the_tables_of_its_checksums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OWN)
    for key in frozen_keys():
        frozen = load_frozen(key)
        assert frozen.description.key == key
        assert {f"{t.task}/{t.split}": t.pairs["id"].nunique() for t in frozen.stimuli} == frozen.description.pairs
