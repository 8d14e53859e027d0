"""From nothing to two scored learners: a small test set with sound, a reader of phones and a hearer, side by side."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyslm.build import build_stimuli
from babyslm.corpora.corpus import CARD_NAME, Corpus, load_corpus
from babyslm.corpora.generated import generate_sentences
from babyslm.corpora.spoken import speak_corpus, written_corpus
from babyslm.evaluation.evaluate import evaluate
from babyslm.files import exclusive
from babyslm.progress import notice
from babyslm.results.comparison import comparison_report
from babyslm.results.console import as_object, as_text
from babyslm.results.result import Result
from babyslm.seeds import derive
from babyslm.speech.voices import choose_voices
from babyslm.stimuli.lexicon import load_lexicon
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.training.recipe import load_recipe
from babyslm.training.train import train

__all__ = ["Demo", "run_demo"]

LANGUAGE = "en"
READER = "demo-phone-lstm"
HEARER = "demo-mfcc-lstm"

UP_TO = "24-36"
"""Oldest age band of the words, in the test and in the sentences: so few words that each is heard several times."""

WORDS, PER_WORD, PAIRS, VOICES = 200, 4, 480, 5
"""Size of the test set: words, non-words a word, minimal pairs, voices of dev and test together."""

READ_SENTENCES, HEARD_SENTENCES = 24_000, 6_000
"""Sentences the reader and the hearer are trained on; the hearer's are the first of the reader's."""


@dataclass(frozen=True)
class Demo:
    """What the demo gave.

    :param results: reader and hearer on the test split.
    :param report: the page that sets them side by side.
    :param steps: seconds each step took.
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

    def as_text(self) -> str:
        """Return the results for people."""
        parts = [as_text(result) for result in self.results]
        seconds = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.steps.items())
        return "\n\n".join([*parts, f"{sum(self.steps.values()):.0f} s: {seconds}", f"report: {self.report}"])


class _Clock:
    """Times the steps and tells what is going on."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self.last = time.perf_counter()

    def done(self, name: str, what: str) -> None:
        now = time.perf_counter()
        self.steps[name], self.last = now - self.last, now
        notice(f"{what} ({self.steps[name]:.0f} s)")


def run_demo(out: Path, *, seed: int = 0, workers: int = 0) -> Demo:
    """Build, train, evaluate and report, without network or outside data. A stopped demo goes on where it stopped.

    :param out: folder of everything.
    :param seed: seed of stimuli, sentences, speech and training.
    :param workers: processes of the synthesis; 0: one a core.
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
            clock.done(name, record.as_text())
        results = tuple(
            evaluate(str(out / "learners" / name), built.stimuli, split="test", out=out / "results" / name)
            for name in recipes
        )
        clock.done("evaluation", f"results: {out / 'results'}")
        report = out / "report.html"
        comparison_report(results, report, title="What have these two learners learned?", notes=_notes(read, heard))
        clock.done("report", f"report: {report}")
    return Demo(results, report, clock.steps)


def _corpora(out: Path, stimuli: StimulusSet, seed: int, workers: int) -> tuple[Corpus, Corpus]:
    """Generate what is read, and speak a part of it; neither holds a sentence of the test set."""
    tested = {
        sentence for table in stimuli if table.task == "syntactic" for sentence in table.rows["transcription"].unique()
    }
    sentences = generate_sentences(
        LANGUAGE,
        seed=derive(seed, "corpus"),
        count=READ_SENTENCES,
        exclude=tested,
        lexicon=load_lexicon(language=LANGUAGE).up_to(UP_TO),
    )
    read = written_corpus(
        sentences, out / "read", name="read", language=LANGUAGE, sources=["the grammar of child-directed sentences"]
    )
    if (out / "heard" / CARD_NAME).is_file():
        return read, load_corpus(out / "heard")
    first = Corpus(read.utterances.head(HEARD_SENTENCES), read.folder, read.card)
    voices = choose_voices(LANGUAGE, split="train")
    heard = speak_corpus(
        first, out / "heard", voices, language=LANGUAGE, name="heard", seed=derive(seed, "voices"), workers=workers
    )
    return read, heard


def _notes(read: Corpus, heard: Corpus) -> list[str]:
    speakers = heard.utterances["speaker"].nunique()
    reading = (
        f"The reader ({READER}) was trained on the phones of {len(read.utterances):,} sentences, "
        f"{read.words:,} words, that a small grammar of child-directed speech made."
    )
    hearing = (
        f"The hearer ({HEARER}) was trained on {heard.hours or 0:.1f} hours of sound: {len(heard.utterances):,} of "
        f"the same sentences, spoken by {speakers} synthetic voices. It never saw a phone or a letter."
    )
    apart = (
        "Neither met a sentence of the test set, and the voices of the test are not among those of the training. The "
        "words of the lexical test occur in the sentences; the non-words do not."
    )
    toys = "Both are toys trained in minutes on a laptop's processor: read the figures as a check of the machinery."
    return [reading, hearing, apart, toys]
