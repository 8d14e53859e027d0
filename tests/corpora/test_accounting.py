"""Every reader accounts for each input item: what is kept and what is left out add up to what was read."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from babyslm.corpora.accounting import LEFT_OUT, Account, ItemCount, Leniency
from babyslm.corpora.corpus import Corpus
from babyslm.corpora.prepare import prepare_corpus
from babyslm.corpora.recorded.transcript_sound import Sound
from babyslm.verify.corpora.faults import FaultsError, FaultShareError, LeniencyError
from babyslm.verify.corpora.rttm import NoSegmentsError
from babyslm.verify.corpora.tables import EmptyCorpusError, EmptySelectionError
from tests.corpora.transcripts import bursts

ANY = Leniency(lenient=True, most=1.0)
OFTEN = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

HEADER = (
    b"@UTF8\n@Begin\n@Languages:\teng, fra\n@Participants:\tCHI Kit Target_Child, MOT Mother\n"
    b"@ID:\teng|Made|CHI|2;06.14|female|||Target_Child|||\n@ID:\teng|Made|MOT|||||Mother|||\n"
)
SAID = [
    b"*MOT:\tlook at the dog .\n",
    b"*CHI:\tdog .\n",
    b"*MOT:\txxx .\n",
    b"*MOT:\t[- fra] le chat dort .\n",
    b"*MOT:\tthe chien@s:fra sleeps .\n",
    b"*MOT:\tthe hund@s:deu sleeps .\n",
    b"*MOT:\tgood night . \x15900_200\x15\n",
    b"*MOT:\tgood night . \x15soon\x15\n",
    b"*XYZ:\tgood night .\n",
    b"*MOT good night .\n",
    "*MOT:\tdéjà .\n".encode("latin-1"),
    b"*MOT:\tlook .\n%com she points\n",
    b"*MOT:\tlook .\nthis line is none\n",
    b"*MOT:\tlook .\n@Comment:\ta comment\n\tthat is long\n",
]
ENDS = [b"@End\n", b"@End\n", b"@End\n", b""]
TRANSCRIPTS = st.lists(st.tuples(st.lists(st.sampled_from(SAID), max_size=6), st.sampled_from(ENDS)), min_size=1)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def listed(out: Path) -> pd.DataFrame:
    """The table of faulty items; empty where there is none."""
    path = out / LEFT_OUT
    if not path.exists():
        return pd.DataFrame(columns=["file", "line", "item", "kind", "treatment", "reason"])
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def adds_up(corpus: Corpus, item: str, read: int) -> ItemCount:
    """Hold the account of one kind of item against the number of items in the input, and against the listed faults."""
    assert corpus.card is not None
    assert corpus.folder is not None
    count = corpus.card.account[item]
    assert count.read == read
    assert count.read == count.kept + sum(count.left_out.values())
    own = listed(corpus.folder)
    own = own[own["item"] == item]
    for treatment, told in (("left out", count.left_out), ("mended", count.mended)):
        for kind, faults in own[own["treatment"] == treatment]["kind"].value_counts().items():
            assert told[kind] == faults
    return count


@OFTEN
@given(TRANSCRIPTS)
def test_transcripts(made: list[tuple[list[bytes], bytes]]) -> None:
    with folder() as place:
        for number, (lines, end) in enumerate(made):
            (place / f"{number}.cha").write_bytes(HEADER + b"".join(lines) + end)
        try:
            corpus = prepare_corpus("childes", place, place / "c", leniency=ANY)
        except EmptySelectionError:
            return
        count = adds_up(corpus, "utterances", sum(len(lines) for lines, _ in made))
        assert count.kept == len(corpus.utterances)
        adds_up(corpus, "transcripts", len(made))
        faults = listed(place / "c")
        if faults.empty:
            prepare_corpus("childes", place, place / "d")
        else:
            with pytest.raises(FaultsError) as error:
                prepare_corpus("childes", place, place / "d")
            assert len(faults) == 1 or str(error.value).startswith(f"{len(faults)} faults: ")
            assert not (place / "d").exists()


@OFTEN
@given(
    st.lists(st.sampled_from(["ok", "ok", "child", "old", "words", "nameless", "none"]), min_size=1),
    st.sampled_from(["parquet", "csv"]),
)
def test_tables(kinds: list[str], ending: str) -> None:
    ages = {"old": "two years", "words": "-3"}
    rows = [
        {
            "gloss": "xxx" if kind == "none" else "look at that",
            "speaker_role": "Target_Child" if kind == "child" else "Mother",
            "transcript_id": None if kind == "nameless" else "7",
            "target_child_age": ages.get(kind, "700.5"),
        }
        for kind in kinds
    ]
    with folder() as place:
        path = place / f"t.{ending}"
        table = pd.DataFrame(rows)
        table.to_parquet(path) if ending == "parquet" else table.to_csv(path, index=False)
        try:
            corpus = prepare_corpus("childes", path, place / "c", leniency=ANY)
        except EmptySelectionError:
            assert "ok" not in kinds
            return
        assert adds_up(corpus, "utterances", len(kinds)).kept == kinds.count("ok")
        assert len(listed(place / "c")) == sum(kind in ("old", "words", "nameless") for kind in kinds)


@OFTEN
@given(st.lists(st.sampled_from([b"look at that\n", b"\n", b"  \n", "d\xe9j\xe0\n".encode("latin-1")]), min_size=1))
def test_text(lines: list[bytes]) -> None:
    with folder() as place:
        (place / "t.txt").write_bytes(b"".join(lines))
        try:
            corpus = prepare_corpus("text", place / "t.txt", place / "c", leniency=ANY)
        except EmptyCorpusError:
            return
        assert adds_up(corpus, "lines", len(lines)).kept == lines.count(b"look at that\n")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("homes")
    bursts(place / "day.wav", [(0, 30)], seconds=30)
    bursts(place / "night.wav", [(0, 5)], seconds=5, rate=8000)
    return place


SEGMENT = st.tuples(
    st.sampled_from(["day", "night", "absent"]),
    st.sampled_from(["-5", "-0.02", "0", "1", "1.2", "4", "29", "31", "soon", "nan"]),
    st.sampled_from(["0", "0.1", "1.2", "3", "25", "-1"]),
    st.sampled_from(["FEM", "MAL", "KCHI"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SEGMENT, max_size=12), st.booleans())
@example([("night", "-5", "25", "FEM")], True)  # too long at both ends: two faults, one segment
def test_segments(homes: Path, segments: list[tuple[str, str, str, str]], clips: bool) -> None:
    lines = [f"SPEAKER {name} 1 {on} {length} <NA> <NA> {label} <NA> <NA>\n" for name, on, length, label in segments]
    with folder() as place:
        others = ";; made\nSPKR-INFO day 1 <NA> <NA> <NA> unknown FEM <NA> <NA>\n"
        (place / "v.rttm").write_text(others + "".join(lines))
        try:
            corpus = prepare_corpus(
                "longform", homes, place / "c", rttm=place / "v.rttm", gap=0.3, clips=clips, leniency=ANY
            )
        except NoSegmentsError:
            return
        count = adds_up(corpus, "segments", len(lines))
        assert len(corpus.utterances) <= count.kept
        adds_up(corpus, "recordings", 2)


@OFTEN
@given(st.lists(st.sampled_from(["ok", "short", "child", "name", "noise"]), min_size=1, max_size=5))
def test_clips(kinds: list[str]) -> None:
    names = {"child": "Alex_CHI/alex_0101_CHI_{}_900", "name": "Alex_MOT/clip{}"}
    with folder() as place:
        for number, kind in enumerate(kinds):
            path = place / "p" / f"{names.get(kind, 'Alex_MOT/alex_0101_MOT_{}_900').format(number)}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, np.full(3_000 if kind == "short" else 16_000, 0.1), 16_000)
            if kind == "noise":
                path.write_bytes(b"this is no sound")
        try:
            corpus = prepare_corpus("providence", place / "p", place / "c", leniency=ANY)
        except EmptySelectionError:
            assert "ok" not in kinds
            return
        assert adds_up(corpus, "recordings", len(kinds)).kept == kinds.count("ok") == len(corpus.utterances)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(["speech", "silence", "noise", "stereo", "utterance", "short"]), min_size=1, max_size=5),
    st.lists(st.sampled_from(["words", "absent", "empty", "none", "twice"]), max_size=4),
)
def test_readings(kinds: list[str], lines: list[str]) -> None:
    texts = {"words": "1-1-{} A DOG", "absent": "9-9-{} A DOG", "empty": "", "none": "no words", "twice": "8-8-8 A"}
    with folder() as place:
        books = place / "b"
        books.mkdir()
        loud = np.tile(np.sin(np.arange(16_000) / 3) * 0.3, 1)
        for number, kind in enumerate(kinds):
            path = books / (f"1-1-{number}.wav" if kind in ("utterance", "short") else f"{kind}{number}.wav")
            sound = np.zeros(16_000) if kind == "silence" else loud[:1_000] if kind == "short" else loud
            soundfile.write(path, np.stack([sound, -sound], axis=1) if kind == "stereo" else sound, 16_000)
            if kind == "noise":
                path.write_bytes(b"this is no sound")
        (books / "1.trans.txt").write_text("".join(f"{texts[line].format(i)}\n" for i, line in enumerate(lines)))
        try:
            corpus = prepare_corpus("librivox", books, place / "c", leniency=ANY)
        except EmptySelectionError:
            assert not {"speech", "stereo", "utterance"} & set(kinds)
            return
        kept = sum(kind in ("speech", "stereo", "utterance") for kind in kinds)
        assert adds_up(corpus, "recordings", len(kinds)).kept == kept
        adds_up(corpus, "spans of speech", sum(kind not in ("silence", "noise") for kind in kinds))
        if lines:
            adds_up(corpus, "lines of transcripts", len(lines))


TIMED = [
    b"*MOT:\tlook at the dog . \x15%d_%d\x15\n",
    b"*CHI:\tdog . \x15%d_%d\x15\n",
    b"*XYZ:\tgood night . \x15%d_%d\x15\n",
]
UNTIMED = [b"*MOT:\tgood night .\n", b"*MOT:\txxx .\n", b"*MOT good night .\n"]
SPANS = [(0, 900), (1_000, 1_100), (2_000, 4_000), (4_500, 5_040), (4_800, 6_000), (5_500, 7_000), (900, 200)]
LINE = st.one_of(
    st.tuples(st.sampled_from(TIMED), st.sampled_from(SPANS)).map(lambda made: made[0] % made[1]),
    st.sampled_from(UNTIMED),
)
SOUND = st.sampled_from(["sound", "sound", "stereo", "noise", "absent", "twice"])
HEARD = st.one_of(st.none(), st.lists(st.sampled_from(["0 1", "2 1", "2.5 4", "9 1", "-1 3"]), max_size=4))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.lists(LINE, max_size=5), SOUND), min_size=1, max_size=4), HEARD, st.booleans())
def test_transcripts_with_sound(
    made: list[tuple[list[bytes], str]], heard: list[str] | None, providence: bool
) -> None:
    """Utterances, transcripts, recordings, clips and segments, with and without an RTTM file."""
    with folder() as place:
        files = 1
        bursts(place / "sound" / "other.wav", [(0, 1)], seconds=1)
        for number, (lines, kind) in enumerate(made):
            words, sound = place / "words" / f"t{number}.cha", place / "sound" / f"t{number}.wav"
            words.parent.mkdir(exist_ok=True)
            words.write_bytes(HEADER + b"".join(lines) + b"@End\n")
            if kind != "absent":
                bursts(sound, [(0, 5)], seconds=5)
                files += 1
            if kind == "noise":
                sound.write_bytes(b"this is no sound")
            if kind == "stereo":
                soundfile.write(sound, np.full((22_050 * 5, 2), 0.1), 22_050)
            if kind == "twice":
                bursts(place / "sound" / "more" / sound.name, [(0, 5)], seconds=5)
                files += 1
        segments = [f"SPEAKER t0 1 {span} <NA> <NA> FEM <NA> <NA>\n" for span in heard or ()]
        (place / "v.rttm").write_text("".join(segments))
        sound_of = Sound(place / "sound", None if heard is None else place / "v.rttm", ("FEM",))
        name = "providence" if providence else "childes"
        try:
            corpus = prepare_corpus(name, place / "words", place / "c", sound=sound_of, leniency=ANY)
        except (EmptySelectionError, NoSegmentsError):
            return
        utterances = adds_up(corpus, "utterances", sum(len(lines) for lines, _ in made))
        adds_up(corpus, "transcripts", len(made))
        adds_up(corpus, "recordings", files)
        assert corpus.card is not None
        clips = corpus.card.account["clips"]
        assert clips.kept == len(corpus.utterances) >= utterances.kept > 0
        if heard is not None:
            adds_up(corpus, "segments", len(heard))


def test_a_count_that_loses_items_is_refused() -> None:
    assert ItemCount(read=3, kept=2, left_out={"empty": 1}).read == 3
    with pytest.raises(ValueError, match="are not 3 read"):
        ItemCount(read=3, kept=1, left_out={"empty": 1})


def test_above_the_share_lenient_reading_is_an_error_too() -> None:
    account = Account(Leniency(lenient=True, most=0.05))
    account.read("lines", 100)
    for line in range(5):
        account.fault("lines", "not UTF-8", Path("t.txt"), line + 1, "is not UTF-8 text")
    account.verify()
    account.fault("lines", "not UTF-8", Path("t.txt"), 6, "is not UTF-8 text")
    with pytest.raises(FaultShareError, match=r"6 of 100 lines are faulty \(6.0 %, more than --most-faults 0.05\)"):
        account.verify()
    with pytest.raises(LeniencyError, match=r"--most-faults 1.5: is no share"):
        Leniency(lenient=True, most=1.5)


def test_a_strict_error_lists_twenty_faults_and_counts_all() -> None:
    account = Account()
    for line in range(50):
        account.fault("utterances", "malformed line", Path("a.cha"), line, f"fault {line}", advice="advice once")
    with pytest.raises(FaultsError) as error:
        account.verify()
    told = str(error.value)
    assert told.startswith("50 faults: a.cha:0: fault 0; line 1: fault 1; ")
    assert "line 19: fault 19 and 30 more; correct them (advice once), or add --lenient" in told
    assert "fault 20" not in told


def test_an_account_survives_being_stored() -> None:
    account = Account(ANY)
    account.read("lines", 3)
    account.keep("lines")
    account.leave("lines", "empty")
    account.note("phones", "none", 4)
    account.fault("lines", "not UTF-8", Path("t.txt"), 2, "is not UTF-8 text", advice="convert it")
    again = Account.from_json(account.to_json(), ANY)
    assert again.counts() == account.counts()
    assert (again.faults, again.advice, again.notes) == (account.faults, account.advice, account.notes)
