"""Draft the cards of a new language from a list of its words."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babyslm.files import atomic_file
from babyslm.speech.languages.decisions import Change, decisions
from babyslm.speech.languages.draft import Draft, draft_language
from babyslm.speech.languages.transcription import espeak_languages, transcribe
from babyslm.speech.languages.voices import voice_card
from babyslm.speech.synthesis.espeak_engine import engine
from babyslm.speech.synthesis.mnemonics import STRESS_MARKS, load_mnemonics, read_mnemonics
from babyslm.speech.synthesis.voices import Voice, load_voices
from babyslm.stimuli.phones.phone_set import read_phone_set
from babyslm.stimuli.phones.pronunciation import pronounce, tokenize
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.speech.languages import CardExistsError, EmptyWordListError
from babyslm.verify.speech.voices import MisheardError, UnspeakablePhoneError
from babyslm.verify.stimuli.lexicon import LexiconFormatError

__all__ = ["Checked", "Drafted", "check_cards", "draft_cards", "read_words"]

HEADERS = ("word", "words")


@dataclass(frozen=True)
class Drafted:
    """What was drafted.

    :param draft: the language.
    :param folder: the content folder.
    :param files: its files.
    :param decisions: what a person has to decide.
    """

    draft: Draft
    folder: Path
    files: tuple[Path, ...]
    decisions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the draft for `--json`."""
        return {
            "language": self.draft.language,
            "words": len(self.draft.words),
            "phones": self.draft.inventory,
            "stress": self.draft.stress,
            "files": [str(path) for path in self.files],
            "decisions": list(self.decisions),
        }

    def as_text(self) -> str:
        """Return the draft for people."""
        language, content = self.draft.language, f"BABYSLM_CONTENT={self.folder} babyslm"
        return "\n".join(
            [
                f"{len(self.draft.inventory)} phones in {len(self.draft.words)} words:",
                f"  {' '.join(self.draft.inventory)}",
                *(f"  {path}" for path in self.files),
                "To decide:",
                *(f"  {number}. {text}" for number, text in enumerate(self.decisions, start=1)),
                f"Then check: {content} language {language} --words WORDS --check",
                f"and build:  {content} build-stimuli lexical --lang {language} --lexicon WORDS --out stimuli",
            ]
        )


def draft_cards(language: str, words: Path, out: Path, *, voice: str | None = None) -> Drafted:
    """Draft the cards of a language, and list what a person has to decide.

    Every word is then asked of the synthesiser by the drafted mnemonics, and its own account of what it spoke is read
    back: mnemonics that it reports for a phone become allophones, and words that it changes are listed.

    :param language: two-letter code.
    :param words: a list of words, one a line, or `word<TAB>count`, with or without a header.
    :param out: content folder; the cards are written below `datasets/`.
    :param voice: espeak-ng's name of the language; default the code.
    :raises CardExistsError: if a card of this language is there already.
    """
    voice = voice or language
    listed = read_words(words)
    transcribed = transcribe(listed, voice)
    draft = draft_language(language, voice, espeak_languages()[voice], transcribed)
    folder = out / "datasets"
    names = _names(language)
    for name in names:
        if (folder / name).exists():
            raise CardExistsError(folder / name)
    draft, misheard = _read_back(draft)
    _write(folder, draft)
    return Drafted(draft, out, tuple(folder / name for name in names), tuple(decisions(draft, misheard)))


@dataclass(frozen=True)
class Checked:
    """What the cards of a language make of its words.

    :param words: number of words.
    :param faults: word -> why it cannot be tested.
    """

    words: int
    faults: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return the check for `--json`."""
        return {"words": self.words, "faults": self.faults}

    def as_text(self) -> str:
        """Return the check for people."""
        told = [f"{self.words - len(self.faults)} of {self.words} words are spoken as the cards say"]
        return "\n".join([*told, *(f"  {word}: {fault}" for word, fault in self.faults.items())])


def check_cards(language: str, words: Path) -> Checked:
    """Phonemise and speak every word of a list by the cards of its language.

    :param language: two-letter code; `BABYSLM_CONTENT` names the folder of its cards.
    :param words: the list, as `draft_cards` takes it.
    """
    listed = [word for _, word in read_words(words)]
    phones, faults = pronounce([word for text in listed for word in tokenize(text)], language)
    table, speaker = load_mnemonics(language), load_voices(language)[0]
    found = {word: str(fault) for word, fault in faults.items()}
    for word, string in phones.items():
        asked = tuple(string.split())
        try:
            told = table.decode(
                [name for name, _ in engine().speak(table.encode(asked), speaker, table.espeak).events]
            )
        except UnspeakablePhoneError as error:
            found[word] = str(error)
            continue
        if told != table.audible(asked):
            found[word] = str(MisheardError(asked, told))
    return Checked(len(listed), found)


def read_words(path: Path) -> list[tuple[int, str]]:
    """Read a list of words, each once, with its row.

    :param path: one word a line, or `word<TAB>count`, with or without a header.
    """
    if not path.is_file():
        raise NoSuchFileError(path, "name a list of words, one a line")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LexiconFormatError(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    found: dict[str, int] = {}
    for row, line in enumerate(lines, start=1):
        word = line.partition("\t")[0].strip()
        if word and not word.startswith("#") and not (row == 1 and word.lower() in HEADERS):
            found.setdefault(word.lower(), row)
    if not found:
        raise EmptyWordListError(path)
    return [(row, word) for word, row in found.items()]


def _names(language: str) -> list[str]:
    return [
        f"phones/{language}.yaml",
        f"phones/mnemonics-{language}.yaml",
        f"voices/{language}.yaml",
        f"lexicons/taboo-{language}.txt",
    ]


def _write(folder: Path, draft: Draft) -> None:
    taboo = "# Words that no stimulus may sound like, one a line.\n"
    texts = [draft.phone_card(), draft.mnemonic_card(), voice_card(draft.language), taboo]
    with ExitStack() as stack:  # renamed together once all are written: a card alone would be taken for a draft
        for name, text in zip(_names(draft.language), texts, strict=True):
            stack.enter_context(atomic_file(folder / name)).write_text(text, encoding="utf-8", newline="\n")


def _read_back(draft: Draft) -> tuple[Draft, dict[str, Change]]:
    """Speak every word; return the draft with the allophones and glides heard, and the words that were changed."""
    with TemporaryDirectory() as temporary:
        _write(Path(temporary), draft)
        phones, mnemonics = (Path(temporary) / name for name in _names(draft.language)[:2])
        table = read_mnemonics(mnemonics, read_phone_set(phones))
    speaker = Voice(name="draft", language=draft.language, sex="female", split="train", pitch=(180, 240), tract=1.1)
    spoken = {}
    for word in draft.words:
        asked = draft.phones(word)
        if all(phone in draft.mnemonics for phone in asked):  # a foreign word may have others
            events = engine().speak(table.encode(asked), speaker, draft.voice).events
            spoken[word.word] = asked, [name.lstrip(STRESS_MARKS) for name, _ in events if table.is_spoken(name)]
    heard, glides = _learned(spoken.values(), table.heard)
    misheard = {}
    for spelling, (asked, reported) in spoken.items():
        told = tuple(heard.get(name, f"<{name}>") for name in reported if name not in glides)
        if told != asked:
            misheard[spelling] = asked, told
    new = {name: phone for name, phone in heard.items() if name not in table.heard}
    return draft.with_heard(new, glides), misheard


def _learned(
    spoken: Iterable[tuple[tuple[str, ...], list[str]]], known: Mapping[str, str]
) -> tuple[dict[str, str], set[str]]:
    """Learn what unknown mnemonics stand for: for a phone where there are as many, for nothing where there are more.

    :param spoken: phones asked for, and mnemonics reported.
    :param known: mnemonic -> phone.
    """
    heard, glides = dict(known), set[str]()
    for asked, reported in spoken:
        if len(reported) == len(asked):
            for name, phone in zip(reported, asked, strict=True):
                heard.setdefault(name, phone)
        elif tuple(known[name] for name in reported if name in known) == asked:
            glides |= {name for name in reported if name not in known}
    return heard, glides - heard.keys()
