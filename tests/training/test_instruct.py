"""Instruction tuning: the template, the loss on answers, and a learner that answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from babyslm.corpora.made.generated import generate_sentences
from babyslm.models.load import load_model
from babyslm.models.text.tokens import load_tokenizer
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.recipe import load_recipe, make_recipe
from babyslm.training.text.instruct import TEMPLATE, Conversation, example_of, read_conversations
from babyslm.training.train import train
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.learners.recipes import LineFormatError, NoSentencesError
from babyslm.verify.learners.text import ModelRefusedError

SCHEDULE = {"batch_tokens": 512, "lr": 0.01, "threads": 1}


def base(folder: Path, symbols: str = "lucie") -> Path:
    text = folder / "text.txt"
    text.write_text("\n".join(generate_sentences("en", seed=2, count=500)), encoding="utf-8")
    shape = {"kind": "llama", "hidden": 32, "layers": 2, "heads": 4, "key_heads": 1, "inner": 64, "positions": 128}
    told: dict[str, Any] = {"family": "causal", "name": "b", "symbols": symbols, "pieces": 700, "corpus": str(text)}
    told |= {"sequences": "blocks", "block": 64, "shape": shape, "schedule": SCHEDULE | {"passes": 2}}
    train(make_recipe(told), folder / symbols, device="cpu")
    return folder / symbols


def conversation(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


@pytest.fixture(scope="module")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base(tmp_path_factory.mktemp("base"))


def test_the_loss_is_on_answers_under_the_template(learner: Path) -> None:
    tokenizer = load_tokenizer(str(learner))
    tokenizer.chat_template = TEMPLATE
    talk = conversation(
        ("system", "be kind"),
        ("user", " Where is l'ours?"),
        ("assistant", "It is here. "),
        ("user", "ok"),
        ("assistant", "yes"),
    )
    example = example_of(Conversation.model_validate(talk), tokenizer, 512)
    assert list(example.ids) == tokenizer.apply_chat_template(talk["messages"], tokenize=True, return_dict=False)
    assert example.scored is not None
    answered = [token for token, scored in zip(example.ids, example.scored, strict=True) if scored]
    assert [told.strip() for told in tokenizer.decode(answered).split("<|eot_id|>")] == ["It is here.", "yes", ""]
    assert len(example_of(Conversation.model_validate(talk), tokenizer, 9).ids) == 9


def test_an_instructed_learner_answers_and_can_be_asked(learner: Path, tmp_path: Path) -> None:
    lines = [
        conversation(("user", f"{sentence} 1 or 2?"), ("assistant", "2"))
        for sentence in generate_sentences("en", seed=4, count=120)
    ]
    path = tmp_path / "talk.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    told = {"family": "instruct", "name": "i", "corpus": str(path), "base": str(learner)}
    outcome = train(make_recipe(told | {"schedule": SCHEDULE | {"passes": 12}}), tmp_path / "m", device="cpu").outcome
    assert outcome["validation_loss"] < 0.3
    model = load_model(str(tmp_path / "m"), device="cpu")
    tokenizer = load_tokenizer(str(tmp_path / "m"))
    front = tokenizer.apply_chat_template(
        [{"role": "user", "content": "The dog runs 1 or 2?"}], tokenize=False, add_generation_prompt=True
    )
    one, two = model.score([Stimulus("1", text=front + "1"), Stimulus("2", text=front + "2")]).log_probability
    assert two > one + 2
    assert tokenizer.eos_token == "<|eot_id|>"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{oops", "a conversation: messages"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "messages"),
        ('{"messages": [{"role": "user", "content": "a"}, {"role": "robot", "content": "b"}]}', "messages"),
        ('{"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}', "an answer"),
    ],
)
def test_a_line_that_is_no_conversation_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps(conversation(("user", "a"), ("assistant", "b"))) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(LineFormatError, match=rf"talk\.jsonl:2: .*{reason}"):
        read_conversations(path)


def test_what_cannot_be_instructed_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError):
        read_conversations(tmp_path / "absent.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(NoSentencesError):
        read_conversations(tmp_path / "empty.jsonl")
    (tmp_path / "talk.jsonl").write_text(json.dumps(conversation(("user", "a"), ("assistant", "b"))))
    told = load_recipe("lucie-tiny-instruct", [f"corpus={tmp_path / 'talk.jsonl'}", f"base={base(tmp_path, 'words')}"])
    with pytest.raises(ModelRefusedError, match="train lucie-tiny first"):
        train(told, tmp_path / "m", device="cpu")
