"""Loading of a learner from its model specification."""

from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from babyslm.models.folder import HEADER_NAME, Header, read_header
from babyslm.models.protocol import LanguageModel
from babyslm.stimuli.stimulus import MODALITIES
from babyslm.verify.learners.folders import (
    ModelFolderError,
    NotALearnerError,
    ScoresAreNoModelError,
    SpecImportError,
    UnknownFamilyError,
    UnknownOptionError,
    UnknownSpecError,
)

__all__ = ["FAMILIES", "PLUGINS", "load_model", "register"]

HUB = "hf:"
SCORES = "scores:"
PLUGINS = "babyslm.models"
"""Group of entry points under which installed packages register learners."""

FAMILIES: dict[str, str] = {
    "ngram": "babyslm.models.ngram.model:load",
    "lstm": "babyslm.models.symbols.lstm:load",
    "mixture": "babyslm.models.symbols.mixture:load",
    "spoken": "babyslm.models.spoken:load",
    "transformers": "babyslm.models.text.trained:load",
    "unit-transformer": "babyslm.models.units.transformer:load",
    "low-rank": "babyslm.models.low_rank.load:load",
}
"""Loader of each family of model folders: `module:function`, called as `(folder, *, device, dtype, **options)`."""

HUGGING_FACE = "babyslm.models.text.huggingface:load"


def register(family: str, loader: str) -> None:
    """Register a loader for a family of model folders."""
    FAMILIES[family] = loader


def load_model(
    spec: str, *, device: str = "auto", dtype: str | None = None, trust_remote_code: bool = False, **options: Any
) -> LanguageModel:
    """Load a learner from its specification.

    :param spec: a folder made by `babyslm train`; a Hugging Face folder, or `hf:` and a folder or id, with
        `@revision`; `package.module:object`, a learner or a class called without arguments; the name of an installed
        plug-in (entry points `babyslm.models`).
    :param device: auto, cpu, cuda or cuda:N.
    :param dtype: float32, bfloat16 or float16; default the learner's own, float32 for ours.
    :param trust_remote_code: allow a Hugging Face repository to run its own code; default no.
    :param options: passed on to the family's loader.
    """
    if spec.startswith(SCORES):
        raise ScoresAreNoModelError(spec)
    if spec.startswith(HUB):
        source = spec.removeprefix(HUB)
        return _hugging_face(source, device=device, dtype=dtype, trust_remote_code=trust_remote_code, **options)
    folder = Path(spec)
    if folder.is_dir():
        if (folder / HEADER_NAME).is_file():
            return _folder(folder, device=device, dtype=dtype, **options)
        if (folder / "config.json").is_file():
            return _hugging_face(spec, device=device, dtype=dtype, trust_remote_code=trust_remote_code, **options)
        raise ModelFolderError(folder, sorted(path.name for path in folder.iterdir()))
    plugins = {entry.name: entry for entry in entry_points(group=PLUGINS)}
    if spec in plugins:
        return _imported(spec, plugins[spec].value, options)
    module, colon, name = spec.partition(":")
    if colon and all(part.isidentifier() for part in [*module.split("."), *name.split(".")]):
        return _imported(spec, spec, options)
    raise UnknownSpecError(spec, sorted(plugins))


def _folder(folder: Path, **options: Any) -> LanguageModel:
    header = read_header(folder, Header)
    if header.family not in FAMILIES:
        raise UnknownFamilyError(folder / HEADER_NAME, header.family, sorted(FAMILIES))
    return _called(str(folder), FAMILIES[header.family], folder, options)


def _called(spec: str, loader: str, source: Any, options: dict[str, Any]) -> LanguageModel:
    """Call a loader; an unknown option is an `UnknownOptionError`."""
    from inspect import Parameter, signature

    module, name = loader.split(":")
    load = getattr(import_module(module), name)
    known = signature(load).parameters
    if not any(parameter.kind is Parameter.VAR_KEYWORD for parameter in known.values()):
        unknown = [option for option in options if option not in known]
        if unknown:
            raise UnknownOptionError(spec, unknown, [name for name in known if name not in ("folder", "source")])
    model: LanguageModel = load(source, **options)
    return model


def _hugging_face(source: str, **options: Any) -> LanguageModel:
    """Load with transformers. The name of a local folder may contain an @; in a hub id it separates the revision."""
    revision = None
    if not Path(source).is_dir() and "@" in source:
        source, revision = source.rsplit("@", 1)
    return _called(f"{HUB}{source}", HUGGING_FACE, source, options | {"revision": revision})


def _imported(spec: str, place: str, options: dict[str, Any]) -> LanguageModel:
    module, _, name = place.partition(":")
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise SpecImportError(spec, str(error)) from error
    if options:
        raise UnknownOptionError(spec, list(options), [])
    model = found() if isinstance(found, type) else found
    _verify_learner(spec, model)
    checked: LanguageModel = model
    return checked


def _verify_learner(spec: str, model: Any) -> None:
    if not callable(getattr(model, "score", None)):
        raise NotALearnerError(spec, f"{type(model).__name__} has no score()")
    if getattr(model, "modality", None) not in MODALITIES:
        raise NotALearnerError(spec, f"its modality is {getattr(model, 'modality', None)!r}")
