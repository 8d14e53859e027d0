"""Report on a pull request: submissions that pass, refusals with reasons, and comparison of new learners."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyslm.leaderboard.board.board import MEASURES, Board, Entry, Refusal, Standing
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.submissions.registry import Registry
from babyslm.leaderboard.submissions.submission import submission_folders
from babyslm.leaderboard.submit import changed_values
from babyslm.results.scores.files import score_values
from babyslm.verify.errors import BabySLMError
from babyslm.verify.results.submission import ChangedScoresError, RemovedScoresError
from babyslm.verify.untrusted import printable, unpacked

__all__ = ["Verification", "verify_submissions"]

SHOWN = 20
"""Upper limit on refusals, flags and new learners in a comment, which must not exceed 65,536 characters."""

SCORE_LIMIT = 64 * 1024 * 1024
"""Upper limit in bytes on a score file that is compared with the board; larger than any registered set needs."""


@dataclass(frozen=True, eq=False)
class Verification:
    """Outcome of the checks of a folder of submissions.

    :param board: all that passed, recomputed.
    :param refused: submissions that failed the checks, or changed scores on the board.
    :param new: slugs that are not on the board yet.
    """

    board: Board
    refused: tuple[Refusal, ...]
    new: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether no submission was refused."""
        return not self.refused

    def as_dict(self) -> dict[str, Any]:
        """Return everything for `--json`."""
        return {
            "passed": self.passed,
            "submissions": len(self.board.entries),
            "new": list(self.new),
            "refused": [{"folder": each.folder, "reason": each.reason} for each in self.refused],
            "flags": [
                {"slug": slug, "kind": flag.kind, "text": flag.text}
                for slug, entry in self.board.entries.items()
                for flag in entry.flags
            ],
            "accuracy": {
                slug: {
                    track: {measure: standing.estimate.value for measure, standing in by_measure.items()}
                    for track, by_measure in entry.standings.items()
                }
                for slug, entry in self.board.entries.items()
            },
        }

    def as_text(self) -> str:
        """Return the outcome as text."""
        lines = [f"{len(self.board.entries)} submission(s) pass, {len(self.refused)} refused"]
        lines += [f"refused {each.folder}: {each.reason}" for each in self.refused]
        for slug, entry in self.board.entries.items():
            lines += [f"please check {slug}: {flag.text}" for flag in entry.flags]
        return "\n".join(lines)

    def as_markdown(self) -> str:
        """Return the comment on a pull request: refusals, flags, and new learners among those of the project.

        Untrusted text only occurs inside blocks of code, so that it becomes neither a link nor a mention.
        """
        lines = ["### Leaderboard check", ""]
        if self.refused:
            lines += [f"{len(self.refused)} submission(s) are **refused**:", ""]
            lines += _code(f"{each.folder}: {each.reason}" for each in self.refused)
        else:
            lines += [f"All {len(self.board.entries)} submissions pass. New: {len(self.new)}.", ""]
        flags = [f"{slug}: {flag.text}" for slug, each in self.board.entries.items() for flag in each.flags]
        if flags:
            lines += ["For a maintainer to check:", "", *_code(flags)]
        new = set(self.new[:SHOWN])
        shown = [slug for slug, each in self.board.entries.items() if slug in new or each.reference]
        for track in self.board.tracks if new else ():
            lines += _table(track, {slug: self.board.entries[slug] for slug in shown}, new)
        return "\n".join(lines) + "\n"


def verify_submissions(submissions: Path, registry: Registry, *, base: Path | None = None) -> Verification:
    """Recompute every figure and check every submission.

    :param submissions: the folder of submissions.
    :param registry: the registered sets.
    :param base: the submissions on the board, whose scores may not change; default none.
    """
    board = gather(submissions, registry)
    changed = _changed(submissions, base) if base is not None else []
    before = (
        {f"{path.parent.name}--{path.name}" for path in submission_folders(base)[0]} if base is not None else set()
    )
    new = tuple(slug for slug in board.entries if slug not in before)
    return Verification(board, (*board.refused, *changed), new)


def _changed(submissions: Path, base: Path) -> list[Refusal]:
    """Compare every score file on the board with the submitted one."""
    found = []
    for folder in submission_folders(base)[0]:
        name = folder.relative_to(base)
        try:
            missing = []
            for old in sorted(folder.rglob("*.gz")):
                new = submissions / old.relative_to(base)
                if new.is_file():
                    _same_scores(old, new)
                else:
                    missing.append(old.relative_to(folder).as_posix())
            if missing:
                raise RemovedScoresError(submissions / name, missing)
        except BabySLMError as error:
            reason = str(error).replace(f"{submissions}/", "").replace(f"{base}/", "")
            found.append(Refusal(name.as_posix(), printable(reason)))
    return found


def _same_scores(old: Path, new: Path) -> None:
    contents = [unpacked(path, SCORE_LIMIT) for path in (old, new)]
    if contents[0] == contents[1]:
        return
    before, after = (score_values(content, path)[0] for content, path in zip(contents, (old, new), strict=True))
    differing = changed_values(before, after)
    if differing:
        raise ChangedScoresError(new, differing)


def _code(rows: Iterable[str]) -> list[str]:
    plain = [row.replace("`", "'") for row in rows]
    more = [f"... and {len(plain) - SHOWN} more"] if len(plain) > SHOWN else []
    return ["```text", *plain[:SHOWN], *more, "```", ""]


def _table(track: str, entries: dict[str, Entry], new: set[str]) -> list[str]:
    """Arrange new learners and those of the project side by side, by their mean or only accuracy."""
    here = {slug: entry.standings[track] for slug, entry in entries.items() if track in entry.standings}
    if not new & here.keys():
        return []
    measures = [measure for measure in MEASURES if any(measure in each for each in here.values())]

    def height(slug: str) -> list[float]:
        return [-here[slug][measure].estimate.value if measure in here[slug] else 1.0 for measure in measures[::-1]]

    lines = [f"`{track}`", "", f"| learner | | {' | '.join(measures)} |", f"| --- | --- |{' --- |' * len(measures)}"]
    for slug in sorted(here, key=height):
        cells = [_cell(here[slug].get(measure)) for measure in measures]
        lines.append(f"| `{slug}` | {'**new**' if slug in new else ''} | {' | '.join(cells)} |")
    return [*lines, ""]


def _cell(standing: Standing | None) -> str:
    if standing is None:
        return "–"
    estimate = standing.estimate
    interval = f" [{estimate.low:.1%}, {estimate.high:.1%}]" if estimate.low is not None else ""
    return f"{estimate.value:.1%}{interval}, rank {standing.rank}"
