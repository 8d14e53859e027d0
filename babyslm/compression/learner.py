"""Learner to be compressed: its network, its family, and its input."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from babyslm.models.encoders.published.huggingface import build_hugging_face
from babyslm.models.encoders.settings import HuggingFaceSettings
from babyslm.models.folder import HEADER_NAME
from babyslm.models.load import load_model
from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.families.find import find_family
from babyslm.models.text.tokens import TextEncoder
from babyslm.verify.learners.compression import NoTextLearnerError, UnsupportedFamilyError
from babyslm.verify.learners.text import ModelMissingError

__all__ = ["Learner", "load_learner"]

HUB = "hf:"


@dataclass(frozen=True)
class Learner:
    """A learner that can be compressed.

    :param network: its network, in evaluation mode, in main memory.
    :param family: its family.
    :param name: its folder or id.
    :param encoder: converts stimuli into tokens; None for encoders of sound.
    :param normalise: whether sounds are first normalised to mean 0 and variance 1.
    """

    network: Any
    family: Family
    name: str
    encoder: TextEncoder | None = None
    normalise: bool = False


def load_learner(spec: str, *, dtype: str | None = None, **options: Any) -> Learner:
    """Load a text learner or a speech encoder of transformers.

    :param spec: a Hugging Face folder, or `hf:` and a folder or id, with `@revision`.
    :param dtype: number type of its weights; default float32.
    :param options: options of a text learner, such as `input=phonemic`.
    :raises UnsupportedFamilyError, NoTextLearnerError: see their messages.
    """
    source, revision = spec.removeprefix(HUB), None
    if not Path(source).is_dir():
        if not spec.startswith(HUB):
            raise NoTextLearnerError(spec)
        if "@" in source:
            source, revision = source.rsplit("@", 1)
    elif (Path(source) / HEADER_NAME).is_file() or not (Path(source) / "config.json").is_file():
        raise NoTextLearnerError(spec)
    config = _config(source, revision)
    family = find_family(config, source)
    name = Path(source).resolve().name if Path(source).is_dir() else source
    if family.kind == "encoder":
        settings = HuggingFaceSettings(source=source, revision=revision, layer=config.num_hidden_layers)
        encoder = build_hugging_face(settings, torch.device("cpu"))
        learner = Learner(encoder.model, family, name, normalise=encoder.normalise)
    else:
        model: Any = load_model(spec, device="cpu", dtype=dtype, **options)
        learner = Learner(model.network, family, name, encoder=model.encoder)
    found = type(learner.network).__name__
    if found != family.architecture:
        raise UnsupportedFamilyError(source, found, [family.architecture])
    learner.network.requires_grad_(requires_grad=False)
    return learner


def _config(source: str, revision: str | None) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(source, revision=revision or "main", trust_remote_code=False)
    except OSError as error:
        raise ModelMissingError(source, str(error).strip().splitlines()[0]) from error
    except (ValueError, KeyError, ImportError) as error:
        raise NoTextLearnerError(source) from error
