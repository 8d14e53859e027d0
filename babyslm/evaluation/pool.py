"""Learner loaded by every worker of a cluster."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from babyslm.engines.cluster import Crew, RayEngine
from babyslm.engines.local import LocalEngine
from babyslm.engines.protocol import Engine
from babyslm.models.load import load_model
from babyslm.models.protocol import LanguageModel, ScoreBatch, describe
from babyslm.stimuli.stimulus import Modality, Stimulus

__all__ = ["LearnerPool", "UncachedPool", "learner_on", "released"]

Given = TypeVar("Given")
Made = TypeVar("Made")


def learner_on(engine: Engine, model: LanguageModel | str, options: dict[str, Any]) -> LanguageModel:
    """Return a learner that scores on an engine: the learner itself on this machine, a pool on a cluster.

    :param engine: the engine.
    :param model: a learner, or its specification.
    :param options: passed to `load_model`.
    """
    if isinstance(engine, LocalEngine):
        return load_model(model, **options) if isinstance(model, str) else model
    if not isinstance(engine, RayEngine):
        raise TypeError(engine)
    return LearnerPool(engine, model, options)


@contextmanager
def released(learner: LanguageModel) -> Iterator[None]:
    """Release the workers of a pool after the block, so that the next learner can use their memory."""
    try:
        yield
    finally:
        if isinstance(learner, LearnerPool):
            learner.crew.close()


class LearnerPool:
    """A learner loaded once by each worker of a cluster; it is a `LanguageModel` itself.

    :param engine: the cluster.
    :param model: a learner that can be pickled, or its specification.
    :param options: passed to `load_model`.
    :param workers: number of workers that load it; default as many as there is room for.
    """

    def __init__(
        self, engine: RayEngine, model: LanguageModel | str, options: dict[str, Any], *, workers: int | None = None
    ) -> None:
        self.crew = Crew(engine, workers or engine.room(), partial(_loaded, model, options))
        (facts,) = self.crew.run(_described, [None])
        self.modality: Modality = facts["modality"]
        self.name: str = facts["name"]
        self.family: str = facts["family"]
        self.settings: dict[str, Any] = facts["settings"]

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Score stimuli together, on one worker."""
        (batch,) = self.score_many([stimuli])
        return batch

    def score_many(self, shards: Iterable[Sequence[Stimulus]]) -> Iterator[ScoreBatch]:
        """Score shards on all workers; the results come in order."""
        return self.crew.run(_scored, shards)

    def each(self, work: Callable[[LanguageModel, Given], Made], tasks: Iterable[Given]) -> Iterator[Made]:
        """Yield `work(learner, task)` for each task, in order.

        :param work: a module-level function.
        :param tasks: arguments of `work`.
        """
        return self.crew.run(work, tasks)

    def uncached(self) -> "UncachedPool":
        """Return these learners without their caches, so that every stimulus is computed again."""
        return UncachedPool(self)


class UncachedPool:
    """The learners of a pool without their caches.

    :param pool: the pool.
    """

    def __init__(self, pool: LearnerPool) -> None:
        self.pool = pool
        self.modality: Modality = pool.modality

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Score stimuli together, on one worker."""
        (batch,) = self.pool.each(_scored_anew, [stimuli])
        return batch


def _loaded(model: LanguageModel | str, options: dict[str, Any]) -> LanguageModel:
    return load_model(model, **options) if isinstance(model, str) else model


def _described(learner: LanguageModel, _: None) -> dict[str, Any]:
    return describe(learner)


def _scored(learner: LanguageModel, stimuli: Sequence[Stimulus]) -> ScoreBatch:
    return learner.score(stimuli)


def _scored_anew(learner: LanguageModel, stimuli: Sequence[Stimulus]) -> ScoreBatch:
    fresh: LanguageModel = learner.uncached() if hasattr(learner, "uncached") else learner
    return fresh.score(stimuli)
