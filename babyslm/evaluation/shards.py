"""Scoring of stimuli in shards that are stored one by one, so that an interrupted run resumes."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from babyslm.caches import keep_entry, kept_entry
from babyslm.files import sha256_text
from babyslm.models.protocol import LanguageModel, Pooling, ScoreBatch
from babyslm.progress import bar
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.results.evaluation import ScoreShapeError, UnscoredError

__all__ = ["SHARD", "content", "score_stimuli"]

SHARD = 8192
"""Stimuli per shard. Shards are cut from stimuli sorted by content, so that common prefixes fall into one shard. Their
size is fixed, so that a resumed run computes exactly what an uninterrupted one does."""


@runtime_checkable
class ManyScorer(Protocol):
    """Learner that processes several shards at once."""

    def score_many(self, shards: Iterable[Sequence[Stimulus]]) -> Iterator[ScoreBatch]:
        """Yield the scores of each shard, in order."""


def content(stimulus: Stimulus, learner: LanguageModel) -> str:
    """Return the content of a stimulus that a learner sees: stimuli with the same content get the same score."""
    if learner.modality == "spoken":
        return stimulus.name
    return f"{' '.join(stimulus.phones or ())}\x1f{stimulus.text or ''}"


def score_stimuli(
    model: LanguageModel,
    stimuli: Sequence[Stimulus],
    *,
    pooling: Pooling,
    keep: Path | None = None,
    key: str = "",
    shard: int = SHARD,
    title: str = "scoring",
) -> pd.DataFrame:
    """Score stimuli, each distinct content once.

    :param model: the learner.
    :param stimuli: stimuli with distinct names.
    :param pooling: how `score` is computed from sum and number of symbols.
    :param keep: folder for finished shards; default none.
    :param key: identity of learner and settings; a stored shard with another key is not used.
    :param shard: stimuli per shard.
    :param title: label of the progress bar.
    :returns: a table indexed by stimulus name: `score`, `log_probability` (nats), `symbols`.
    """
    contents = np.array([content(stimulus, model) for stimulus in stimuli], dtype=object)
    distinct, first, place = np.unique(contents.astype(str), return_index=True, return_inverse=True)
    shards = [[stimuli[int(i)] for i in first[start : start + shard]] for start in range(0, len(distinct), shard)]
    batches: list[ScoreBatch] = []
    with bar(title, len(distinct)) as progress:
        for batch in _kept_or_scored(model, shards, keep, key):
            batches.append(batch)
            progress.advance(len(batch.log_probability))
    sums = np.concatenate([batch.log_probability for batch in batches])[place]
    known = [batch.symbols for batch in batches]
    symbols = None if any(s is None for s in known) else np.concatenate([s for s in known if s is not None])[place]
    pooled = ScoreBatch(sums, symbols).pooled(pooling)
    return pd.DataFrame(
        {
            "score": pooled,
            "log_probability": sums if symbols is not None else np.nan,
            "symbols": pd.array(symbols if symbols is not None else [None] * len(sums), dtype="Int64"),
        },
        index=pd.Index([stimulus.name for stimulus in stimuli], name="name"),
    )


def contents_key(stimuli: Sequence[Stimulus]) -> str:
    """Return a key of the stimuli of a shard, made of all their fields."""
    return "\x1e".join(f"{s.name}\x1f{s.text or ''}\x1f{' '.join(s.phones or ())}\x1f{s.voice or ''}" for s in stimuli)


def _kept_or_scored(
    model: LanguageModel, shards: Sequence[Sequence[Stimulus]], keep: Path | None, key: str
) -> Iterator[ScoreBatch]:
    """Yield the scores of each shard: stored ones, and new ones, which are stored as they are computed."""
    names = [sha256_text(key + "\x1e" + contents_key(each)) for each in shards]
    paths = [keep / name if keep else None for name in names]
    kept = [_read(path, len(each)) if path else None for path, each in zip(paths, shards, strict=True)]
    missing = [each for each, batch in zip(shards, kept, strict=True) if batch is None]
    scored = model.score_many(missing) if isinstance(model, ManyScorer) else map(model.score, missing)
    for stimuli, path, known in zip(shards, paths, kept, strict=True):
        batch = known
        if batch is None:
            batch = _checked(next(scored), stimuli, model)
            if path is not None:
                _keep(batch, path)
        yield batch


def _keep(batch: ScoreBatch, path: Path) -> None:
    from safetensors.numpy import save

    arrays = {"log_probability": np.ascontiguousarray(batch.log_probability)}
    if batch.symbols is not None:
        arrays["symbols"] = np.ascontiguousarray(batch.symbols)
    keep_entry(path, save(arrays))


def _read(path: Path, size: int) -> ScoreBatch | None:
    """Read a stored shard; a corrupt one counts as absent."""
    written = kept_entry(path)
    if written is None:
        return None
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(written)
    except SafetensorError:
        return None
    sums = arrays.get("log_probability")
    return ScoreBatch(sums, arrays.get("symbols")) if sums is not None and len(sums) == size else None


def _checked(batch: ScoreBatch, stimuli: Sequence[Stimulus], model: LanguageModel) -> ScoreBatch:
    """Reject a wrong number of scores and values that are not finite."""
    name = str(getattr(model, "name", type(model).__name__))
    sums = np.asarray(batch.log_probability, dtype=np.float64)
    if sums.shape != (len(stimuli),):
        raise ScoreShapeError(name, len(stimuli), sums.shape)
    wrong = np.flatnonzero(~np.isfinite(sums))
    if len(wrong):
        raise UnscoredError(name, [f"{stimuli[int(i)].name} ({sums[i]})" for i in wrong])
    symbols = None if batch.symbols is None else np.asarray(batch.symbols, dtype=np.int64)
    if symbols is not None:
        if symbols.shape != sums.shape:
            raise ScoreShapeError(name, len(stimuli), symbols.shape)
        empty = np.flatnonzero(symbols < 1)
        if len(empty):
            raise UnscoredError(name, [f"{stimuli[int(i)].name} (no symbol scored)" for i in empty])
    return ScoreBatch(sums, symbols)
