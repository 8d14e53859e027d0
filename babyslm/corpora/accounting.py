"""The account of a preparation: what became of each input item, and which items were faulty.

Every reader of corpora takes an `Account` and reports to it each item that it meets. An item is kept, left out by
choice (a speaker role that was not asked for), or left out because it is faulty; a faulty item may be mended instead,
and is then kept or left out by choice like any other.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.files import write_text
from babyslm.progress import notice
from babyslm.verify.corpora.faults import Fault, FaultsError, FaultShareError, LeniencyError
from babyslm.verify.errors import visible

__all__ = ["LEFT_OUT", "STRICT", "Account", "ItemCount", "Leniency"]

LEFT_OUT = "left_out.tsv"
"""Name of the table of faulty items in a corpus folder."""
COLUMNS = ("file", "line", "item", "kind", "treatment", "reason")


@dataclass(frozen=True)
class Leniency:
    """What a reader does with faulty items.

    :param lenient: leave them out or mend them; otherwise any fault is an error that lists all of them.
    :param most: share of an item's kind that may be faulty in a lenient reading, 0 to 1.
    """

    lenient: bool = False
    most: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not 0 <= self.most <= 1:
            raise LeniencyError(self.most)


STRICT = Leniency()


class ItemCount(BaseModel):
    """What became of the input items of one kind, as a card tells it.

    Every item is kept or left out: `read` is the sum of `kept` and of the counts of `left_out`.
    """

    model_config = ConfigDict(extra="forbid")

    read: int = Field(ge=0)
    kept: int = Field(ge=0)
    left_out: dict[str, int] = Field(default_factory=dict, description="by reason")
    mended: dict[str, int] = Field(default_factory=dict, description="by kind of fault")

    @model_validator(mode="after")
    def adds_up(self) -> "ItemCount":
        """Refuse a count that loses items."""
        if self.read != self.kept + sum(self.left_out.values()):
            raise ValueError(f"{self.kept} kept and {self.left_out} left out are not {self.read} read")
        return self


@dataclass
class _Count:
    read: int = 0
    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)


class Account:
    """What became of each input item of a preparation.

    :param leniency: what is done with faulty items.
    :param failing: whether an earlier part of the source has failed already.
    """

    def __init__(self, leniency: Leniency = STRICT, *, failing: bool = False) -> None:
        self.leniency = leniency
        self._failing = failing
        self.faults: list[Fault] = []
        self.advice: list[str] = []
        self.notes: dict[str, Counter[str]] = {}
        self.tallies: dict[str, _Count] = {}

    def __getitem__(self, item: str) -> _Count:
        return self.tallies.setdefault(item, _Count())

    def read(self, item: str, count: int = 1) -> None:
        """Count items of the input."""
        self[item].read += count

    def keep(self, item: str, count: int = 1) -> None:
        """Count items that are kept."""
        self[item].kept += count

    def leave(self, item: str, reason: str, count: int = 1) -> None:
        """Count items that are left out by choice, by the reason that the card gives."""
        if count:
            self[item].left_out[reason] += count

    def fault(
        self,
        item: str,
        kind: str,
        path: Path,
        line: int | None,
        reason: str,
        *,
        mended: bool = False,
        advice: str = "",
    ) -> None:
        """Record a faulty item; unless it is mended, it counts as left out.

        :param item: see `Fault`, as for the other parameters.
        :param advice: how such faults are corrected; an error gives it once.
        """
        self.faults.append(Fault(item, kind, path, line, reason, mended))
        count = self[item]
        (count.mended if mended else count.left_out)[kind] += 1
        if advice and advice not in self.advice:
            self.advice.append(advice)

    def open(self, item: str) -> int:
        """Return the number of items that were read and are neither kept nor left out so far."""
        count = self[item]
        return count.read - count.kept - sum(count.left_out.values())

    def note(self, topic: str, name: str, count: int = 1) -> None:
        """Count something else that the card or an error tells, such as the roles that a source has."""
        self.notes.setdefault(topic, Counter())[name] += count

    def noted(self, topic: str) -> Counter[str]:
        """Return the counts of a topic."""
        return self.notes.get(topic, Counter())

    @property
    def failing(self) -> bool:
        """Whether faults have been found that a strict reading ends with, so that no further work is of use."""
        return self._failing or (bool(self.faults) and not self.leniency.lenient)

    def add(self, other: "Account") -> None:
        """Add the account of a part of the source."""
        for topic, names in other.notes.items():
            self.notes.setdefault(topic, Counter()).update(names)
        for item, theirs in other.tallies.items():
            own = self[item]
            own.read += theirs.read
            own.kept += theirs.kept
            own.left_out += theirs.left_out
            own.mended += theirs.mended
        self.faults += other.faults
        self.advice += [text for text in other.advice if text not in self.advice]

    def verify(self) -> None:
        """Refuse faults in a strict reading, and too many of them in a lenient one.

        :raises FaultsError: listing the first faults and counting all.
        :raises FaultShareError: where more than the tolerated share of a kind of item is faulty.
        """
        if not self.leniency.lenient:
            if self.faults:
                raise FaultsError(self.faults, len(self.faults), self.advice)
            return
        for item, count in self.tallies.items():
            own = [fault for fault in self.faults if fault.item == item]
            faulty = _items(own)
            if faulty > self.leniency.most * count.read:
                raise FaultShareError(own, item, faulty, count.read, self.leniency.most)

    def to_json(self) -> dict[str, Any]:
        """Return the account in the form of a JSON object; see `from_json`."""
        counts = {
            item: [count.read, count.kept, dict(count.left_out), dict(count.mended)]
            for item, count in self.tallies.items()
        }
        faults = [
            [fault.item, fault.kind, str(fault.path), fault.line, fault.reason, fault.mended] for fault in self.faults
        ]
        notes = {topic: dict(names) for topic, names in self.notes.items()}
        return {"counts": counts, "faults": faults, "advice": self.advice, "notes": notes}

    @classmethod
    def from_json(cls, value: Any, leniency: Leniency) -> "Account":
        """Return the account of a stored part."""
        account = cls(leniency)
        for item, (read, kept, left_out, mended) in value["counts"].items():
            account.tallies[item] = _Count(read, kept, Counter(left_out), Counter(mended))
        account.faults = [
            Fault(item, kind, Path(path), line, reason, mended)
            for item, kind, path, line, reason, mended in value["faults"]
        ]
        account.advice = list(value["advice"])
        account.notes = {topic: Counter(names) for topic, names in value["notes"].items()}
        return account

    def counts(self) -> dict[str, ItemCount]:
        """Return the counts by item, for the card."""
        return {
            item: ItemCount(
                read=count.read,
                kept=count.kept,
                left_out=dict(sorted(count.left_out.items())),
                mended=dict(sorted(count.mended.items())),
            )
            for item, count in sorted(self.tallies.items())
        }

    def write(self, folder: Path) -> None:
        """Write `left_out.tsv` beside the table and say what it holds; without faults there is no such file."""
        path = folder / LEFT_OUT
        if not self.faults:
            path.unlink(missing_ok=True)
            return
        write_text(path, _table(self.faults))
        told = [
            f"{sum(not fault.mended for fault in own)} of {self[item].read} {item} left out as faulty, "
            f"{sum(fault.mended for fault in own)} mended"
            for item in sorted(self.tallies)
            if (own := [fault for fault in self.faults if fault.item == item])
        ]
        notice(f"{path}: {'; '.join(told)}")


def _items(faults: Iterable[Fault]) -> int:
    """Return the number of items with a fault; one may have been mended at its beginning and left out for its end."""
    own = list(faults)
    left_out = [(fault.path, fault.line) for fault in own if not fault.mended]
    mended = {(fault.path, fault.line) for fault in own if fault.mended}
    return len(left_out) + len(mended.difference(left_out))


def _table(faults: Iterable[Fault]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for fault in faults:
        treatment = "mended" if fault.mended else "left out"
        line = "" if fault.line is None else fault.line
        writer.writerow([visible(str(fault.path)), line, fault.item, fault.kind, treatment, visible(fault.reason)])
    return text.getvalue()
