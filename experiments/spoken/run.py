"""Spoken learners on child-directed speech, clean and in the wild: the whole experiment, from text to result.

    python -m experiments.spoken.run --corpus utterances.parquet --out runs/

synthesises the corpus in the training voices, clean and in the wild, builds a test set in voices that are not used in
training, and trains and evaluates every learner. An interrupted run resumes.

| file in `--out` | content |
| --- | --- |
| `spoken.json` | all figures, rewritten after each learner |
| `spoken.md` | the tables of the same figures; with the JSON recorded in `baselines/results/` |
| `report.html` | page that compares the finished learners |
| `stimuli/`, corpora, models, `results/TITLE/CONDITION/` | test set, speech, learners, one result per condition |
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from babyslm.commands.build import build_stimuli
from babyslm.corpora.childes.prepare import prepare_childes
from babyslm.corpora.corpus import CARD_NAME, Corpus, load_corpus, save_corpus
from babyslm.corpora.made.spoken import speak_corpus
from babyslm.corpora.made.words_alone import words_alone
from babyslm.evaluation.evaluate import evaluate
from babyslm.files import sha256_file
from babyslm.results.console import as_text
from babyslm.results.outcomes.record import RECORD_NAME
from babyslm.results.result import Result, load_result
from babyslm.seeds import derive, generator
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.phones.pronunciation import tokenize
from babyslm.stimuli.stimulus import Task
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.training.recipe import load_recipe
from babyslm.training.train import train
from experiments.spoken.record import write_record

LANGUAGE = "en"
WILD = ("home", "daycare", "far-field", "reverberant")
RATIOS = ("snr20", "snr15", "snr10", "snr5", "snr0", "snr-5")
UP_TO = "18-24"
HEARD_IN = ("home", "daycare", *RATIOS)


def make_stimuli(out: Path, *, words: int, per_word: int, pairs: int, voices: int, seed: int) -> StimulusSet:
    """Build the test set, or load it if it is complete."""
    if (out / CARD_NAME).is_file():
        return load_stimuli(out)
    return build_stimuli(
        out,
        language=LANGUAGE,
        up_to=UP_TO,
        words=words,
        per_word=per_word,
        pairs=pairs,
        voices=voices,
        seed=seed,
        conditions=HEARD_IN,
        workers=1,
    ).stimuli


def running_text(source: Path, out: Path, stimuli: StimulusSet, *, utterances: int, seed: int) -> Corpus:
    """Draw utterances of adults in random order, without sentences of the test set."""
    if (out / CARD_NAME).is_file():
        return load_corpus(out)
    whole = out.parent / "prepared"
    if not (whole / CARD_NAME).is_file():
        prepare_childes(source, whole, language=LANGUAGE)
    rows = load_corpus(whole).utterances
    tested = {
        " ".join(tokenize(sentence))
        for table in stimuli
        if table.task == "syntactic"
        for sentence in table.rows["transcription"].unique()
    }
    apart = rows[~rows["text"].map(lambda text: " ".join(tokenize(text))).isin(tested)]
    order = generator(seed, "utterances of the experiment").permutation(len(apart))[:utterances]
    return save_corpus(
        apart.iloc[order],
        out,
        name="read",
        language=LANGUAGE,
        licence="terms of CHILDES",
        sources=[f"{source.name} (sha256 {sha256_file(source)})"],
        settings={"utterances": utterances, "seed": seed, "left out as tested": len(rows) - len(apart)},
    )


def names_text(out: Path, *, times: int) -> Corpus:
    """Write every word of the lexicon in isolation, as when objects are named."""
    if (out / CARD_NAME).is_file():
        return load_corpus(out)
    alone = words_alone(load_lexicon(language=LANGUAGE).up_to(UP_TO), times=times)
    source = f"child-{LANGUAGE}.tsv up to {UP_TO} months"
    return save_corpus(alone.utterances, out, name="names", language=LANGUAGE, licence="Apache-2.0", sources=[source])


def spoken(text: Corpus, out: Path, conditions: tuple[str, ...], *, seed: int) -> Corpus:
    """Synthesise a text in the training voices."""
    if (out / CARD_NAME).is_file():
        return load_corpus(out)
    voices = choose_voices(LANGUAGE, split="train")
    return speak_corpus(
        text, out, voices, language=LANGUAGE, name=out.name, seed=derive(seed, "voices"), conditions=conditions
    )


def joined(parts: tuple[Corpus, ...], out: Path, *, speech: str) -> Corpus:
    """Concatenate corpora; their sound files stay in place."""
    if (out / CARD_NAME).is_file():
        return load_corpus(out)
    tables = []
    for part in parts:
        assert part.folder is not None
        where = f"../{part.folder.name}/" + part.utterances["audio"]
        tables.append(part.utterances.assign(audio=where))
    licences = {part.card.licence for part in parts if part.card}
    return save_corpus(
        pd.concat(tables, ignore_index=True),
        out,
        name=out.name,
        language=LANGUAGE,
        licence="; ".join(sorted(licences)),
        sources=[str(part.folder.name) for part in parts if part.folder],
        speech=speech,
    )


def make_corpora(source: Path, out: Path, stimuli: StimulusSet, *, utterances: int, times: int, seed: int) -> None:
    """Make both diets as text, as clean speech and as speech in the wild."""
    running = running_text(source, out / "read", stimuli, utterances=utterances, seed=seed)
    names = names_text(out / "names", times=times)
    joined((running, names), out / "read-named", speech="none")
    for name, conditions, speech in (("clean", (), "clean"), ("wild", WILD, "in-the-wild")):
        parts = (
            spoken(running, out / name, conditions, seed=seed),
            spoken(names, out / f"names-{name}", conditions, seed=derive(seed, "names")),
        )
        whole = joined(parts, out / f"{name}-named", speech=speech)
        print(name, parts[0].hours, whole.hours, flush=True)


@dataclass(frozen=True)
class Learner:
    """One learner of the experiment.

    :param recipe: a shipped recipe.
    :param heard: clean, wild, or read for a text learner.
    :param hours: hours of training speech; None for all.
    :param settings: overrides of the recipe.
    :param tested: conditions of the test.
    """

    recipe: str
    heard: str
    hours: float | None = None
    settings: tuple[str, ...] = ()
    tested: tuple[str, ...] = ("clean",)

    @property
    def title(self) -> str:
        """Name of the learner, for its folder and its row."""
        amount = f"-{self.hours:g}h" if self.hours else ""
        names = [setting.removeprefix("name=") for setting in self.settings if setting.startswith("name=")]
        return f"{names[0] if names else self.recipe}-{self.heard}{amount}"

    @property
    def hears(self) -> bool:
        """Whether it is trained on sound; the recipe may synthesise a text itself."""
        return not self.recipe.startswith("phone")

    @property
    def told(self) -> str:
        """Description of its training data in the tables."""
        return self.heard.replace("read", "own speech") if self.hears else self.heard

    @property
    def command(self) -> str:
        """Command that trains it alone."""
        amount = [f"hours={self.hours:g}"] if self.hours else []
        told = [f"corpus={self.heard.upper()}", *amount, *self.settings]
        return f"babyslm train {self.recipe} --out MODEL" + "".join(f" --set '{each}'" for each in told)


EVERYWHERE = ("clean", *HEARD_IN)
TWO = ("clean", "home")
HOURS = (0.5, 1.0, 2.0, 4.0)
LONGER = ("warps=[1.0, 0.88, 1.13]", "loop.updates=7000")
FINE = ("name=mfcc-5gram-fine", "units.penalty=1.0", "units.projection.max_seconds=1.05")
COUNTED = ("name=hubert-5gram-tiny", "loop=null", "order=5")

LEARNERS = (
    Learner("mfcc-5gram", "clean-named", tested=EVERYWHERE),
    *(Learner("phone-5gram", read) for read in ("read-named", "read")),
    Learner("mfcc-5gram", "wild-named", tested=EVERYWHERE),
    Learner("hubert-lstm-tiny", "clean-named", settings=COUNTED, tested=TWO),
    *(Learner("mfcc-5gram", "clean-named", hours=hours) for hours in HOURS[::-1]),
    Learner("hubert-lstm-tiny", "read-named", tested=TWO),
    Learner("mfcc-lstm", "clean-named", settings=LONGER, tested=TWO),
    Learner("hubert-lstm-tiny", "wild-named", settings=COUNTED, tested=TWO),
    Learner("mfcc-lstm", "wild-named", settings=LONGER, tested=TWO),
    *(Learner("mfcc-5gram", "wild-named", hours=hours) for hours in HOURS[::-1]),
    Learner("mfcc-5gram", "wild-named", hours=4.0, settings=FINE, tested=TWO),
    *(Learner("mfcc-5gram", heard, tested=TWO) for heard in ("clean", "wild")),
    Learner("phone-lstm-small", "read-named"),
)
"""Learners in the order of training, the most important first."""


def run(learner: Learner, out: Path, stimuli: StimulusSet, seed: int) -> dict[str, Result]:
    """Train a learner and test it in every condition; finished parts are read again."""
    amount = [f"hours={learner.hours}"] if learner.hours else []
    told = [f"corpus={out / learner.heard}", f"seed={seed}", *amount, *learner.settings]
    folder = out / "learners" / learner.title
    record = train(load_recipe(learner.recipe, told), folder, device="cpu")
    print(record.as_text(), f"{record.seconds:.0f} s", flush=True)
    results = {}
    for condition in learner.tested:
        place = out / "results" / learner.title / condition
        if not (place / RECORD_NAME).is_file():
            asked: Task | None = None if condition == "clean" else "lexical"
            evaluate(str(folder), stimuli, task=asked, split="test", condition=condition, out=place, device="cpu")
        results[condition] = load_result(place)
        print(learner.title, condition, as_text(results[condition]), flush=True)
    return results


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="table of utterances in the form of childes-db")
    parser.add_argument("--out", type=Path, required=True, help="output folder")
    parser.add_argument("--utterances", type=int, default=24_000)
    parser.add_argument("--names", type=int, default=3, help="repetitions of each isolated word of the lexicon")
    parser.add_argument("--only", nargs="*", default=[], help="titles of learners, such as mfcc-5gram-clean")
    parser.add_argument("--note", default="", help="a sentence on the circumstances, such as other load")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    out, seed = options.out, options.seed
    stimuli = make_stimuli(out / "stimuli", words=400, per_word=4, pairs=360, voices=5, seed=seed)
    make_corpora(options.corpus, out, stimuli, utterances=options.utterances, times=options.names, seed=seed)
    for learner in LEARNERS:
        if not options.only or learner.title in options.only:
            run(learner, out, stimuli, seed)
            write_record(LEARNERS, out, note=options.note, seed=seed, times=options.names, wild=WILD)


if __name__ == "__main__":
    main()
