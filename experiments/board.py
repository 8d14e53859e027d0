"""Initial learners of the leaderboard: training, evaluation and submission from scratch.

    python -m experiments.board --out learners --to leaderboard --date 2026-11-24

runs the demo, adds sound of a home to its test set, and trains n-grams, an LSTM on parts of the text corpus, and a
second spoken learner on the same utterances in home conditions; then it evaluates and submits each of them. An
interrupted run resumes. The test set must be registered (`babyslm leaderboard register`), or `--register KEY` does it.

| folder | content |
| --- | --- |
| `--to`, `submissions/` | one submission per learner and condition; those of `leaderboard/submissions/` |
| `--to`, `stimuli/KEY/` | the registered test set, with `--register` |
| `--out` | the demo, corpora, `learners/`, `cards/`, and the results as submitted in `submitted/` |
"""

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from babyslm.commands.build import build_stimuli
from babyslm.commands.demo import HEARER, LANGUAGE, PAIRS, PER_WORD, READER, UP_TO, VOICES, WORDS, run_demo
from babyslm.corpora.corpus import CARD_NAME, Corpus, load_corpus, save_corpus
from babyslm.corpora.made.spoken import speak_corpus
from babyslm.evaluation.evaluate import evaluate
from babyslm.files import write_text
from babyslm.leaderboard.submissions.registry import load_registry, register_set
from babyslm.leaderboard.submit import submit
from babyslm.results.outcomes.record import RECORD_NAME
from babyslm.seeds import derive, generator
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.training.recipe import load_recipe
from babyslm.training.train import train

HOME = "home"
PARTS = {"part-1-of-16": 1 / 16, "part-1-of-4": 1 / 4}
WHOLE = "whole"

BUILD = (
    f"babyslm build-stimuli all --lang {LANGUAGE} --up-to {UP_TO} --words {WORDS} --per-word {PER_WORD} "
    f"--pairs {PAIRS} --voices {VOICES} --seed 0 --condition {HOME}"
)


@dataclass(frozen=True)
class Learner:
    """One learner of the board.

    :param recipe: name of a recipe in `baselines/`.
    :param name: name on the board.
    :param family: family within which it is compared.
    :param modality: its modality.
    :param corpus: folder below the output, or the name of a part of the text corpus.
    :param revision: folder name of the revision.
    :param domain: domain of its training speech.
    :param model: folder name of the model; default the recipe's.
    """

    recipe: str
    name: str
    family: str
    modality: str
    corpus: str = "read"
    revision: str = WHOLE
    domain: str = "none"
    model: str | None = None

    @property
    def id(self) -> str:
        """Model and revision in one name."""
        return f"{self.model or self.recipe}-{self.revision}"


NGRAM, LSTM = "n-gram", "demo LSTM"
LEARNERS = (
    Learner("phone-3gram", "Phone 3-gram", NGRAM, "phonemic"),
    Learner("phone-5gram", "Phone 5-gram", NGRAM, "phonemic"),
    Learner("phone-5gram-words", "Phone 5-gram of words", NGRAM, "phonemic"),
    Learner("word-5gram", "Word 5-gram", NGRAM, "orthographic"),
    *(Learner(READER, "Demo reader", LSTM, "phonemic", part, part) for part in PARTS),
    Learner(READER, "Demo reader", LSTM, "phonemic"),
    Learner(HEARER, "Demo hearer", LSTM, "spoken", "heard", WHOLE, "clean"),
    Learner(HEARER, "Demo hearer, at home", LSTM, "spoken", "heard-home", WHOLE, "in-the-wild", f"{HEARER}-home"),
)


def make_parts(out: Path, read: Corpus, seed: int) -> None:
    """Draw nested random parts of the text corpus, as whole utterances."""
    order = generator(seed, "parts of what is read").permutation(len(read.utterances))
    for name, share in PARTS.items():
        if not (out / name / CARD_NAME).is_file():
            rows = read.utterances.iloc[sorted(order[: round(share * len(order))])]
            save_corpus(
                rows, out / name, name=name, language=LANGUAGE, licence="Apache-2.0", sources=["read of the demo"]
            )


def make_all(out: Path, *, seed: int, workers: int) -> None:
    """Make the test set, the corpora and the two learners of the demo."""
    if not (out / "report.html").is_file():
        run_demo(out, seed=seed, workers=workers)
    build_stimuli(
        out / "stimuli",
        language=LANGUAGE,
        up_to=UP_TO,
        words=WORDS,
        per_word=PER_WORD,
        pairs=PAIRS,
        voices=VOICES,
        seed=seed,
        conditions=(HOME,),
        workers=workers,
    )
    read = load_corpus(out / "read")
    make_parts(out, read, seed)
    if not (out / "heard-home" / CARD_NAME).is_file():
        speak_corpus(
            read,
            out / "heard-home",
            choose_voices(LANGUAGE, split="train"),
            language=LANGUAGE,
            name="heard-home",
            seed=derive(seed, "voices"),
            workers=workers,
            conditions=(HOME,),
        )


def make_card(learner: Learner, corpus: Corpus, hours: float, *, hardware: str, date: str) -> dict[str, object]:
    """Return the card of a learner, filled in from its recipe, corpus and training record."""
    recipe = load_recipe(learner.recipe, [f"corpus={learner.corpus}"])
    hears = learner.modality == "spoken"
    sound = ", spoken by synthetic voices" + (" and heard in simulated homes" if learner.domain != "clean" else "")
    return {
        "schema_version": 1,
        "model": learner.model or learner.recipe,
        "revision": learner.revision,
        "name": learner.name,
        "family": learner.family,
        "description": " ".join(recipe.description.split()),
        "modality": learner.modality,
        "language": [LANGUAGE],
        "training": {
            "data": "Generated child-directed sentences and words of child-en.tsv alone, as babyslm demo makes them"
            + (sound if hears else ""),
            "domain": learner.domain,
            "hours": round(corpus.hours, 3) if corpus.hours else None,
            "words": corpus.words,
        },
        "compute": {"hardware": hardware, "hours": round(hours, 4) or None},
        "authors": ["The babyslm authors"],
        "licence": "Apache-2.0",
        "submitted": date,
    }


def main() -> None:
    """Make, train, evaluate and submit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="working folder")
    parser.add_argument("--to", type=Path, required=True, help="the leaderboard")
    parser.add_argument("--date", required=True, help="date of the submissions")
    parser.add_argument("--hardware", default="a laptop", help="hardware, for the cards")
    parser.add_argument("--register", help="key under which to register the test set first")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    make_all(asked.out, seed=asked.seed, workers=asked.workers)
    stimuli = asked.out / "stimuli"
    if asked.register and not (asked.to / "stimuli" / asked.register).exists():
        register_set(
            stimuli, asked.to, asked.register, name="Demo, English", made_by=BUILD, conditions=("clean", HOME)
        )
    registry = load_registry(asked.to, at_hand=[stimuli])
    for learner in LEARNERS:
        corpus = load_corpus(asked.out / learner.corpus)
        demo = learner.model is None and learner.revision == WHOLE and learner.recipe in {READER, HEARER}
        folder = asked.out / "learners" / (learner.recipe if demo else learner.id)
        settings = [f"corpus={asked.out / learner.corpus}", f"seed={asked.seed}"]
        record = train(load_recipe(learner.recipe, settings), folder)
        card = asked.out / "cards" / f"{learner.id}.yaml"
        values = make_card(learner, corpus, record.seconds / 3600, hardware=asked.hardware, date=asked.date)
        write_text(card, yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=119))
        for condition in ("clean", HOME) if learner.modality == "spoken" else ("clean",):
            place = asked.out / "submitted" / f"{learner.id}-{condition}"
            if not (place / RECORD_NAME).is_file():
                shutil.rmtree(place, ignore_errors=True)
                evaluate(str(folder), str(stimuli), condition=condition, out=place)
            print(submit(place, card, asked.to, registry).as_text())


if __name__ == "__main__":
    main()
