"""Text learners of the comparison, with the overrides of their recipes for training on one core."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["LEARNERS", "Learner"]


@dataclass(frozen=True)
class Learner:
    """A row of the table.

    :param key: name of its folder.
    :param title: title of the row.
    :param recipe: a shipped recipe.
    :param reads: phones (lexical and syntactic sets) or text (syntactic sets; non-words have no spelling).
    :param settings: overrides of the recipe.
    :param corpus: key of the material.
    :param base: key of the learner on which this one is based.
    """

    key: str
    title: str
    recipe: str
    reads: Literal["phones", "text"] = "phones"
    settings: tuple[str, ...] = ()
    corpus: str = "en"
    base: str | None = None

    def told(self) -> dict[str, Any]:
        """Return the settings of the row as JSON-able values."""
        return {**asdict(self), "settings": list(self.settings)}

    def command(self) -> str:
        """Return the command that trains it."""
        base = " --set base=LUCIE_TINY" if self.base else ""
        corpus = {"en": "CORPUS", "en-fr": "EN_FR", "answers": "ANSWERS"}[self.corpus]
        told = "".join(f" --set {setting}" for setting in self.settings)
        return f"babyslm train {self.recipe} --out MODEL --set corpus={corpus}{base}{told}"


SMALL_LSTM = (
    "sizes.embedding=64",
    "sizes.hidden=256",
    "sizes.layers=1",
    "sizes.output=64",
    "sizes.dropout=0",
    "validation=0.02",
    "loop.precision=no",
    "loop.batch_tokens=1024",
    "loop.lr=0.005",
    "loop.schedule=cosine",
    "loop.warmup=200",
    "loop.clip=1.0",
    "loop.threads=1",
    "loop.validate_every=1000",
)
"""Shape and schedule of phone-lstm-small."""

ONE_CORE = ("schedule.precision=bf16", "schedule.threads=1")
PHONES = (
    "schedule.passes=0.5",
    "schedule.batch_tokens=1024",
    "schedule.warmup_tokens=100000",
    "schedule.checkpoints=5",
)
WORDS = ("schedule.warmup_tokens=100000", "schedule.checkpoints=4")
"""Training budgets of learners over phones and over words or pieces."""

LEARNERS = (
    *(
        Learner(f"phone-{n}gram", f"phone {n}-gram, running utterances", "phone-5gram", settings=(f"order={n}",))
        for n in range(1, 6)
    ),
    Learner(
        "phone-5gram-boundaries",
        "phone 5-gram, running utterances with word boundaries",
        "phone-5gram",
        settings=("boundary=between",),
    ),
    Learner("phone-5gram-words", "phone 5-gram, isolated words", "phone-5gram-words"),
    Learner(
        "phone-6gram-types",
        "phone 6-gram, word types only, Kneser–Ney",
        "phone-5gram-words",
        settings=("weighting=types", "order=6", "smoothing=kneser-ney"),
    ),
    Learner("word-3gram", "word 3-gram, Kneser–Ney", "word-3gram", "text"),
    Learner("word-5gram", "word 5-gram, Kneser–Ney", "word-5gram", "text"),
    Learner(
        "causal-phones-words",
        "GPT-2 on phones, word types only",
        "causal-phones-words",
        settings=(*ONE_CORE, "schedule.passes=20", "schedule.checkpoints=4"),
    ),
    Learner(
        "causal-phones-words-long",
        "GPT-2 on phones, word types only, three times the passes, dropout 0.05",
        "causal-phones-words",
        settings=(*ONE_CORE, "schedule.passes=60", "schedule.checkpoints=4", "shape.dropout=0.05"),
    ),
    Learner("causal-phones", "GPT-2 on phones, running utterances", "causal-phones", settings=(*ONE_CORE, *PHONES)),
    Learner(
        "causal-phones-mixed",
        "GPT-2 on phones, running utterances and isolated words",
        "causal-phones-mixed",
        settings=(*ONE_CORE, *PHONES),
    ),
    Learner(
        "phone-lstm",
        "phone LSTM 1x256, running utterances",
        "phone-lstm-small",
        settings=("loop.updates=2000", "loop.validate_every=1000"),
    ),
    Learner("causal-words", "GPT-2 on words", "causal-words", "text", (*ONE_CORE, *WORDS, "schedule.passes=1")),
    Learner(
        "babyberta",
        "BabyBERTa, 4 of its 8 layers",
        "babyberta",
        "text",
        (
            *ONE_CORE,
            *WORDS,
            "shape.layers=4",
            "schedule.passes=0.6",
            "schedule.lr=0.001",
            "schedule.batch_tokens=1024",
        ),
    ),
    Learner("char-lstm", "character LSTM 1x256", "char-lstm", "text", (*SMALL_LSTM, "loop.updates=1500")),
    Learner(
        "bpe-lstm", "LSTM 1x256 on 4,000 pieces", "bpe-lstm", "text", (*SMALL_LSTM, "pieces=4000", "loop.updates=1000")
    ),
    Learner(
        "lucie-tiny",
        "lucie-tiny with 6 M parameters, half of the data French",
        "lucie-tiny",
        "text",
        (
            *ONE_CORE,
            *WORDS,
            "pieces=4096",
            "block=128",
            "shape.hidden=256",
            "shape.layers=6",
            "shape.inner=768",
            "shape.spread=0.02",
            "schedule.passes=0.2",
            "schedule.ramp_from=1024",
            "schedule.batch_tokens=2048",
            "schedule.ramp_tokens=200000",
            "schedule.lr=0.0015",
        ),
        "en-fr",
    ),
    Learner(
        "lucie-tiny-instruct",
        "lucie-tiny, instruction-tuned",
        "lucie-tiny-instruct",
        "text",
        (*ONE_CORE, "schedule.batch_tokens=1024"),
        "answers",
        "lucie-tiny",
    ),
)
