"""Loading of text learners of Hugging Face: detection of the kind of model, and transfer straight to the device."""

import logging
import sys
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

from babyslm.models.protocol import LanguageModel
from babyslm.models.text.causal import CausalModel
from babyslm.models.text.lucie import LUCIE, tokens_seen
from babyslm.models.text.masked import MaskedModel
from babyslm.models.text.options import TextOptions
from babyslm.models.text.rotary import adopt_rotary
from babyslm.models.text.tokens import NO_LIMIT, TextEncoder, load_tokenizer
from babyslm.verify.errors import first_of
from babyslm.verify.learners.text import ModelMissingError, ModelRefusedError, TextOptionError, UnsafeWeightsError

__all__ = ["DTYPES", "Kind", "context_limit", "kind_of", "load", "load_network"]

Kind = Literal["causal", "masked"]
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

UNHEEDED = (
    "huggingface_hub",
    "transformers.configuration_utils",
    "transformers.integrations.tensor_parallel",
    "transformers.modeling_utils",
    "transformers.tokenization_utils_base",
)
"""Loggers and warnings to silence: each case is a named error here (no network, long texts, missing weights) or
intended (the class, no mask)."""


def load(
    source: str,
    *,
    revision: str | None = None,
    device: str = "auto",
    dtype: str | None = None,
    trust_remote_code: bool = False,
    name: str | None = None,
    **options: Any,
) -> LanguageModel:
    """Load a causal or masked language model with its tokenizer.

    :param source: a folder with config.json, or a name on the Hugging Face hub.
    :param revision: branch, tag or commit on the hub; default its main branch.
    :param device: `auto` (all GPUs, or the CPU if there is none), `cpu`, `cuda`, `cuda:1` ...
    :param dtype: `float32`, `bfloat16`, `float16` or `auto`, the checkpoint's own; default float32 on a CPU and the
        checkpoint's own elsewhere.
    :param trust_remote_code: run code that comes with the model; default no.
    :param name: name shown in results; default its id or folder, the same for all revisions of an id.
    :param options: see `TextOptions`.
    :raises ModelMissingError, ModelRefusedError, UnsafeWeightsError, TextOptionError: see their messages.
    """
    choices = TextOptions.parse(options)
    _hush()
    config = _config(source, revision, trust_remote_code=trust_remote_code)
    kind = kind_of(config, source)
    try:
        tokenizer = load_tokenizer(source, revision=revision, trust_remote_code=trust_remote_code)
    except (OSError, ValueError, ImportError) as error:
        raise ModelRefusedError(source, f"its tokenizer does not load: {_first_line(error)}") from error
    network = load_network(
        source, kind, revision=revision, device=device, dtype=dtype, trust_remote_code=trust_remote_code
    )
    encoder = TextEncoder(
        tokenizer=tokenizer,
        options=choices,
        limit=context_limit(network, tokenizer),
        vocabulary=network.get_input_embeddings().weight.shape[0],
        source=source,
    )
    family = CausalModel if kind == "causal" else MaskedModel
    name = name or (Path(source).resolve().name if Path(source).is_dir() else source)
    tokens = getattr(config, "training_tokens", None) or (tokens_seen(revision or "main") if source == LUCIE else None)
    identity = {
        "source": Path(source).resolve().name if Path(source).is_dir() else source,
        "revision": revision,
        "commit": getattr(config, "_commit_hash", None),
        "training_steps": getattr(config, "training_steps", None),
        "training": {} if tokens is None else {"tokens": tokens},
    }
    return family(network, encoder, name=name, identity=identity)


def _hush() -> None:
    """Silence expected warnings of transformers, and its progress bars outside a terminal."""
    from transformers.utils import logging as bars

    for logger in UNHEEDED:
        logging.getLogger(logger).setLevel(logging.ERROR)
    if not sys.stderr.isatty():
        bars.disable_progress_bar()


def load_network(
    source: str,
    kind: Kind,
    *,
    revision: str | None = None,
    device: str = "auto",
    dtype: str | None = None,
    trust_remote_code: bool = False,
) -> Any:
    """Load the network alone, from safetensors straight to its device, in evaluation mode.

    :param source: a folder or a hub name.
    :param kind: causal or masked.
    :param revision: as in `load`; so are the other options.
    """
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

    place = _device_map(device)
    config = _config(source, revision, trust_remote_code=trust_remote_code)
    adopted = {"config": config} if adopt_rotary(config, source) else {}
    family = AutoModelForCausalLM if kind == "causal" else AutoModelForMaskedLM
    try:
        network, report = family.from_pretrained(
            source,
            revision=revision or "main",
            dtype=_dtype(dtype, place),
            device_map=place,
            use_safetensors=True,
            trust_remote_code=trust_remote_code,
            output_loading_info=True,
            **adopted,
        )
    except SafetensorError as error:
        raise ModelRefusedError(source, f"its weights are damaged: {_first_line(error)}") from error
    except OSError as error:
        if "safetensors" in str(error):
            raise UnsafeWeightsError(source) from error
        raise ModelMissingError(source, _first_line(error)) from error
    except (ValueError, RuntimeError, ImportError, KeyError) as error:
        raise ModelRefusedError(source, _first_line(error)) from error
    if report["missing_keys"]:
        lacking = first_of(sorted(report["missing_keys"]))
        raise ModelRefusedError(source, f"its weights lack {lacking}, which would be initialised at random")
    network.config.use_cache = False
    return network.eval()


def kind_of(config: Any, source: str) -> Kind:
    """Return whether a configuration describes a causal or a masked language model.

    :param config: a transformers configuration.
    :param source: the model's name, for the message.
    """
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    )

    names = [*(config.architectures or []), *(getattr(config, "auto_map", None) or {})]
    if any("ForMaskedLM" in name for name in names):
        return "masked"
    if any("ForCausalLM" in name or name.endswith("LMHeadModel") for name in names):
        return "causal"
    if config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not getattr(config, "is_decoder", False):
        return "masked"
    if config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return "causal"
    raise ModelRefusedError(source, f"it is neither a causal nor a masked language model but {config.model_type}")


def context_limit(network: Any, tokenizer: Any) -> int | None:
    """Return the maximum number of tokens of a model, special tokens included; None if there is no limit.

    :param network: the model; RoBERTa-like models cannot use the positions up to their padding index.
    :param tokenizer: the tokenizer, whose own limit applies as well.
    """
    limits = []
    positions = getattr(network.config, "max_position_embeddings", None)
    if positions:
        embeddings = getattr(network.base_model, "embeddings", None)
        offset = getattr(embeddings, "padding_idx", None)
        table = isinstance(getattr(embeddings, "position_embeddings", None), nn.Embedding)
        limits.append(positions - (offset + 1 if table and offset is not None else 0))
    if tokenizer.model_max_length < NO_LIMIT:
        limits.append(tokenizer.model_max_length)
    return min(limits, default=None)


def _config(source: str, revision: str | None, *, trust_remote_code: bool) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(source, revision=revision or "main", trust_remote_code=trust_remote_code)
    except OSError as error:
        raise ModelMissingError(source, _first_line(error)) from error
    except (ValueError, KeyError, ImportError) as error:
        raise ModelRefusedError(source, _first_line(error)) from error


def _device_map(device: str) -> str | dict[str, str]:
    if device == "auto":
        match torch.cuda.device_count():
            case 0:
                return {"": "cpu"}
            case 1:
                return {"": "cuda:0"}
            case _:
                return "auto"
    try:
        torch.device(device)
    except RuntimeError:
        raise TextOptionError("device", device, ("auto", "cpu", "cuda", "cuda:1")) from None
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise TextOptionError("device", device, ("auto", "cpu"))
    return {"": device}


def _dtype(dtype: str | None, place: str | dict[str, str]) -> Any:
    if dtype is None:
        return torch.float32 if place == {"": "cpu"} else "auto"
    if dtype != "auto" and dtype not in DTYPES:
        raise TextOptionError("dtype", dtype, ("auto", *DTYPES))
    return DTYPES.get(dtype, "auto")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
