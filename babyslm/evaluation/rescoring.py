"""Verification of scores: some stimuli are scored again one by one, to check that batches do not affect scores."""

from pydantic import BaseModel, ConfigDict, Field

from babyslm.evaluation.tables import Scored
from babyslm.models.protocol import LanguageModel
from babyslm.progress import track
from babyslm.seeds import generator

__all__ = ["Rescored", "rescore"]


class Rescored(BaseModel):
    """Outcome of scoring again."""

    model_config = ConfigDict(extra="forbid")

    stimuli: int = Field(description="number of stimuli scored again, one by one")
    max_abs_diff: float = Field(description="largest difference of a sum of log-probabilities, in nats")
    worst: str | None = Field(
        description="stimulus of the largest difference, as task/split/name; none if all are equal"
    )


def rescore(learner: LanguageModel, scored: Scored, count: int, *, seed: int = 0) -> Rescored:
    """Score stimuli one by one and compare with their scores.

    :param learner: the learner that gave the scores. If it caches intermediate results by content, such as units of
        sound, the check bypasses the cache, provided that it offers `uncached()`.
    :param scored: its scores.
    :param count: number of stimuli to score again, drawn from all tables; all of them if there are fewer.
    :param seed: seed of the sample.
    """
    names = [(key, place) for key, items in scored.items.items() for place in range(len(items))]
    drawn = generator(seed, "score again").permutation(len(names))[:count]
    fresh = learner.uncached() if hasattr(learner, "uncached") else learner
    largest, worst = 0.0, None
    for number in track(sorted(drawn.tolist()), "scoring again"):
        key, place = names[number]
        stimulus = scored.items[key][place]
        known = scored.scores[key].loc[stimulus.name]
        batch = fresh.score([stimulus])
        alone = float(batch.log_probability[0])
        before = float(known["log_probability"] if batch.symbols is not None else known["score"])
        if not abs(alone - before) <= largest:
            largest, worst = abs(alone - before), f"{key[0]}/{key[1]}/{stimulus.name}"
    return Rescored(stimuli=len(drawn), max_abs_diff=largest, worst=worst)
