"""Demonstration: a small test set with sound, and a phone learner and a speech learner trained and scored on it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.commands.build import build_stimuli
from babyslm.corpora.corpus import CARD_NAME, Corpus, load_corpus, save_corpus
from babyslm.corpora.made.generated import generate_corpus
from babyslm.corpora.made.spoken import speak_corpus
from babyslm.corpora.made.words_alone import words_alone
from babyslm.evaluation.evaluate import evaluate
from babyslm.files import exclusive
from babyslm.pictures import write_drawing
from babyslm.progress import notice
from babyslm.results.console import as_object, as_text
from babyslm.results.pages.breakdowns import interval_text
from babyslm.results.pages.comparison import comparison_page
from babyslm.results.pages.page import percent
from babyslm.results.result import Result
from babyslm.seeds import derive
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.training.recipe import load_recipe
from babyslm.training.train import train

__all__ = ["Demo", "run_demo"]

LANGUAGE = "en"
READER = "demo-phone-lstm"
HEARER = "demo-mfcc-lstm"

UP_TO = "18-24"
"""Oldest age band of the words in test and training: few words, so that each occurs several times."""

WORDS, PER_WORD, PAIRS, VOICES = 400, 4, 480, 5
"""Size of the test set: words, non-words per word, minimal pairs, voices of dev and test together."""

SENTENCES, SENTENCE_TIMES, WORD_TIMES = 2_000, 1, 8
"""Size of the training data: sentences, repetitions of each sentence, repetitions of each word in isolation."""


@dataclass(frozen=True)
class Demo:
    """Results of the demo.

    :param results: reader and hearer on the test split.
    :param report: page that compares them.
    :param steps: duration of each step in seconds.
    """

    results: tuple[Result, ...]
    report: Path
    steps: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the results for `--json`."""
        return {
            "report": str(self.report),
            "seconds": {name: round(seconds, 1) for name, seconds in self.steps.items()},
            "results": [as_object(result) for result in self.results],
        }

    def as_text(self, *, verbose: bool = False) -> str:
        """Return a table of accuracies with their intervals, one line per learner and task, and where the report is.

        :param verbose: also the figures by phenomenon and voice, and the seconds of each step.
        """
        lines = [_row("learner", "task", "accuracy", "95 % interval")]
        for result in self.results:
            whole = result.headline()
            lines += [
                _row(result.name, row["task"], percent(row["accuracy"]), interval_text(row["low"], row["high"]))
                for row in whole[whole["measure"] == "accuracy"].to_dict("records")
            ]
        seconds = f"{sum(self.steps.values()):.0f} s"
        if verbose:
            seconds += ": " + ", ".join(f"{name} {step:.0f} s" for name, step in self.steps.items())
            lines = [*(f"{as_text(result)}\n" for result in self.results), *lines]
        lines += ["A learner that guesses scores 50 %.", seconds]
        written = self.report.is_file()
        return "\n".join(
            [*lines, f"report: {self.report}" if written else f"results: {self.report.parent / 'results'}"]
        )


def _row(learner: str, task: str, accuracy: str, interval: str) -> str:
    return f"{learner:<18}{task:<12}{accuracy:>9}   {interval}"


class _Clock:
    """Measures the duration of the steps and reports their completion."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self.last = time.perf_counter()

    def done(self, name: str, what: str) -> None:
        now = time.perf_counter()
        self.steps[name], self.last = now - self.last, now
        notice(f"{what} ({self.steps[name]:.0f} s)")


def run_demo(out: Path, *, seed: int = 0, workers: int = 0, verbose: bool = False) -> Demo:
    """Build, train, evaluate and report, without network and external data; resumes after an interruption.

    :param out: output folder.
    :param seed: seed of stimuli, sentences, speech and training.
    :param workers: processes of the synthesis; 0: one per core.
    :param verbose: print the whole record of each training.
    """
    processes = workers or os.cpu_count() or 1
    clock = _Clock()
    with exclusive(out):
        built = build_stimuli(
            out / "stimuli",
            language=LANGUAGE,
            up_to=UP_TO,
            words=WORDS,
            per_word=PER_WORD,
            pairs=PAIRS,
            voices=VOICES,
            seed=seed,
            workers=processes,
        )
        clock.done("stimuli", f"test set: {out / 'stimuli'}")
        read, heard = _corpora(out, built.stimuli, seed, processes)
        clock.done("corpora", f"corpora: {read.words:,} words to read, {heard.hours or 0:.1f} h to hear")
        recipes = {
            name: load_recipe(name, [f"corpus={out / corpus}", f"seed={seed}"])
            for name, corpus in ((READER, "read"), (HEARER, "heard"))
        }
        for name, recipe in recipes.items():
            record = train(recipe, out / "learners" / name)
            clock.done(name, record.as_text() if verbose else f"learner: {out / 'learners' / name}")
        results = tuple(
            evaluate(str(out / "learners" / name), built.stimuli, split="test", out=out / "results" / name)
            for name in recipes
        )
        clock.done("evaluation", f"results: {out / 'results'}")
        report = out / "report.html"
        title = "What have these two learners learned?"
        write_drawing(report, lambda: comparison_page(results, title=title, notes=_notes(read, heard)))
        clock.done("report", f"report: {report}")
    return Demo(results, report, clock.steps)


def _corpora(out: Path, stimuli: StimulusSet, seed: int, workers: int) -> tuple[Corpus, Corpus]:
    """Create the text and the speech corpus: the same utterances, none of them a sentence of the test set."""
    tested = {
        sentence for table in stimuli if table.task == "syntactic" for sentence in table.rows["transcription"].unique()
    }
    lexicon = load_lexicon(language=LANGUAGE).up_to(UP_TO)
    made = {
        SENTENCE_TIMES: generate_corpus(
            LANGUAGE, seed=derive(seed, "corpus"), count=SENTENCES, exclude=tested, lexicon=lexicon
        ),
        WORD_TIMES: words_alone(lexicon),
    }
    rows = pd.concat([corpus.utterances for times, corpus in made.items() for _ in range(times)], ignore_index=True)
    read = save_corpus(
        rows,
        out / "read",
        name="read",
        language=LANGUAGE,
        licence="Apache-2.0",
        sources=["the grammar of child-directed sentences", f"child-{LANGUAGE}.tsv, each word alone"],
        settings={"sentences": SENTENCES, "sentence_times": SENTENCE_TIMES, "word_times": WORD_TIMES, "seed": seed},
    )
    if (out / "heard" / CARD_NAME).is_file():
        return read, load_corpus(out / "heard")
    voices = choose_voices(LANGUAGE, split="train")
    heard = speak_corpus(
        read, out / "heard", voices, language=LANGUAGE, name="heard", seed=derive(seed, "voices"), workers=workers
    )
    return read, heard


def _notes(read: Corpus, heard: Corpus) -> list[str]:
    speakers = heard.utterances["speaker"].nunique()
    alone = 1 - SENTENCES * SENTENCE_TIMES / len(read.utterances)
    made = (
        f"Both learners were trained on the same {len(read.utterances):,} utterances: {SENTENCES:,} sentences from a "
        "small grammar of child-directed speech, and every word of a lexicon for children up to two years, spoken in "
        f"isolation {WORD_TIMES} times. {alone:.0%} of the utterances are isolated words; in speech to real children "
        "the share is about 10 %. On sentences alone the hearer learns far less in so short a time."
    )
    how = (
        f"The reader ({READER}) was trained on their phones. The hearer ({HEARER}) was trained on "
        f"{heard.hours or 0:.1f} hours of sound, spoken by {speakers} synthetic voices; it never saw a phone or a "
        "letter."
    )
    apart = (
        "No sentence of the test set occurs in the training data, and training and test use different voices. The "
        "words of the lexical test occur in the training data, its non-words do not."
    )
    toys = "Both learners are toys, trained in minutes on a CPU: the figures only show that the software works."
    return [made, how, apart, toys]
