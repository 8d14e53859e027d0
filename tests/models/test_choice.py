from pathlib import Path

import numpy as np
import pytest

from babyslm.models.text.choice import QUESTIONS, PromptedChoice
from babyslm.models.text.huggingface import load
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.text import ChoiceTemplateError, TextOptionError, TooLongError
from tests.text_folders import causal_folder
from tests.tiny_networks import naive_causal

TEMPLATE = "{{ bos_token }}{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}<end>{% endfor %}<assistant>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return causal_folder(
        tmp_path_factory.mktemp("instructed"), tokenizer={"chat_template": TEMPLATE}, max_position_embeddings=400
    )


def pairs() -> list[tuple[Stimulus, Stimulus]]:
    texts = (("the dog runs", "the dog run"), ("a cat", "cat a"), ("same", "same"))
    return [(Stimulus(f"g{i}", text=good), Stimulus(f"b{i}", text=bad)) for i, (good, bad) in enumerate(texts)]


def test_the_preference_is_the_mean_log_odds_of_both_orders(folder: Path) -> None:
    model = load(str(folder), device="cpu")
    found = PromptedChoice(model).prefer(pairs())
    tokenizer = model.encoder.tokenizer
    for preference, (good, bad) in zip(found, pairs(), strict=True):
        odds = []
        for first, second in ((good, bad), (bad, good)):
            question = QUESTIONS["en"].format(first=first.text, second=second.text)
            prompt = f"<s><user>{question}<end><assistant>"
            start = len(tokenizer(prompt, add_special_tokens=False)["input_ids"])
            one, two = (
                naive_causal(
                    model.network, np.array(tokenizer(prompt + label, add_special_tokens=False)["input_ids"]), start
                ).sum()
                for label in "12"
            )
            odds.append(one - two)
        assert preference == pytest.approx((odds[0] - odds[1]) / 2, abs=1e-4)


def test_exchanging_the_members_changes_the_sign_alone(folder: Path) -> None:
    choice = PromptedChoice(load(str(folder), device="cpu"), language="fr")
    forth = choice.prefer(pairs())
    back = choice.prefer([(bad, good) for good, bad in pairs()])
    np.testing.assert_allclose(forth, -back, atol=1e-5)
    assert forth[2] == 0


def test_a_model_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChoiceTemplateError, match="chat template"):
        PromptedChoice(load(str(causal_folder(tmp_path)), device="cpu"))


def test_a_language_without_a_question_is_a_usage_error(folder: Path) -> None:
    with pytest.raises(TextOptionError, match="de"):
        PromptedChoice(load(str(folder), device="cpu"), language="de")


def test_a_question_longer_than_the_context_names_its_pair(folder: Path) -> None:
    long = [(Stimulus("long", text="the dog " * 300), Stimulus("short", text="the dog"))]
    with pytest.raises(TooLongError, match="long"):
        PromptedChoice(load(str(folder), device="cpu")).prefer(long)
