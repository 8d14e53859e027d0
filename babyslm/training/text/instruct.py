"""Instruction tuning of a trained causal learner: conversations in a chat template, with the loss on answers only."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from babyslm.files import sha256_file
from babyslm.models.text.huggingface import load_network
from babyslm.models.text.tokens import load_tokenizer
from babyslm.models.text.trained import TextHeader
from babyslm.training.recipe import Recipe
from babyslm.training.text.examples import Example
from babyslm.training.text.lines import held_out
from babyslm.training.text.plan import TextSchedule
from babyslm.training.text.run import fit_text
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.learners.recipes import LineFormatError, NoSentencesError
from babyslm.verify.learners.text import ModelRefusedError

__all__ = ["TEMPLATE", "Conversation", "InstructRecipe", "read_conversations", "train_instruct"]

START, END, TURN = "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '" + START + "' + message['role'] + '" + END + "' + message['content'] | trim + '" + TURN + "' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '" + START + "assistant" + END + "' }}{% endif %}"
)
"""Template of a turn: the name of the speaker between two marks, the content, and an end mark; as in Lucie (after
Llama 3)."""


class Message(BaseModel):
    """One turn of a conversation."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Literal["system", "user", "assistant"]
    content: str = Field(min_length=1)


class Conversation(BaseModel):
    """A conversation that contains at least one answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    messages: list[Message] = Field(min_length=2)


class InstructRecipe(Recipe):
    """Recipe of an instructed learner; `corpus` is a file of conversations, one JSON object per line.

    :param base: model folder of a causal learner whose tokenizer has the conversation marks (lucie-tiny).
    :param validation: proportion of the conversations held out.
    """

    family: Literal["instruct"] = "instruct"
    base: Path = Field(description="set it with --set base=FOLDER")
    validation: float = Field(default=0.02, ge=0, lt=1)
    schedule: TextSchedule


def read_conversations(path: Path) -> list[Conversation]:
    """Read conversations, one JSON object per line.

    Format of a line: `{"messages": [{"role": "user", "content": "..."}, {"role": "assistant", ...}]}`.

    :raises LineFormatError: a line is not a conversation; the error gives file and line.
    """
    if not path.is_file():
        raise NoSuchFileError(path, "name a file with one conversation per line (JSON)")
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            conversation = Conversation.model_validate(json.loads(line))
        except (json.JSONDecodeError, ValidationError) as error:
            raise LineFormatError(path, number, line, "a conversation: messages with role and content") from error
        if not any(message.role == "assistant" for message in conversation.messages):
            raise LineFormatError(path, number, line, "a conversation with an answer by the assistant")
        found.append(conversation)
    if not found:
        raise NoSentencesError(path)
    return found


def example_of(conversation: Conversation, tokenizer: Any, most: int) -> Example:
    """Return the tokens of a conversation under the template; the loss covers the answers and their end marks.

    :param conversation: the conversation.
    :param tokenizer: a tokenizer with the conversation marks.
    :param most: maximum number of tokens of the model; longer conversations are truncated.
    """
    ids, scored = [int(tokenizer.bos_token_id)], [False]
    for message in conversation.messages:
        front = _ids(tokenizer, f"{START}{message.role}{END}")
        said = _ids(tokenizer, f"{message.content.strip()}{TURN}")
        answer = message.role == "assistant"
        ids += [*front, *said]
        scored += [False] * len(front) + [answer] * len(said)
    return Example(tuple(ids[:most]), tuple(scored[:most]))


def _ids(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def train_instruct(
    recipe: InstructRecipe, folder: Path, *, resume: bool = True, device: str = "auto"
) -> dict[str, Any]:
    """Train an instructed learner from its base model and write it as a model folder.

    :param recipe: the recipe.
    :param folder: model folder.
    :param resume: continue from the saved state of an interrupted run.
    :param device: `auto` or `cpu`.
    :returns: the content of the training record.
    """
    conversations = read_conversations(recipe.corpus)
    tokenizer = load_tokenizer(str(recipe.base))
    lacking = [mark for mark in (START, END, TURN) if mark not in tokenizer.get_vocab()]
    if lacking:
        raise ModelRefusedError(str(recipe.base), f"its tokenizer lacks {', '.join(lacking)}; train lucie-tiny first")
    tokenizer.chat_template = TEMPLATE
    tokenizer.eos_token = TURN
    network = load_network(str(recipe.base), "causal", device="cpu", dtype="float32")
    network.config.eos_token_id = network.generation_config.eos_token_id = tokenizer.eos_token_id
    most = int(network.config.max_position_embeddings)
    told, valid = held_out(conversations, recipe.validation, seed=recipe.seed, source=recipe.corpus)

    def examples(some: Sequence[Conversation]) -> list[Example]:
        made = [example_of(each, tokenizer, most) for each in some]
        return [example for example in made if any(example.scored or ())]

    outcome = fit_text(
        network,
        tokenizer,
        examples(told),
        examples(valid),
        recipe.schedule,
        TextHeader(name=recipe.name),
        folder=folder,
        seed=recipe.seed,
        resume=resume,
        device=device,
    )
    corpus = {"file": recipe.corpus.name, "sha256": sha256_file(recipe.corpus)}
    return {"corpus": corpus, "base": recipe.base.name} | outcome
