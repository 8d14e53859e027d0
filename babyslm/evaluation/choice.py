"""Prompted choice over a stimulus set: one row per pair, since a choice is not a score of a single sentence."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.files import atomic_file, exclusive, write_text
from babyslm.models.load import load_model
from babyslm.models.text.causal import CausalModel
from babyslm.models.text.choice import PromptedChoice
from babyslm.results.statistics.summary import headline, summarise
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus import Stimulus
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.results.evaluation import NoWordsError

__all__ = ["Chooser", "choice_figures", "choose", "choose_prompted"]


class Chooser(Protocol):
    """Model that chooses between two stimuli."""

    def prefer(self, pairs: Sequence[tuple[Stimulus, Stimulus]]) -> NDArray[np.float64]:
        """Return the log-odds in nats of the first member of each pair."""


def choose(chooser: Chooser, stimuli: StimulusSet | StimulusTable) -> pd.DataFrame:
    """Request a choice for every pair; pairs of the same two texts are presented once.

    :param chooser: such as `babyslm.models.text.choice.PromptedChoice`.
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


def choice_figures(choices: pd.DataFrame) -> pd.DataFrame:
    """Return accuracies with intervals, for each table as a whole and by phenomenon, aggregated like scores.

    :param choices: output of `choose`.
    """
    odds = choices["log_odds"]
    trials = choices.assign(good_score=odds / 2, bad_score=-odds / 2, good_sum=np.nan, bad_sum=np.nan)
    trials["item"] = trials["id"]
    figures = [headline(trials)]
    if "type" in trials:
        figures.append(summarise(trials, "phenomenon"))
    return pd.concat(figures, ignore_index=True)


def choose_prompted(
    spec: str,
    stimuli: StimulusSet | str | PathLike[str],
    *,
    out: Path | None = None,
    language: str | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Ask an instructed model which sentence of each pair is better, and return the accuracies.

    :param spec: model specification of a causal model with a chat template.
    :param stimuli: a set or its folder; only its syntactic tables are used.
    :param out: folder for `choices.parquet` and `accuracy.csv`; by default nothing is written.
    :param language: language of the question; default that of the set.
    :param options: passed to `load_model`.
    """
    chosen = stimuli if isinstance(stimuli, StimulusSet) else load_stimuli(stimuli)
    chosen = chosen.select("syntactic")
    learner = load_model(spec, **options)
    if not isinstance(learner, CausalModel):
        raise NoWordsError(spec)
    chooser = PromptedChoice(learner, language=language or (chosen.card.language if chosen.card else "en"))
    choices = choose(chooser, chosen)
    figures = choice_figures(choices)
    if out is not None:
        with exclusive(out):
            with atomic_file(out / "choices.parquet") as temporary:
                choices.to_parquet(temporary, index=False)
            write_text(out / "accuracy.csv", figures.to_csv(index=False, lineterminator="\n"))
    return figures
