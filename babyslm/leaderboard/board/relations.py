"""Relations between learners: gaps within a family, and curves over the revisions of a model."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args

from babyslm.leaderboard.board.board import Curve, CurvePoint, Gap, GapKind, Measure, Standing
from babyslm.leaderboard.board.standings import MeasureFigures, paired
from babyslm.leaderboard.submissions.card import Card

__all__ = ["curves", "gaps"]

Unit = Literal["tokens", "hours", "words", "steps"]
UNITS: tuple[Unit, ...] = get_args(Unit)

Figures = Mapping[str, Mapping[Measure, MeasureFigures]]


def gaps(cards: Mapping[str, Card], figures: Figures) -> tuple[Gap, ...]:
    """Return the text-speech and the clean-wild gaps of every family, track and measure with learners on both sides.

    Each side is represented by the learner with the most training data (hours of speech, or words; of equal ones, the
    one whose name sorts last), because a choice by accuracy would be biased. Text is compared with clean speech if the
    family has a learner of it, so that the two gaps add up.

    :param cards: by slug.
    :param figures: by track and measure.
    """
    found = []
    for track, by_measure in figures.items():
        for measure, each in by_measure.items():
            families = defaultdict(list)
            for slug in each.names:
                families[cards[slug].family].append(slug)
            for family in sorted(families):
                for kind, first, second in _sides(families[family], cards):
                    difference, p = paired(each, first, second)
                    found.append(Gap(kind, family, first, second, track, measure, difference, p))
    return tuple(found)


def _sides(slugs: Sequence[str], cards: Mapping[str, Card]) -> Iterator[tuple[GapKind, str, str]]:
    def most(*, modality: str, domain: str | None = None) -> str | None:
        chosen = [
            slug
            for slug in slugs
            if cards[slug].modality == modality and domain in {None, cards[slug].training.domain}
        ]
        return max(chosen, key=lambda slug: (_amount(cards[slug]), slug), default=None)

    clean, wild = most(modality="spoken", domain="clean"), most(modality="spoken", domain="in-the-wild")
    hearer = clean or wild
    for modality in ("phonemic", "orthographic"):
        reader = most(modality=modality)
        if reader and hearer:
            yield "text-speech", reader, hearer
    if clean and wild:
        yield "clean-wild", clean, wild


def _amount(card: Card) -> float:
    return (card.training.hours if card.modality == "spoken" else card.training.words) or 0.0


def curves(
    cards: Mapping[str, Card], standings: Mapping[str, Mapping[Measure, Mapping[str, Standing]]]
) -> tuple[Curve, ...]:
    """Return the learning curves of models with two or more revisions.

    :param cards: by slug.
    :param standings: by track, measure and slug.
    """
    models = defaultdict(list)
    for slug in sorted(cards):
        models[cards[slug].model].append(slug)
    found = []
    for track, by_measure in standings.items():
        for measure, each in by_measure.items():
            for model, slugs in models.items():
                there = [slug for slug in slugs if slug in each]
                unit = _unit([cards[slug] for slug in there])
                if unit is None:
                    continue
                points = [
                    CurvePoint(slug, cards[slug].revision, _told(cards[slug], unit) or 0.0, each[slug].estimate)
                    for slug in there
                ]
                points.sort(key=lambda point: (point.amount, point.slug))
                found.append(Curve(model, cards[there[-1]].name, track, measure, unit, tuple(points)))
    return tuple(found)


def _unit(cards: Sequence[Card]) -> Unit | None:
    """Return the first unit that all revisions state with distinct values."""
    for unit in UNITS if len(cards) > 1 else ():
        amounts = [_told(card, unit) for card in cards]
        if None not in amounts and len(set(amounts)) == len(amounts):
            return unit
    return None


def _told(card: Card, unit: Unit) -> float | None:
    value: float | None = getattr(card.training, unit)
    return value
