"""Template of a card, with the facts known from a result or a `meta.yaml` filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babyslm.files import write_text
from babyslm.results.outcomes.record import RECORD_NAME, read_record
from babyslm.verify.documents import read_yaml
from babyslm.verify.results.submission import CardThereError

__all__ = ["META_NAME", "card_template", "known_of", "write_template"]

META_NAME = "meta.yaml"
"""Name of the card of the ZeroSpeech challenges."""

TEMPLATE = """\
# The card of a submission. Replace every <...>; null where something is not known or does not apply.
schema_version: 1
model: {model}            # folder name: lower-case letters, digits and . _ -
revision: {revision}         # folder name of this checkpoint, such as v1 or step5000
name: {name}             # name of the learner on the board
family: {family}           # learners of one method (text, speech, clean, wild) that are compared
description: {description}
modality: {modality}         # orthographic, phonemic or spoken
language: {language}       # BCP 47 tags of the training data
parameters: {parameters}       # number of trained parameters, or null
training:
  data: {data}           # corpora with their versions
  domain: {domain}         # clean or in-the-wild speech; none for a text learner
  hours: {hours}          # hours of training speech (spoken learners), or null
  words: {words}          # words read (text learners), or null
  tokens: {tokens}        # symbols seen until this revision, repetitions included, or null
  steps: {steps}         # updates until this revision, or null
compute:
  hardware: {hardware}     # such as 1 x A100, or 2 CPU cores, or null
  hours: {compute_hours}        # hours of that hardware, or null
authors: {authors}
institution: {institution}      # or null
licence: {licence}          # of the learner; SPDX identifier if there is one
url: {url}              # address of code or weights, or null
publication: {publication}      # null, or {{title: ..., url: https://..., year: 2026}}
submitted: {submitted}       # date: 2026-01-31
"""

ASKED = {
    "model": "<folder name of the model>",
    "revision": "<folder name of the revision>",
    "name": "<name>",
    "family": "<family>",
    "description": "<what it is, in one or two sentences>",
    "modality": "<orthographic, phonemic or spoken>",
    "language": ["<en>"],
    "parameters": None,
    "data": "<training data>",
    "domain": "<clean, in-the-wild or none>",
    "hours": "<hours, or null>",
    "words": "<words, or null>",
    "tokens": None,
    "steps": None,
    "hardware": None,
    "compute_hours": None,
    "authors": ["<name>"],
    "institution": None,
    "licence": "<licence>",
    "url": None,
    "publication": None,
    "submitted": "<date>",
}


def card_template(known: Mapping[str, Any] | None = None) -> str:
    """Return a card to be completed.

    :param known: known values of the fields of the template.
    """
    values = ASKED | dict(known or {})
    return TEMPLATE.format(**{name: _flow(value) for name, value in values.items()})


def _flow(value: object) -> str:
    """Format a value as YAML on one line."""
    import yaml

    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...").strip()


def write_template(path: Path, source: Path | None = None) -> None:
    """Write a card to be completed; an existing file is not overwritten.

    :param path: the new card.
    :param source: a result folder, or a folder of scores with a `meta.yaml`, whose facts are filled in.
    """
    if path.exists():
        raise CardThereError(path)
    write_text(path, card_template(known_of(source) if source is not None else None))


def known_of(folder: Path) -> dict[str, Any]:
    """Return the fields of a card that a result folder, or the `meta.yaml` of a folder of scores, provides."""
    if (folder / RECORD_NAME).is_file():
        return _of_record(folder / RECORD_NAME)
    if (folder / META_NAME).is_file():
        return _of_meta(read_yaml(folder / META_NAME))
    return {}


def _of_record(path: Path) -> dict[str, Any]:
    record = read_record(path)
    settings = record.model.get("settings")
    facts = {**(settings if isinstance(settings, Mapping) else {}), **record.model}
    training = _part(facts, "training")
    known = {
        "model": _slug(facts.get("name")),
        "revision": _slug(facts.get("revision")),
        "name": facts.get("name"),
        "modality": facts.get("modality"),
        "parameters": facts.get("parameters"),
        "language": [record.stimuli.language] if record.stimuli.language else None,
    }
    known |= {unit: training.get(unit) for unit in ("hours", "words", "tokens")}
    return {name: value for name, value in known.items() if value is not None}


def _of_meta(value: Any) -> dict[str, Any]:
    """Read the fields that the ZeroSpeech card shares with ours."""
    meta: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    info = _part(meta, "model_info")
    paper = _part(meta, "publication")
    title = _told(paper.get("paper_title"))
    authors = paper.get("authors") or paper.get("author_label")
    names = authors if isinstance(authors, list) else re.split(r"\s*(?:;|,|\band\b)\s*", str(authors or ""))
    known = {
        "model": _slug(_told(info.get("model_id"))),
        "name": _told(info.get("model_id")),
        "description": _told(info.get("system_description")),
        "data": _told(info.get("train_set")),
        "hardware": _told(info.get("gpu_budget")),
        "authors": [str(name) for name in names if _told(name)] or None,
        "institution": _told(paper.get("institution")),
        "url": _told(meta.get("code_url")),
        "publication": {"title": title, "url": _told(paper.get("paper_url")), "year": paper.get("publication_year")}
        if title
        else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _part(meta: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = meta.get(name)
    return part if isinstance(part, Mapping) else {}


def _told(value: object) -> str | None:
    """Return a text unless it is empty or a value of the template."""
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return None if not text or "<" in text else text


def _slug(name: object) -> str | None:
    """Convert a name to one that is allowed for a folder."""
    text = re.sub(r"[^a-z0-9]+", "-", str(name or "").lower()).strip("-")[:64]
    return text.strip("-") or None
