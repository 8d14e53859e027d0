"""Prompted choice over a stimulus set: one row a pair, since a choice is no score of a single sentence."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.stimuli.stimulus import Stimulus
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable

__all__ = ["Chooser", "choose"]


class Chooser(Protocol):
    """Prefers one of two stimuli."""

    def prefer(self, pairs: Sequence[tuple[Stimulus, Stimulus]]) -> NDArray[np.float64]:
        """Return the log-odds in nats of the first member of each pair."""


def choose(chooser: Chooser, stimuli: StimulusSet | StimulusTable) -> pd.DataFrame:
    """Ask for a choice in every pair; pairs of the same two texts are asked once.

    :param chooser: such as `babyslm.models.choice.PromptedChoice`.
    :param stimuli: a set or one of its tables.
    :returns: `task, split`, the columns of `StimulusTable.pairs`, `log_odds` (nats; above 0 the good member is
        preferred) and `correct` (1, 0.5 for a tie, 0).
    """
    frames = []
    for table in [stimuli] if isinstance(stimuli, StimulusTable) else stimuli:
        named = {stimulus.name: stimulus for stimulus in table.stimuli}
        members = [(named[good], named[bad]) for good, bad in table.pairs[["good", "bad"]].to_numpy()]
        keys = [tuple((one.text, one.phones) for one in pair) for pair in members]
        distinct = dict(zip(keys, members, strict=True))
        odds = dict(zip(distinct, chooser.prefer(list(distinct.values())).tolist(), strict=True))
        frame = table.pairs.assign(log_odds=[odds[key] for key in keys])
        frame["correct"] = (np.sign(frame["log_odds"]) + 1) / 2
        frame.insert(0, "split", table.split)
        frame.insert(0, "task", table.task)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
