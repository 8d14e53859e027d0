"""CHAT transcripts: words, ages, times, and faults by their line."""

from pathlib import Path

import pytest

from babyslm.corpora.childes.chat import chat_paths, read_chat
from babyslm.corpora.childes.lines import days_of
from babyslm.corpora.childes.words import clean_words
from babyslm.corpora.tiers import fold_tier
from babyslm.stimuli.phones.pronunciation import load_phone_set
from babyslm.verify.corpora.chat import NoTranscriptError
from babyslm.verify.corpora.faults import FaultsError
from babyslm.verify.documents import NoSuchFileError
from tests.corpora.transcripts import HEADER, transcript


def test_words_as_intended(tmp_path: Path) -> None:
    read = read_chat(transcript(tmp_path / "a.cha"))
    assert [(said.code, said.role, said.text) for said in read.utterances] == [
        ("MOT", "Mother", "look at the bedroom okay"),
        ("CHI", "Target_Child", "doggie"),
        ("MOT", "Mother", "you want the red one"),
        ("INV", "Investigator", ""),
        ("MOT", "Mother", "because it's going to drop Mommy Bear goed and more"),
        ("INV", "Investigator", ""),
    ]
    assert (read.age, read.corpus, read.media) == (515.0, "Providence", "a")
    assert [said.line for said in read.utterances] == [13, 15, 18, 19, 20, 23]


def test_words_as_heard(tmp_path: Path) -> None:
    texts = [said.text for said in read_chat(transcript(tmp_path / "a.cha"), wording="heard").utterances]
    assert texts[0] == "look at look at the bedroom okay"
    assert texts[4] == "cause it's gonna fall drop fa Mommy Bear goed and more"


def test_times_and_tiers(tmp_path: Path) -> None:
    first, second, *_, last = read_chat(transcript(tmp_path / "a.cha")).utterances
    assert (first.onset, first.offset) == (0.0, 1.5)
    assert "mor" not in first.tiers  # it fits the words badly, and the words are there all the same
    assert second.tiers == {"pho": "ˈdɔɡi", "mod": "ˈdɑɡi"}
    assert last.onset is None


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("xxx yyy www", ""),
        ("bababa@wp woof@o L@l", "bababa woof L"),
        ("choo^choo bed+room thank_you", "choochoo bedroom thank you"),
        ("no::: a:b ↑down↓ ⌈over⌉", "no ab down over"),
        ("+... +/. ‡ „ , ? ! 0is &=laughs", ""),
        ("l’homme peut-être aujourd'hui", "l'homme peut-être aujourd'hui"),
    ],
)
def test_codes_go_and_words_stay(tokens: str, text: str) -> None:
    assert clean_words(tokens.split()) == text


@pytest.mark.parametrize(("age", "days"), [("1;04.28", 515.0), ("2;", 730.5), ("0;06.", 182.62), ("2 years", None)])
def test_ages_in_days(age: str, days: float | None) -> None:
    assert days_of(age) == days


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("*INV:\t0 .", "*DAD:\t0 .", 23, "DAD is not among"),
        ("*INV:\t0 .", "*INV 0 .", 23, "lacks the colon"),
        ("*INV:\t0 .", "INV:\t0 .", 23, "does not begin with"),
        ("1600_2300", "2300_1600", 15, "ends before it begins"),
        ("1600_2300", "1600", 15, "not a time mark"),
        ("1600_2300\x15", "1600_2300", 15, "not a time mark"),
        ("%com:\t", "%com ", 22, "not a valid dependent tier"),
        ("@End\n", "", 23, "@End is missing"),
        ("@Begin\n", "", 1, "@Begin is missing"),
        ("|1;04.28|", "|sixteen months|", 8, "'sixteen months' is not an age"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    path = transcript(tmp_path / "a.cha")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(FaultsError, match=rf"a\.cha:{line}: .*{reason}"):
        read_chat(path)


def test_marks_of_older_transcripts_are_read(tmp_path: Path) -> None:
    lines = (
        "*MOT:\tlook at that . \x15100_900-\x15",
        "%wor:\tlook \x15300_100\x15 at that .",
        "*CHI:\tmore cookie . [+ IMP]",
        "%pho:\tmɔ (.) kʊki",
        '*MOT:\tyou 0v more ? \x15%snd:"a"_1_2\x15',
    )
    first, second, third = read_chat(transcript(tmp_path / "a.cha", lines)).utterances
    assert (first.onset, first.offset) == (0.1, 0.9)
    assert second.text == "more cookie"
    assert fold_tier(second.tiers["pho"], load_phone_set("en")) == "m ɔ | k ʊ k iː"
    assert third.text == "you more"


def test_other_encodings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "old.cha"
    path.write_bytes((HEADER.format(age="2;", media="m") + "*MOT:\tdéjà .\n@End\n").encode("latin-1"))
    with pytest.raises(FaultsError, match=r"old\.cha:13: is not UTF-8"):
        read_chat(path)
    with pytest.raises(NoTranscriptError):
        chat_paths(_empty(tmp_path))
    with pytest.raises(NoSuchFileError):
        chat_paths(tmp_path / "absent.cha")


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


@pytest.mark.parametrize(
    ("tier", "phones"),
    [
        ("ˈdɑɡi", "d ɑ ɡ iː"),
        ("ðə ˈkæt", "ð ə | k æ t"),
        ("ˈt͡ʃiːz ʤʌmp", "tʃ iː z | dʒ ʌ m p"),
        ("ˈbeɪbi ɡoʊ", "b eɪ b iː | ɡ oʊ"),
        ("ɹɛd xxx", None),
        ("ħa", None),
    ],
)
def test_tiers_are_folded_to_the_phone_set(tier: str, phones: str | None) -> None:
    assert fold_tier(tier, load_phone_set("en")) == phones
