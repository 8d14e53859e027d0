"""Named errors of text learners: loading, tokenizer, and stimuli."""

from collections.abc import Sequence

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "ChoiceTemplateError",
    "LucieTokenizerError",
    "ModelMissingError",
    "ModelRefusedError",
    "NoInputError",
    "NotCausalError",
    "NothingToScoreError",
    "OutOfMemoryError",
    "RevisionError",
    "TextOptionError",
    "TooLongError",
    "UnsafeWeightsError",
]


class ModelMissingError(BabySLMError):
    """A model, a revision of it or one of its files cannot be found or downloaded."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(
            f"{source}: cannot be found ({reason}); check the name, the revision and the network, or name "
            "a folder with config.json, tokenizer.json and safetensors weights"
        )


class ModelRefusedError(BabySLMError):
    """A model exists but cannot be used."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: cannot be used as a text learner ({reason})")


class UnsafeWeightsError(BabySLMError):
    """A model has no safetensors weights."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source}: has no safetensors weights, and pickled ones are never opened; convert them to "
            "safetensors with transformers, or name a revision that has them (MODEL@REVISION)"
        )


class TextOptionError(UsageError):
    """An option of a text learner has a name or a value that does not exist."""

    def __init__(self, option: str, value: object, allowed: Sequence[str]) -> None:
        super().__init__(f"text learner: {option} is {value!r}; choose among {', '.join(allowed)}")


class RevisionError(UsageError):
    """A revision does not exist, or the revisions of a model are not known."""

    def __init__(self, source: str, asked: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{source}: no revision {asked!r}; "
            + (f"it has {first_of(known)}" if known else "name them one by one, separated by commas")
        )


class LucieTokenizerError(BabySLMError):
    """A tokenizer of the Lucie family segments elision differently from training."""

    def __init__(self, source: str, found: Sequence[str], expected: Sequence[str]) -> None:
        super().__init__(
            f'{source}: the tokenizer segments "L\'homme" as {" ".join(found)}, training had {" ".join(expected)}; '
            "its tokenizer.json was rebuilt or belongs to another model: use the published one"
        )


class NoInputError(BabySLMError):
    """Stimuli lack the form that the learner reads."""

    def __init__(self, kind: str, names: Sequence[str]) -> None:
        other = "phonemic" if kind == "orthographic" else "orthographic"
        form = "text" if kind == "orthographic" else "phones"
        super().__init__(
            f"{len(names)} stimuli have no {form}: {first_of(names)}; choose another task or input={other}"
        )


class TooLongError(BabySLMError):
    """Stimuli are longer than the model's context."""

    def __init__(self, names: Sequence[str], longest: int, limit: int) -> None:
        super().__init__(
            f"{len(names)} stimuli are longer than the context of {limit} tokens (the longest has {longest}): "
            f"{first_of(names)}; shorten them or use a model with a longer context"
        )


class NotCausalError(BabySLMError):
    """A model that is said to be causal attends to later tokens."""

    def __init__(self, architecture: str) -> None:
        super().__init__(
            f"{architecture}: its predictions change with later tokens, so they are not probabilities of a text; "
            "set is_decoder in its config.json if it was trained as a decoder, or load it as a masked model"
        )


class NothingToScoreError(BabySLMError):
    """Stimuli have no token with a probability."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"{len(names)} stimuli have no token to score: {first_of(names)}; "
            "a text of one token needs a begin or end token: bos=always, or eos=true"
        )


class OutOfMemoryError(BabySLMError):
    """A single sequence does not fit into memory."""

    def __init__(self, budget: int, device: str) -> None:
        super().__init__(
            f"{device}: out of memory with one sequence at a time (budget {budget} tokens); "
            "free the device, use dtype=bfloat16, or spread the model over several devices with device=auto"
        )


class ChoiceTemplateError(BabySLMError):
    """A model without a chat template cannot be prompted to choose."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source}: has no chat template, so it cannot be prompted to choose; use an instructed model, "
            "or score the sentences themselves"
        )
