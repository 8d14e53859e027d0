"""Line-by-line checks of a CHAT transcript before parsing."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from babyslm.corpora.accounting import Account
from babyslm.corpora.childes.words import protect_languages
from babyslm.corpora.text_lines import lines_of

__all__ = ["Block", "Scanned", "days_of", "scan"]

AGE = re.compile(r"(\d+);(?:(\d+)(?:\.(\d+))?)?\.?$")
DAYS_A_YEAR, DAYS_A_MONTH = 365.25, 30.4375
TIME = re.compile(r"\x15(?P<mark>[^\x15]*)(?P<close>\x15?)")
SPAN = re.compile(r"(\d{1,12})_(\d{1,12})-?$")
"""Onset and offset in milliseconds. A trailing dash is an obsolete mark for skipping the utterance during playback."""
MAIN = re.compile(r"\*(\S+):\t")
PRECODE = re.compile(r"\*\S+:\t\s*(?:\+\S+\s+)?\[-\s*(\w+)[^\]]*\]")
"""The mark of an utterance in another language: `[- fra]` behind the speaker."""
DEPENDENT = re.compile(r"%\w+:(?:\t|$)")
HEADER = re.compile(r"@[A-Z]")
PARTICIPANTS, IDENTITY, BEGIN, END, LANGUAGES = "@Participants:", "@ID:", "@Begin", "@End", "@Languages:"
MORPHOLOGY = ("%mor", "%gra", "%trn", "%grt", "%umor", "%ugra", "%xmor", "%xgra")
"""Tiers removed before parsing: pylangacq empties the words of utterances with an inconsistent %mor tier, which is
common in old transcripts."""
UTTERANCES, TRANSCRIPTS = "utterances", "transcripts"
LOST = "transcript left out"
"""Why an utterance without a fault of its own is left out: its transcript is."""
ADVICE = "the program `chatter` checks whole transcripts"


def days_of(age: str) -> float | None:
    """Return an age in CHAT notation (`years;months.days`) in days, or None if it is malformed.

    >>> days_of("1;04.28")
    515.0
    """
    found = AGE.match(age.strip())
    if not found:
        return None
    years, months, days = (int(part or 0) for part in found.groups())
    return round(years * DAYS_A_YEAR + months * DAYS_A_MONTH + days, 2)


@dataclass(slots=True)
class Block:
    """One utterance: its main tier and dependent tiers.

    :param line: the line on which it begins, from 1.
    :param lines: its lines without morphology.
    :param language: three-letter code of the language that it is marked with (`[- fra]`), or None.
    """

    line: int
    lines: list[str]
    language: str | None = None


@dataclass
class Scanned:
    """A transcript that was looked through.

    :param header: the lines before the first utterance, and what declares speakers wherever it stands.
    :param blocks: the utterances without a fault.
    :param languages: three-letter codes of `@Languages`, in order.
    """

    header: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


def scan(path: Path, account: Account) -> Scanned | None:
    """Look through the lines of a transcript.

    Every line that begins with `*` counts as an utterance that was read. A faulty utterance is left out with its
    tiers; a faulty line of the header or of a dependent tier is left out and the rest kept, which counts as mended; a
    fault of the whole transcript leaves it out.

    :param path: the transcript.
    :param account: learns of items and faults.
    :returns: None for a transcript that is left out.
    """
    lines, wrong = lines_of(path)
    reading = _Scan(path)
    for number, line in enumerate(lines, start=1):
        reading.take(number, line, wrong.get(number))
    account.read(TRANSCRIPTS)
    account.read(UTTERANCES, reading.read)
    if not reading.begun:
        reading.whole = reading.whole or (1, "no @Begin", "@Begin is missing")
    if not reading.ended:
        reason = "@End is missing: the file may be truncated"
        reading.whole = reading.whole or (max(1, len(lines)), "no @End", reason)
    if reading.whole:
        place, kind, reason = reading.whole
        account.fault(TRANSCRIPTS, kind, path, place, reason, advice=ADVICE)
        account.leave(UTTERANCES, LOST, reading.read)
        return None
    for item, kind, number, reason, mended in reading.faults:
        account.fault(item, kind, path, number, reason, mended=mended, advice=ADVICE)
    return reading.found


class _Scan:
    """State of the scan of a transcript."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found = Scanned()
        self.faults: list[tuple[str, str, int, str, bool]] = []
        self.whole: tuple[int, str, str] | None = None
        self.open = Block(0, [])
        self.declared: set[str] = set()
        self.once: set[str] = set()
        self.read = 0
        self.begun = self.ended = self.dropping = self.speaking = self.faulty = False
        self.header = ""

    def take(self, number: int, line: str, undecodable: str | None) -> None:
        """Check one line."""
        match line[:1]:
            case "\t":
                self._continuation(number, line)
            case "@":
                self._header(number, line)
            case "*":
                self._main(number, line)
            case "%":
                self._dependent(number, line)
            case _ if line.strip():
                self._fault(number, "malformed line", f"{line[:20]!r} does not begin with @, *, % or a tab")
        if undecodable:
            self._fault(number, "not UTF-8", undecodable)

    def _fault(self, number: int, kind: str, reason: str) -> None:
        """Record a fault of the utterance that is open, once, or of the header."""
        if self.read and not self.header:
            if not self.faulty:
                self.faulty = True
                self.faults.append((UTTERANCES, kind, number, reason, False))
                if self.found.blocks and self.open is self.found.blocks[-1]:
                    self.found.blocks.pop()
        else:
            self.faults.append((TRANSCRIPTS, kind, number, reason, True))

    def _mend(self, number: int, kind: str, reason: str) -> None:
        item = UTTERANCES if self.read else TRANSCRIPTS
        self.faults.append((item, kind, number, reason, True))

    def _keep(self, line: str) -> None:
        """Keep a line where it belongs, unless what it goes on is dropped."""
        if self.dropping:
            return
        if self.header:
            if not self.read or self.header in (PARTICIPANTS, IDENTITY, LANGUAGES):
                self.found.header.append(line)
        elif not self.faulty:
            self.open.lines.append(line)

    def _continuation(self, number: int, line: str) -> None:
        if not self.read and not self.found.header:
            self._mend(number, "malformed line", "is a continuation line without a line to continue")
            return
        if self.header == PARTICIPANTS:
            self.declared |= _codes(line)
        if self.header == LANGUAGES:
            self.found.languages += _languages(line)
        self._keep(self._spoken(number, line) if self.speaking else line)

    def _header(self, number: int, line: str) -> None:
        self.dropping = self.speaking = False
        if not HEADER.match(line):
            self.header, self.dropping = "@", True
            self._mend(number, "malformed header", f"{line[:20]!r} is not a valid header")
            return
        self.header, _, text = line.partition("\t")
        self.begun, self.ended = self.begun or self.header == BEGIN, self.ended or self.header.rstrip() == END
        if self.header in (PARTICIPANTS, BEGIN):
            if self.header in self.once:
                reason = f"has a second {self.header.rstrip(':')}: does the file hold two transcripts?"
                self.whole = self.whole or (number, "two transcripts in a file", reason)
            self.once.add(self.header)
        if self.header == PARTICIPANTS:
            self.declared |= _codes(text)
        if self.header == LANGUAGES:
            self.found.languages += _languages(text)
        fields = text.split("|")
        if self.header == IDENTITY and len(fields) > 3 and fields[3].strip() and days_of(fields[3]) is None:
            self._mend(number, "malformed age", f"{fields[3]!r} is not an age (years;months.days)")
            line = "\t".join((self.header, "|".join((*fields[:3], "", *fields[4:]))))
        if self.header.rstrip() != END:
            self._keep(line)

    def _main(self, number: int, line: str) -> None:
        self.read += 1
        self.header, self.dropping, self.speaking, self.faulty = "", False, True, False
        self.open = Block(number, [])
        found = MAIN.match(line)
        if not found:
            self._fault(
                number, "missing speaker code", f"{line[:20]!r} lacks the colon and tab after the speaker code"
            )
            return
        if found[1] not in self.declared:
            self._fault(number, "undeclared speaker", f"the speaker {found[1]} is not among the @Participants")
            return
        marked = PRECODE.match(line) if "[-" in line else None
        self.open.language = marked[1] if marked else None
        self.found.blocks.append(self.open)
        self._keep(self._spoken(number, line))

    def _dependent(self, number: int, line: str) -> None:
        self.header, self.speaking = ("" if self.read else "%"), False
        if not self.read:
            self.dropping = True
            self._mend(number, "malformed line", "a dependent tier precedes the first utterance")
            return
        if not DEPENDENT.match(line):
            self.dropping = True
            self._mend(number, "malformed dependent tier", f"{line[:20]!r} is not a valid dependent tier")
            return
        self.dropping = line.split(":", maxsplit=1)[0] in MORPHOLOGY
        self._keep(line)

    def _spoken(self, number: int, line: str) -> str:
        """Check the time marks of a main tier, and return the line with marks in the current notation."""
        if "\x15" in line:
            for found in TIME.finditer(line):
                mark = found["mark"].strip()
                if mark.startswith("%"):  # an obsolete form that names a file or a picture
                    continue
                span = SPAN.match(mark)
                if not found["close"] or not span:
                    reason = f"{mark[:20]!r} is not a time mark (ONSET_OFFSET, milliseconds)"
                    self._fault(number, "malformed time mark", reason)
                elif int(span[1]) > int(span[2]):
                    self._fault(number, "negative duration", f"the time mark {mark} ends before it begins")
            line = line.replace("-\x15", "\x15")
        return protect_languages(line) if "@s" in line or not line.isascii() else line


def _codes(text: str) -> set[str]:
    return {person.split()[0] for person in text.split(",") if person.split()}


def _languages(text: str) -> list[str]:
    return [code.strip().lower() for code in text.split(",") if code.strip()]
