"""Compression of a learner into a folder, and evaluation of what it forgets."""

import gc
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm import __version__
from babyslm.commands.forgetting import as_rows, forgetting, write_forgetting
from babyslm.compression.calibration.read import read_calibration
from babyslm.compression.card import CARD_NAME, README_NAME, CompressionCard, make_card
from babyslm.compression.compress import Compressed, compress_network, load_version
from babyslm.compression.export import Format, export_network
from babyslm.compression.learner import Learner, load_learner
from babyslm.compression.settings import CompressionSettings, Initialisation
from babyslm.compression.work import STUDENT, Work
from babyslm.evaluation.evaluate import evaluate
from babyslm.evaluation.identity import files_of
from babyslm.files import exclusive, sha256_text, write_json, write_text
from babyslm.models.devices import resolve_device
from babyslm.models.folder import HEADER_NAME
from babyslm.models.text.options import TextOptions
from babyslm.results.result import Result
from babyslm.stimuli.stimulus import Split, Task
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.learners.compression import EncoderEvaluationError, OtherCompressionError

__all__ = ["BASELINES", "Compression", "compress"]

BASELINES: dict[Initialisation, str] = {"outputs": "output components", "weight": "weight SVD"}
"""Untrained versions of the same size that are reported with every compressed learner."""

WORK = ".work"
EVALUATION = "evaluation"


@dataclass(frozen=True)
class Compression:
    """A compressed learner.

    :param folder: its folder.
    :param card: settings and results of the compression.
    :param differences: accuracy differences to the teacher, see `babyslm.commands.forgetting`; None if not evaluated.
    """

    folder: Path
    card: CompressionCard
    differences: pd.DataFrame | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-serialisable values."""
        differences = None if self.differences is None else as_rows(self.differences)
        return {"folder": str(self.folder), **self.card.as_dict(), "forgetting": differences}

    def as_text(self) -> str:
        """Return the main figures as readable text."""
        lines = [self.card.as_text()]
        if self.differences is not None:
            lines += [
                f"  {row['task']}/{row['split']:<5}{row['version']:<20}{100 * row['teacher_accuracy']:5.1f} % -> "
                f"{100 * row['accuracy']:5.1f} %  {100 * row['difference']:+5.1f} "
                f"[{100 * row['low']:+.1f}, {100 * row['high']:+.1f}]"
                for row in self.differences[self.differences["attribute"] == ""].to_dict("records")
            ]
            lines.append(f"report: {self.folder / EVALUATION / 'forgetting.html'}")
        return "\n".join(lines)


def compress(
    model: str,
    calibration: Path,
    out: Path,
    settings: CompressionSettings,
    *,
    form: Format = "factors",
    stimuli: str | None = None,
    task: Task | None = None,
    split: Split | None = None,
    device: str = "auto",
    dtype: str | None = None,
    **options: Any,
) -> Compression:
    """Compress a learner; an interrupted compression resumes after the last finished block.

    :param model: a Hugging Face folder, or `hf:` and a folder or id with `@revision`.
    :param calibration: calibration data: texts or sounds.
    :param out: folder of the compressed learner.
    :param settings: all settings that affect the result.
    :param form: `factors`, or `dense` with factors multiplied out.
    :param stimuli: if given, teacher, student and the untrained baselines are scored on these pairs.
    :param task: lexical or syntactic; default both.
    :param split: dev or test; default both.
    :param device: device on which blocks are compressed and learners are scored.
    :param dtype: number type of the weights.
    :param options: options of a text learner, such as `input=phonemic`.
    :raises OtherCompressionError: if the folder holds something other than the same compression.
    """
    with exclusive(out):
        learner = load_learner(model, dtype=dtype, **options)
        if stimuli is not None and learner.encoder is None:
            raise EncoderEvaluationError(model)
        given = read_calibration(calibration, learner, settings)
        reading = TextOptions.parse(options).record() if learner.encoder is not None else {}
        facts = [model, files_of(model), settings.model_dump(mode="json"), given.sha256, reading, dtype, form]
        identity = sha256_text(json.dumps(facts, default=str))
        card = _finished(out, identity)
        work = Work(out / WORK, f"{identity} {'with' if stimuli is not None else 'without'} baselines")
        if card is None or (stimuli is not None and not _has_baselines(work)):
            compressed = compress_network(
                learner.network,
                learner.family,
                given,
                settings,
                source=learner.name,
                device=resolve_device(device),
                work=work,
                baselines=tuple(BASELINES) if stimuli is not None else (),
            )
            card = make_card(learner, compressed, given, settings, identity=identity, form=form, version=__version__)
            _write(learner, out, card)
            if stimuli is not None:
                _write_baselines(learner, work, compressed)
        del learner, given
        gc.collect()
        differences = None
        if stimuli is not None:
            places = {"teacher": model, STUDENT: str(out)} | {
                name: str(out / WORK / how) for how, name in BASELINES.items()
            }
            asked = {"task": task, "split": split, "device": device, "dtype": dtype, **options}
            differences = _compare(places, stimuli, out / EVALUATION, card, asked)
        shutil.rmtree(out / WORK, ignore_errors=True)
    return Compression(out, card, differences)


def _finished(out: Path, identity: str) -> CompressionCard | None:
    """Return the card of a finished folder; raise an error if it holds anything but the same compression."""
    path = out / CARD_NAME
    if path.is_file():
        card = parse_document(CompressionCard, read_json(path), path)
        if card.identity != identity:
            raise OtherCompressionError(out, "holds another compression (model, settings or data differ)")
        return card
    strangers = [each.name for each in out.iterdir() if not each.name.startswith(".")]
    if strangers and not (out / WORK).is_dir():
        raise OtherCompressionError(out, f"holds something else ({strangers[0]})")
    return None


def _has_baselines(work: Work) -> bool:
    """Return whether the compression is complete and only its evaluation was interrupted."""
    return all((work.folder / how / HEADER_NAME).is_file() for how in BASELINES)


def _write(learner: Learner, out: Path, card: CompressionCard) -> None:
    """Write the compressed learner to a temporary folder and move it into place; the card is written last."""
    stage = out / WORK / "export"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    export_network(learner, stage, _form(card), name=f"{learner.name} at {100 * card.kept:.0f} %")
    write_text(stage / README_NAME, card.as_markdown())
    for path in sorted(stage.iterdir(), key=lambda each: each.name == HEADER_NAME):
        path.replace(out / path.name)
    write_json(out / CARD_NAME, card.as_dict())


def _form(card: CompressionCard) -> Format:
    return "dense" if card.format == "dense" else "factors"


def _write_baselines(learner: Learner, work: Work, compressed: Compressed) -> None:
    for how in BASELINES:
        load_version(learner.network, learner.family, work, compressed, how)
        folder = work.folder / how
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        export_network(learner, folder, "factors", name=how)


def _compare(
    places: Mapping[str, str], stimuli: str, folder: Path, card: CompressionCard, asked: dict[str, Any]
) -> pd.DataFrame:
    """Score teacher, student and baselines one after the other, and write the differences."""
    results: dict[str, Result] = {}
    for name, spec in places.items():
        key = next((how for how, title in BASELINES.items() if title == name), name)
        results[name] = evaluate(spec, stimuli, out=folder / key, name=name, **asked)
    teacher = results.pop("teacher")
    titled = {"distilled" if name == STUDENT else name: result for name, result in results.items()}
    table = forgetting(teacher, titled)
    write_forgetting(
        table,
        folder,
        title=f"{card.model} with {100 * card.kept:.1f} % of its parameters",
        notes=[card.as_text().replace("\n ", "; ")],
    )
    return table
