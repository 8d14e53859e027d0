"""Evaluation of a learner on a stimulus set."""

import shutil
import time
from contextlib import nullcontext
from os import PathLike
from pathlib import Path
from typing import Any

from babyslm.engines.current import current
from babyslm.evaluation.heard import mark_heard
from babyslm.evaluation.identity import identity
from babyslm.evaluation.pool import learner_on, released
from babyslm.evaluation.rescoring import rescore
from babyslm.evaluation.shards import SHARD
from babyslm.evaluation.tables import name_of, score_tables
from babyslm.evaluation.words import WORDS_NAME, write_words
from babyslm.files import exclusive
from babyslm.models.protocol import LanguageModel, Pooling, describe
from babyslm.progress import notice
from babyslm.results.official_outputs import write_official_outputs
from babyslm.results.result import Result, make_result
from babyslm.results.scores.files import read_scores
from babyslm.speech.conditions.condition import load_conditions
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.results.evaluation import DeafError, NoPlaceError

__all__ = ["SCORES", "evaluate"]

SCORES = "scores:"
"""Prefix of a model specification for external scores in the official format."""

KEPT = ".shards"


def evaluate(
    model: LanguageModel | str,
    stimuli: StimulusSet | str | PathLike[str],
    *,
    task: Task | None = None,
    split: Split | None = None,
    pooling: Pooling = "mean",
    condition: str = "clean",
    heard: str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    official: bool = False,
    words: bool = False,
    shard: int = SHARD,
    verify: int = 0,
    **options: Any,
) -> Result:
    """Score a learner on every table whose form it accepts, and aggregate as the official scripts do.

    :param model: a learner, or a model specification (see `babyslm.load_model`; also `scores:FOLDER`).
    :param stimuli: a set or its folder.
    :param task: lexical or syntactic; default both. If a task named here cannot be scored, that is an error; otherwise
        it is left out with a notice.
    :param split: dev or test; default both.
    :param pooling: the headline score: `mean` over scored symbols (official; default) or `sum`.
    :param condition: acoustic condition of the stimuli for a spoken learner; default clean.
    :param heard: training data of the learner (a corpus or word list): accuracy is also reported separately for words
        that occur in it and words that do not, as the attribute `seen`, and for pairs whose non-word occurs in it as a
        word and pairs whose non-word does not, as the attribute `nonword` (see `babyslm.evaluation.heard`).
    :param out: folder of the result; scoring resumes from the shards kept there. By default nothing is written.
    :param official: also write the output files of the official scripts, into `out/official`.
    :param words: also write the surprisal of every word into `out/words.parquet` (causal text learners).
    :param shard: stimuli per shard; recorded, since the last digits of sums may depend on the batch.
    :param verify: number of stimuli to score again, one by one; the largest difference is recorded in the settings as
        `verified`.
    :param options: passed to `load_model` (device, dtype, ...).

    On the engine `ray` (`babyslm.engines.using`), every worker loads the learner and scores shards.
    """
    chosen = stimuli if isinstance(stimuli, StimulusSet) else load_stimuli(stimuli)
    chosen = chosen.select(task, split)
    folder = Path(out) if out is not None else None
    if folder is None and (official or words):
        raise NoPlaceError
    if isinstance(model, str) and model.startswith(SCORES):
        asked = task is not None or split is not None
        result = _from_files(Path(model.removeprefix(SCORES)), chosen, asked=asked)
        return _finished(_annotated(result, chosen, heard), chosen, folder, official=official)
    learner = learner_on(current(), model, options)
    settings: dict[str, Any] = {"pooling": pooling, "shard": shard}
    if learner.modality == "spoken":
        chosen = chosen.under(condition)
        settings |= _hearing(condition)
    elif condition != "clean":
        raise DeafError(name_of(learner), learner.modality, condition)
    key = identity(model, learner, f"{pooling} {condition}")
    keep = folder / KEPT if folder else None
    with released(learner), exclusive(folder) if folder else nullcontext():
        start = time.perf_counter()
        scored = score_tables(
            learner, chosen, asked=task is not None, pooling=pooling, keep=keep, key=key, shard=shard
        )
        settings["skipped"] = scored.skipped
        if verify:
            settings["verified"] = rescore(learner, scored, verify).model_dump()
        seconds = time.perf_counter() - start
        result = make_result(
            describe(learner), chosen.only(scored.scores), scored.scores, settings=settings, seconds=seconds
        )
        if words and folder is not None:
            write_words(learner, chosen, folder / WORDS_NAME)
        return _finished(_annotated(result, chosen, heard), chosen, folder, official=official, locked=True)


def _finished(
    result: Result, stimuli: StimulusSet, folder: Path | None, *, official: bool, locked: bool = False
) -> Result:
    """Store a result if a folder was named, and delete the shards, which are no longer needed.

    Scores that cannot be log-probabilities are reported in one line a table.
    """
    for line in result.record.cautions:
        notice(line)
    if folder is None:
        return result
    with nullcontext() if locked else exclusive(folder):
        result.save(folder)
        for key in sorted(result.scores) if official else ():
            trials = result.trials[(result.trials["task"] == key[0]) & (result.trials["split"] == key[1])]
            write_official_outputs(trials, stimuli[key], folder / "official")
        shutil.rmtree(folder / KEPT, ignore_errors=True)
    return result


def _annotated(result: Result, stimuli: StimulusSet, heard: str | PathLike[str] | None) -> Result:
    """Mark whether the word and the non-word of each pair occur in the training corpus."""
    if heard is None or "lexical" not in set(result.trials["task"]):
        return result
    language = stimuli.card.language if stimuli.card else "en"
    known = set(load_lexicon(Path(heard), language=language).words()["phones"])
    return mark_heard(result, known, Path(heard).name)


def _from_files(folder: Path, stimuli: StimulusSet, *, asked: bool) -> Result:
    """Read external scores; a table without scores is left out, unless its task was named."""
    start = time.perf_counter()
    paths = {(table.task, table.split): folder / table.task / f"{table.split}.txt" for table in stimuli}
    there = {key: path for key, path in paths.items() if path.is_file() or asked}
    if not there:
        raise NoSuchFileError(next(iter(paths.values())), "scores must be named {lexical,syntactic}/{dev,test}.txt")
    skipped = [f"{task}/{split}: no scores" for task, split in paths if (task, split) not in there]
    for reason in skipped:
        notice(f"left out {reason}")
    scores = {key: read_scores(path, stimuli[key]) for key, path in there.items()}
    description: dict[str, Any] = {"name": folder.resolve().name, "family": "scores", "modality": None, "settings": {}}
    settings = {"pooling": "as given", "skipped": skipped}
    return make_result(
        description, stimuli.only(scores), scores, settings=settings, seconds=time.perf_counter() - start
    )


def _hearing(condition: str) -> dict[str, Any]:
    """Return what is recorded of an acoustic condition: its name, and its signal-to-noise ratio (dB) if it has one."""
    preset = load_conditions().get(condition)
    levels = set(preset.noise.snr) if preset and preset.noise else set()
    return {"condition": condition} | ({"snr": levels.pop()} if len(levels) == 1 else {})
