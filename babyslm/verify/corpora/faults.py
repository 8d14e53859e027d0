"""Faults of corpora: faulty items by file and line, and the errors that list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, visible

__all__ = ["Fault", "FaultShareError", "FaultsError", "LeniencyError"]

LISTED = 20
"""Faults that an error lists; the rest it counts."""
SHOWN = 5
"""Faults that an error about their share lists."""
LONGEST = 150
"""Characters of the reason of a listed fault, so that twenty fit into one message."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A faulty item of a source.

    :param item: what it is, in the plural: utterances, segments, recordings.
    :param kind: the kind of fault, in a few words; the card counts faults by kind.
    :param path: the file.
    :param line: line or row in the file, from 1; None where the fault is the file's.
    :param reason: what is wrong with it, with its value.
    :param mended: whether a lenient reading mends it; otherwise it leaves it out.
    """

    item: str
    kind: str
    path: Path
    line: int | None
    reason: str
    mended: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line is not None else str(self.path)
        return f"{place}: {visible(self.reason, LONGEST)}"


class FaultsError(BabySLMError):
    """A source has faults, and the reading is strict."""

    def __init__(self, faults: Sequence[Fault], count: int, advice: Sequence[str] = ()) -> None:
        listed = "; ".join(_listed(faults[:LISTED]))
        more = f" and {count - LISTED} more" if count > LISTED else ""
        begin = f"{count} faults: " if count > 1 else ""
        hint = f" ({'; '.join(advice)})" if advice else ""
        super().__init__(
            f"{begin}{listed}{more}; correct {'them' if count > 1 else 'it'}{hint}, or add --lenient to leave faulty "
            "items out"
        )


def _listed(faults: Sequence[Fault]) -> list[str]:
    """Return faults as text; of several in a row in one file, the first names it."""
    before = [None, *(fault.path for fault in faults)]
    return [
        f"line {fault.line}: {visible(fault.reason, LONGEST)}"
        if fault.path == path and fault.line is not None
        else str(fault)
        for path, fault in zip(before, faults, strict=False)
    ]


class FaultShareError(BabySLMError):
    """Too large a share of a source is faulty, even for a lenient reading."""

    def __init__(self, faults: Sequence[Fault], item: str, count: int, read: int, most: float) -> None:
        super().__init__(
            f"{count} of {read} {item} are faulty ({100 * count / read:.1f} %, more than --most-faults {most:g}): "
            f"{'; '.join(_listed(faults[:SHOWN]))}; correct the source, or raise --most-faults"
        )


class LeniencyError(UsageError):
    """The share of faults that is tolerated is no share."""

    def __init__(self, most: float) -> None:
        super().__init__(f"--most-faults {most:g}: is no share; give a number from 0 to 1, such as 0.05")
