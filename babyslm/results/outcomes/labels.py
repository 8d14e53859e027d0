"""Labels that distinguish several results."""

from collections import Counter
from collections.abc import Callable, Sequence

from babyslm.results.outcomes.facts import amount_text, condition_text, modality, revision, snr_text, training_text
from babyslm.results.outcomes.outcome import Outcome

__all__ = ["labels"]

DETAILS: tuple[Callable[[Outcome], str | None], ...] = (
    revision,
    modality,
    training_text,
    amount_text,
    condition_text,
    snr_text,
)


def labels(results: Sequence[Outcome]) -> list[str]:
    """Return a label for each result: its name, extended as far as needed to distinguish it from the others.

    Revision, modality, condition and amount of training, condition and noise of the stimuli are added in this order to
    names that coincide; a number is added if nothing else differs.
    """
    names = [result.name for result in results]
    for detail in DETAILS:
        values = [detail(result) for result in results]
        twice = {name for name, count in Counter(names).items() if count > 1}
        differing = {
            name for name in twice if len({value for value, own in zip(values, names, strict=True) if own == name}) > 1
        }
        names = [
            f"{name} · {value}" if name in differing and value else name
            for name, value in zip(names, values, strict=True)
        ]
    seen: Counter[str] = Counter()
    total = Counter(names)
    out = []
    for name in names:
        seen[name] += 1
        out.append(f"{name} #{seen[name]}" if total[name] > 1 else name)
    return out
