"""Scoring of every table of a set whose form a learner accepts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from babyslm.evaluation.forms import lacking_form, with_phones
from babyslm.evaluation.shards import score_stimuli
from babyslm.models.protocol import LanguageModel, Pooling
from babyslm.progress import notice
from babyslm.stimuli.stimulus import Split, Stimulus, Task
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.results.evaluation import ModalityError

__all__ = ["Scored", "name_of", "score_tables"]

Key = tuple[Task, Split]


@dataclass(frozen=True)
class Scored:
    """The scores of a set.

    :param scores: by task and split: table indexed by stimulus name, with `score`, `log_probability`, `symbols`.
    :param items: by task and split: the stimuli in the form that was scored.
    :param skipped: tables that were left out, with the reason.
    """

    scores: dict[Key, pd.DataFrame] = field(default_factory=dict)
    items: dict[Key, Sequence[Stimulus]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def score_tables(
    learner: LanguageModel,
    stimuli: StimulusSet,
    *,
    asked: bool,
    pooling: Pooling,
    keep: Path | None,
    key: str,
    shard: int,
) -> Scored:
    """Score each table; a table in a form that the learner does not accept is left out with a notice.

    :param learner: the learner.
    :param stimuli: the set.
    :param asked: a task was named explicitly, so that leaving it out is an error.
    :param pooling: the headline score.
    :param keep: folder for finished shards, or None.
    :param key: identity of learner and settings.
    :param shard: stimuli per shard.
    """
    name = name_of(learner)
    language = stimuli.card.language if stimuli.card else "en"
    scored = Scored()
    for table in stimuli:
        title = f"{table.task}/{table.split}"
        lacking = lacking_form(learner, table)
        if lacking is not None:
            if asked:
                raise ModalityError(name, learner.modality, title, lacking)
            scored.skipped.append(f"{title}: no {lacking}")
            notice(f"left out {title}: {name} is {learner.modality}, and some of these stimuli have no {lacking}")
            continue
        items = with_phones(table.stimuli, language) if learner.modality == "phonemic" else table.stimuli
        scored.items[table.task, table.split] = items
        scored.scores[table.task, table.split] = score_stimuli(
            learner, items, pooling=pooling, keep=keep, key=key + title, shard=shard, title=title
        )
    if not scored.scores:
        raise ModalityError(name, learner.modality, stimuli.name, "form it can take")
    return scored


def name_of(learner: LanguageModel) -> str:
    """Return the name of a learner, or of its class."""
    return str(getattr(learner, "name", type(learner).__name__))
