"""Surprisal of every word of a set, for example for studies of reading times."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from babyslm.evaluation.pool import LearnerPool
from babyslm.evaluation.tables import name_of
from babyslm.files import atomic_file
from babyslm.models.protocol import LanguageModel
from babyslm.models.text.causal import CausalModel
from babyslm.models.text.surprisal import word_surprisals
from babyslm.stimuli.stimulus import Stimulus
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.results.evaluation import NoWordsError

__all__ = ["WORDS_NAME", "write_words"]

WORDS_NAME = "words.parquet"


def write_words(learner: LanguageModel, stimuli: StimulusSet, path: Path) -> None:
    """Write one row per word of every stimulus with a spelling, with the columns of `word_surprisals`, task and split.

    :param learner: a causal model of Hugging Face.
    :param stimuli: the set; tables without spelling are left out.
    :param path: the parquet file.
    """
    spelled = [table for table in stimuli if all(stimulus.text for stimulus in table.stimuli)]
    if not spelled:
        raise NoWordsError(name_of(learner))
    each = [table.stimuli for table in spelled]
    found = (
        learner.each(_surprisals, each)
        if isinstance(learner, LearnerPool)
        else (_surprisals(learner, s) for s in each)
    )
    frames = [words.assign(task=table.task, split=table.split) for words, table in zip(found, spelled, strict=True)]
    words = pd.concat(frames, ignore_index=True)
    first = ["task", "split"]
    with atomic_file(path) as temporary:
        words[first + [column for column in words if column not in first]].to_parquet(temporary, index=False)


def _surprisals(learner: LanguageModel, stimuli: Sequence[Stimulus]) -> pd.DataFrame:
    if not isinstance(learner, CausalModel):
        raise NoWordsError(name_of(learner))
    return word_surprisals(learner, stimuli)
