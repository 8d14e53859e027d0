"""The lines of a CHAT transcript, checked one by one before they are parsed."""

import re
from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.corpora.chat import ChatFormatError

__all__ = ["days_of", "scan"]

AGE = re.compile(r"(\d+);(?:(\d+)(?:\.(\d+))?)?\.?$")
DAYS_A_YEAR, DAYS_A_MONTH = 365.25, 30.4375
TIME = re.compile(r"\x15(?P<mark>[^\x15]*)(?P<close>\x15?)")
SPAN = re.compile(r"(\d+)_(\d+)-?$")
"""Onset and offset in milliseconds; a dash behind them is an older mark of what playing skips."""
MAIN = re.compile(r"\*(\S+):\t")
DEPENDENT = re.compile(r"%\w+:(?:\t|$)")
HEADER = re.compile(r"@[A-Z]")
PARTICIPANTS, IDENTITY, BEGIN, END = "@Participants:", "@ID:", "@Begin", "@End"
MORPHOLOGY = ("%mor", "%gra", "%trn", "%grt", "%umor", "%ugra", "%xmor", "%xgra")
"""Left out before parsing: pylangacq empties the words of utterances whose %mor does not fit, which is common in old
transcripts."""


def days_of(age: str) -> float | None:
    """Return an age of CHAT (`years;months.days`) in days, or None if it is no age.

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

    :param path: the file, for errors.
    :param lines: its lines.
    :returns: the numbers of the lines on which utterances begin, from 1, and the lines without morphology.
    :raises ChatFormatError: naming the first line that is wrong.
    """
    reading = _Scan(path)
    for number, line in enumerate(lines, start=1):
        reading.take(number, line)
    if not reading.begun:
        raise ChatFormatError(path, 1, "@Begin is missing")
    if not reading.ended:
        raise ChatFormatError(path, max(1, len(lines)), "@End is missing: was the file cut short?")
    return reading.starts, reading.kept


class _Scan:
    """Where the reading of a transcript stands."""

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
                raise ChatFormatError(self.path, number, f"{line[:20]!r} begins with none of @ * % and no tab")
        if self.speaking:
            line = self._times(number, line)
        if not self.dropping:
            self.kept.append(line)

    def _continuation(self, number: int, line: str) -> None:
        if not self.kept:
            raise ChatFormatError(self.path, number, "goes on a line that never began")
        if self.header == PARTICIPANTS:
            self.declared |= _codes(line)

    def _header(self, number: int, line: str) -> None:
        if not HEADER.match(line):
            raise ChatFormatError(self.path, number, f"{line[:20]!r} is no header")
        self.header, _, text = line.partition("\t")
        self.dropping = self.speaking = False
        self.begun, self.ended = self.begun or self.header == BEGIN, self.ended or self.header == END
        if self.header in (PARTICIPANTS, BEGIN):
            if self.header in self.once:
                raise ChatFormatError(self.path, number, f"a second {self.header}: are these two transcripts?")
            self.once.add(self.header)
        if self.header == PARTICIPANTS:
            self.declared |= _codes(text)
        fields = text.split("|")
        if self.header == IDENTITY and len(fields) > 3 and fields[3].strip() and days_of(fields[3]) is None:
            raise ChatFormatError(self.path, number, f"{fields[3]!r} is no age (years;months.days)")

    def _main(self, number: int, line: str) -> None:
        found = MAIN.match(line)
        if not found:
            raise ChatFormatError(self.path, number, f"{line[:20]!r} lacks the colon and tab behind the speaker")
        if found[1] not in self.declared:
            raise ChatFormatError(self.path, number, f"the speaker {found[1]} is not among the @Participants")
        self.header, self.dropping, self.speaking = "", False, True
        self.starts.append(number)

    def _dependent(self, number: int, line: str) -> None:
        if not DEPENDENT.match(line):
            raise ChatFormatError(self.path, number, f"{line[:20]!r} is no dependent tier")
        if not self.starts:
            raise ChatFormatError(self.path, number, "a dependent tier stands before any utterance")
        self.header, self.dropping, self.speaking = "", line.split(":", maxsplit=1)[0] in MORPHOLOGY, False

    def _times(self, number: int, line: str) -> str:
        """Check the time marks of a main tier, and return it with marks as they are written today."""
        for found in TIME.finditer(line):
            mark = found["mark"].strip()
            if mark.startswith("%"):  # an older form that names a file or a picture
                continue
            span = SPAN.match(mark)
            if not found["close"] or not span:
                reason = f"{mark[:20]!r} is no time mark (ONSET_OFFSET, milliseconds)"
                raise ChatFormatError(self.path, number, reason)
            if int(span[1]) > int(span[2]):
                raise ChatFormatError(self.path, number, f"the time {mark} runs backwards")
        return line.replace("-\x15", "\x15")


def _codes(text: str) -> set[str]:
    return {person.split()[0] for person in text.split(",") if person.split()}
