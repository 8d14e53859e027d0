"""Prompted choice by instructed models: both sentences are shown, in both orders, and the answer is scored."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.models.text.causal import CausalModel
from babyslm.scoring.causal import Tokens
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.text import ChoiceTemplateError, TextOptionError, TooLongError

__all__ = ["LABELS", "QUESTIONS", "PromptedChoice"]

LABELS = ("1", "2")
QUESTIONS = {
    "en": "Which of these two sentences is better English?\n1. {first}\n2. {second}\nAnswer with 1 or 2 only.",
    "fr": "Laquelle de ces deux phrases est la plus correcte en français ?\n1. {first}\n2. {second}\n"
    "Réponds seulement par 1 ou 2.",
}


class PromptedChoice:
    """Question to an instructed model: which of two sentences is better.

    :param model: a causal model whose tokenizer has a chat template.
    :param language: language of the question; `en` or `fr`.
    :param question: another question, with `{first}` and `{second}`; it must ask for 1 or 2.
    """

    def __init__(self, model: CausalModel, *, language: str = "en", question: str | None = None) -> None:
        if not getattr(model.encoder.tokenizer, "chat_template", None):
            raise ChoiceTemplateError(model.encoder.source)
        if question is None and language not in QUESTIONS:
            raise TextOptionError("language of the question", language, tuple(QUESTIONS))
        self.model = model
        self.question = question or QUESTIONS[language]
        self.name = f"{model.name} (prompted choice)"
        self.family = "choice"
        self.modality = model.modality
        self.settings: dict[str, Any] = {**model.settings, "question": self.question, "order": "both, averaged"}

    def prefer(self, pairs: Sequence[tuple[Stimulus, Stimulus]]) -> NDArray[np.float64]:
        """Return the log-odds in nats of choosing the first member of each pair; above 0, the first is preferred.

        Each pair is asked in both orders, and the two log-odds are averaged, so that a bias towards an answer cancels
        out; exchanging the members only changes the sign.

        :param pairs: two stimuli each.
        :raises TooLongError: naming the pairs whose question is longer than the context.
        """
        encoder = self.model.encoder
        sides = [encoder.texts([pair[side] for pair in pairs]) for side in (0, 1)]
        questions = [
            self.question.format(first=order[0], second=order[1])
            for first, second in zip(*sides, strict=True)
            for order in ((first, second), (second, first))
        ]
        sequences = [each for question in questions for each in self._answers(question)]
        longest = max((len(each.ids) for each in sequences), default=0)
        if encoder.limit is not None and longest > encoder.limit:
            names = [pairs[i // 4][0].name for i, each in enumerate(sequences) if len(each.ids) > encoder.limit]
            raise TooLongError(sorted(set(names)), longest, encoder.limit)
        scores = self.model.path.score(self.model.head, sequences, budget=self.model.budget, device=self.model.device)
        answers = np.array([score.log_probability.sum() for score in scores]).reshape(-1, 2, 2)
        # In the first order, answer 1 names the first member; in the second, answer 2 does.
        odds = answers[:, :, 0] - answers[:, :, 1]
        preferred: NDArray[np.float64] = (odds[:, 0] - odds[:, 1]) / 2
        return preferred

    def _answers(self, question: str) -> list[Tokens]:
        """Return the dialogue with each answer; the part that both share is the context."""
        tokenizer = self.model.encoder.tokenizer
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], add_generation_prompt=True, tokenize=False
        )
        # The template already writes the begin token.
        both = [tokenizer(prompt + label, add_special_tokens=False)["input_ids"] for label in LABELS]
        common = next(i for i, (one, other) in enumerate(zip(*both, strict=False)) if one != other)
        return [Tokens(np.array(ids, dtype=np.int64), common) for ids in both]
