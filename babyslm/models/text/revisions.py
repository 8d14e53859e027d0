"""Revisions of a model in training: their names, their specifications, and their amounts of training."""

import re
from dataclasses import dataclass
from pathlib import Path

from babyslm.models.text.lucie import LUCIE, REVISIONS, tokens_seen
from babyslm.verify.documents import read_json
from babyslm.verify.learners.text import RevisionError

__all__ = ["Revision", "revisions"]

HUB = "hf:"
STEP = re.compile(r"(?:step|checkpoint)[-_]?0*(\d+)")


@dataclass(frozen=True)
class Revision:
    """One point of a learning curve.

    :param name: name of the revision: `step0005000`.
    :param spec: model specification: `hf:OpenLLM-France/Lucie-7B@step0005000`.
    :param step: training step, if the name or the configuration states it.
    :param tokens: training tokens seen, if the configuration or a formula gives them.
    """

    name: str
    spec: str
    step: int | None
    tokens: int | None


def revisions(spec: str, which: str = "all") -> list[Revision]:
    """Return revisions of a model in the order of its training.

    For Lucie-7B the 40 published ones and `main` are known without network access. For another hub model `all` queries
    the hub for branches and tags that name a step. In a folder, revisions are subfolders with a config.json.

    :param spec: `hf:ID`, a hub id or a folder, without revision.
    :param which: `all`, or names separated by commas, kept in this order.
    :raises RevisionError: if there is none, or a name is unknown.
    """
    source = spec.removeprefix(HUB).split("@")[0] if not Path(spec).is_dir() else spec
    if Path(source).is_dir():
        return _in_folder(Path(source), which)
    names = [name.strip() for name in which.split(",") if name.strip()]
    if source == LUCIE:
        known = [*REVISIONS, "main"]
        names = known if names == ["all"] else names
    elif names == ["all"]:
        known = names = _on_hub(source)
    else:
        known = names
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise RevisionError(source, ", ".join(unknown) or which, known)
    seen = tokens_seen if source == LUCIE else lambda _: None
    return [Revision(name, f"{HUB}{source}@{name}", _step(name), seen(name)) for name in names]


def _in_folder(folder: Path, which: str) -> list[Revision]:
    known = sorted(
        (path.parent for path in folder.glob("*/config.json")), key=lambda path: (_step(path.name) or 0, path.name)
    )
    names = [path.name for path in known] if which == "all" else [name.strip() for name in which.split(",")]
    unknown = [name for name in names if name not in {path.name for path in known}]
    if unknown or not names:
        raise RevisionError(str(folder), ", ".join(unknown) or which, [path.name for path in known])
    found = []
    for name in names:
        config = read_json(folder / name / "config.json")
        step, tokens = config.get("training_steps"), config.get("training_tokens")
        found.append(Revision(name, str(folder / name), step if step is not None else _step(name), tokens))
    return found


def _on_hub(source: str) -> list[str]:
    from huggingface_hub import list_repo_refs
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    try:
        refs = list_repo_refs(source)
    except (HfHubHTTPError, HFValidationError, OfflineModeIsEnabled, OSError):
        return []
    names = {ref.name for ref in [*refs.branches, *refs.tags]}
    return sorted((name for name in names if _step(name) is not None), key=lambda name: (_step(name) or 0, name))


def _step(name: str) -> int | None:
    found = STEP.search(name)
    return int(found[1]) if found else None
