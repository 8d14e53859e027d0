"""Line-by-line checks of a CHAT transcript before parsing."""

import re
from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.corpora.chat import ChatFormatError

__all__ = ["days_of", "scan"]

AGE = re.compile(r"(\d+);(?:(\d+)(?:\.(\d+))?)?\.?$")
DAYS_A_YEAR, DAYS_A_MONTH = 365.25, 30.4375
TIME = re.compile(r"\x15(?P<mark>[^\x15]*)(?P<close>\x15?)")
SPAN = re.compile(r"(\d+)_(\d+)-?$")
"""Onset and offset in milliseconds. A trailing dash is an obsolete mark for skipping the utterance during playback."""
MAIN = re.compile(r"\*(\S+):\t")
DEPENDENT = re.compile(r"%\w+:(?:\t|$)")
HEADER = re.compile(r"@[A-Z]")
PARTICIPANTS, IDENTITY, BEGIN, END = "@Participants:", "@ID:", "@Begin", "@End"
MORPHOLOGY = ("%mor", "%gra", "%trn", "%grt", "%umor", "%ugra", "%xmor", "%xgra")
"""Tiers removed before parsing: pylangacq empties the words of utterances with an inconsistent %mor tier, which is
common in old transcripts."""


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


def scan(path: Path, lines: Sequence[str]) -> tuple[list[int], list[str]]:
    """Check the lines of a transcript.

    :param path: the file, for error messages.
    :param lines: its lines.
    :returns: the line numbers at which utterances begin, from 1, and the lines without morphology.
    :raises ChatFormatError: naming the first malformed line.
    """
    reading = _Scan(path)
    for number, line in enumerate(lines, start=1):
        reading.take(number, line)
    if not reading.begun:
        raise ChatFormatError(path, 1, "@Begin is missing")
    if not reading.ended:
        raise ChatFormatError(path, max(1, len(lines)), "@End is missing: the file may be truncated")
    return reading.starts, reading.kept


class _Scan:
    """State of the scan of a transcript."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.starts: list[int] = []
        self.kept: list[str] = []
        self.declared: set[str] = set()
        self.once: set[str] = set()
        self.begun = self.ended = self.dropping = self.speaking = False
        self.header = ""

    def take(self, number: int, line: str) -> None:
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
                raise ChatFormatError(self.path, number, f"{line[:20]!r} does not begin with @, *, % or a tab")
        if self.speaking:
            line = self._times(number, line)
        if not self.dropping:
            self.kept.append(line)

    def _continuation(self, number: int, line: str) -> None:
        if not self.kept:
            raise ChatFormatError(self.path, number, "is a continuation line without a line to continue")
        if self.header == PARTICIPANTS:
            self.declared |= _codes(line)

    def _header(self, number: int, line: str) -> None:
        if not HEADER.match(line):
            raise ChatFormatError(self.path, number, f"{line[:20]!r} is not a valid header")
        self.header, _, text = line.partition("\t")
        self.dropping = self.speaking = False
        self.begun, self.ended = self.begun or self.header == BEGIN, self.ended or self.header == END
        if self.header in (PARTICIPANTS, BEGIN):
            if self.header in self.once:
                reason = f"has a second {self.header} line: does the file hold two transcripts?"
                raise ChatFormatError(self.path, number, reason)
            self.once.add(self.header)
        if self.header == PARTICIPANTS:
            self.declared |= _codes(text)
        fields = text.split("|")
        if self.header == IDENTITY and len(fields) > 3 and fields[3].strip() and days_of(fields[3]) is None:
            raise ChatFormatError(self.path, number, f"{fields[3]!r} is not an age (years;months.days)")

    def _main(self, number: int, line: str) -> None:
        found = MAIN.match(line)
        if not found:
            raise ChatFormatError(self.path, number, f"{line[:20]!r} lacks the colon and tab after the speaker code")
        if found[1] not in self.declared:
            raise ChatFormatError(self.path, number, f"the speaker {found[1]} is not among the @Participants")
        self.header, self.dropping, self.speaking = "", False, True
        self.starts.append(number)

    def _dependent(self, number: int, line: str) -> None:
        if not DEPENDENT.match(line):
            raise ChatFormatError(self.path, number, f"{line[:20]!r} is not a valid dependent tier")
        if not self.starts:
            raise ChatFormatError(self.path, number, "a dependent tier precedes the first utterance")
        self.header, self.dropping, self.speaking = "", line.split(":", maxsplit=1)[0] in MORPHOLOGY, False

    def _times(self, number: int, line: str) -> str:
        """Check the time marks of a main tier, and return the line with marks in the current notation."""
        for found in TIME.finditer(line):
            mark = found["mark"].strip()
            if mark.startswith("%"):  # an obsolete form that names a file or a picture
                continue
            span = SPAN.match(mark)
            if not found["close"] or not span:
                reason = f"{mark[:20]!r} is not a time mark (ONSET_OFFSET, milliseconds)"
                raise ChatFormatError(self.path, number, reason)
            if int(span[1]) > int(span[2]):
                raise ChatFormatError(self.path, number, f"the time mark {mark} ends before it begins")
        return line.replace("-\x15", "\x15")


def _codes(text: str) -> set[str]:
    return {person.split()[0] for person in text.split(",") if person.split()}
