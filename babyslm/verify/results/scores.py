"""Checks of scores: every line well-formed, every stimulus scored once, every score a finite number."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = [
    "ConflictingScoresError",
    "EmptyScoresError",
    "InfiniteScoreError",
    "MalformedScoreLineError",
    "MissingScoresError",
    "NanScoreError",
    "ScoreEncodingError",
    "UnknownScoresError",
    "verify_coverage",
    "verify_finite",
]

Place = Path | str
"""Origin of scores: a file, or a description such as "scores of lexical/dev"."""


class EmptyScoresError(BabySLMError):
    """A score file is empty."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place}: contains no score; was the run interrupted? write one 'filename score' per line")


class ScoreEncodingError(BabySLMError):
    """A score file is not UTF-8 text."""

    def __init__(self, place: Place, line: int) -> None:
        super().__init__(f"{place}:{line}: is not UTF-8 text; save the file as UTF-8")


class MalformedScoreLineError(BabySLMError):
    """Lines are not `filename score`."""

    def __init__(self, place: Place, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{len(offenders)} malformed line(s): {first_of(offenders)}; each line of {place} must be a filename, "
            "one space and a number, without a header"
        )


class ConflictingScoresError(BabySLMError):
    """One stimulus has several different scores."""

    def __init__(self, place: Place, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{place}: {len(offenders)} filename(s) scored twice with different values: {first_of(offenders)}; "
            "a score depends on its stimulus alone, so keep one"
        )


class NanScoreError(BabySLMError):
    """Scores are not numbers."""

    def __init__(self, place: Place, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{place}: {len(offenders)} score(s) are NaN: {first_of(offenders)}; correct the learner or its input"
        )


class InfiniteScoreError(BabySLMError):
    """Scores are infinite."""

    def __init__(self, place: Place, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{place}: {len(offenders)} score(s) are infinite: {first_of(offenders)}; "
            "smooth the learner so that no stimulus has probability 0"
        )


class UnknownScoresError(BabySLMError):
    """Scores refer to stimuli that are not in the set."""

    def __init__(self, place: Place, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{place}: {len(offenders)} filename(s) are not in the stimulus set: {first_of(offenders)}; "
            "check that it is the right task, split and set, and that names have no extension"
        )


class MissingScoresError(BabySLMError):
    """Stimuli have no score."""

    def __init__(self, place: Place, offenders: Sequence[str], voice: str | None) -> None:
        of = f" of voice {voice}" if voice else ""
        super().__init__(
            f"{place}: {len(offenders)} stimuli{of} have no score: {first_of(offenders)}; "
            "score every filename of the set, or every filename of exactly one voice (text learners)"
        )


def verify_finite(place: Place, values: Mapping[str, float]) -> None:
    """Reject NaN, then infinity, naming the first offenders.

    :param place: origin of the scores, for the message.
    :param values: score by offender, such as the name of a stimulus or a line of a file.
    """
    nan = [f"{name} {value}" for name, value in values.items() if value != value]  # noqa: PLR0124  # NaN is not itself
    if nan:
        raise NanScoreError(place, nan)
    infinite = [f"{name} {value}" for name, value in values.items() if abs(value) == float("inf")]
    if infinite:
        raise InfiniteScoreError(place, infinite)


def verify_coverage(
    place: Place,
    scored: Collection[str],
    voices: Mapping[str, Collection[str]],
    lines: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Check that the scores cover the whole set, or exactly one voice of it, and return the voices covered.

    :param place: origin of the scores, for the message.
    :param scored: names that have a score.
    :param voices: names of the stimuli of each voice.
    :param lines: description of an offender, by name, such as `dev.txt:12 name`; default the name.
    """
    have = set(scored)
    wanted = {voice: set(names) for voice, names in voices.items()}
    everything = set().union(*wanted.values())
    unknown = [name for name in scored if name not in everything]
    if unknown:
        raise UnknownScoresError(place, [(lines or {}).get(name, name) for name in unknown])
    if have == everything:
        return tuple(sorted(wanted))
    touched = [voice for voice in sorted(wanted) if have & wanted[voice]]
    for voice in touched:
        if have == wanted[voice]:
            return (voice,)
    # Scores with names of a single voice are taken for the text form, so the other voices are not reported as missing.
    single = touched[0] if len(touched) == 1 and len(wanted) > 1 else None
    target = wanted[single] if single is not None else everything
    raise MissingScoresError(place, sorted(target - have), single)
