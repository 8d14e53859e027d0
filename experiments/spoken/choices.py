"""Choice of settings for the spoken experiment, on words, voices and scenes that do not occur in its test.

    python -m experiments.spoken.choices --runs RUNS --out DIR [--set encoder.top_db=30] [--heard clean wild]

RUNS is a folder of `experiments.spoken.run`. A front end and its units are learned from the isolated words and 0.3 h
of the running speech of `clean-named` and of `wild-named`, and evaluated by two measures:

* Same-different: are the units of a word the same in other voices and places? Tokens of isolated words by the training
  voices are compared pairwise, by edit distance divided by the longer length. The measure is the average precision in
  separating pairs of the same word from pairs of different words (Carlin et al. 2011), without pairs of one voice.
  With `--scenes` the clean tokens are encoded in one preset after another, to find the conditions that cause errors.
* 5-grams: units are learned from one of the corpora and counts from one of them. The measure is accuracy in the dev
  voices on words that are in no test, clean and in three newly drawn conditions.

| output | content |
| --- | --- |
| standard output | one JSON line per measure; the figures are recorded in `baselines/results/spoken-wild.md` |
| folder `--out` | the dev stimuli |
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from babyslm.evaluation.evaluate import evaluate
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.ngram.model import NgramLanguageModel
from babyslm.models.spoken import SpokenLanguageModel, encode_units
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.models.units.codebook import Codebook, Units
from babyslm.seeds import derive, generator
from babyslm.speech.audio import Samples
from babyslm.speech.conditions.condition import Surroundings
from babyslm.speech.conditions.conditioned import condition_table
from babyslm.speech.speak import speak_table
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.card import CARD_NAME, StimulusCard
from babyslm.stimuli.lexical.build import build_lexical
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.official import save_official
from babyslm.stimuli.stimulus_set import CONDITIONS, StimulusSet, StimulusTable
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.training.recipe import load_recipe
from babyslm.training.speech.utterances import SpokenUtterances, read_utterances
from babyslm.training.spoken import SpokenRecipe
from babyslm.training.units.learn import learn_codebook

LANGUAGE, UP_TO = "en", "18-24"
HEARD_IN = ("home", "daycare", "snr10")
SCENES = ("reverberant", "snr20", "snr10", "snr5", "home", "daycare", "far-field")
SPEECH = ("clean", "wild")
WORDS = 500
"""Number of words whose tokens are compared."""


def choice_stimuli(tested: StimulusSet, out: Path, *, seed: int) -> StimulusSet:
    """Build words and non-words that are in no test set, in the dev voices, or load them if they are complete."""
    if (out / CARD_NAME).is_file():
        return load_stimuli(out)
    rows = tested["lexical", "test"].rows
    words, others = (set(rows.loc[rows["correct"] == correct, "phones"]) for correct in (1, 0))
    lexicon = load_lexicon(language=LANGUAGE)
    targets = frozenset(lexicon.up_to(UP_TO).words()["phones"]) - words
    chosen = derive(seed, "choices")
    build = build_lexical(
        lexicon, language=LANGUAGE, seed=chosen, per_word=4, targets=targets, known=others, split={"dev": 1.0}
    )
    folder = out / "lexical" / "dev"
    voices = choose_voices(LANGUAGE, split="dev")
    table = StimulusTable("lexical", "dev", speak_table(build.tables["dev"], "lexical", folder, voices), folder)
    scenes = [Surroundings.find(name, LANGUAGE, seed=derive(seed, "conditions")) for name in HEARD_IN]
    for surroundings in scenes:
        condition_table(table, folder / CONDITIONS / surroundings.condition.name, surroundings)
    card = StimulusCard(
        name="choices",
        version="1",
        language=LANGUAGE,
        licence="Apache-2.0",
        sources=[f"child-{LANGUAGE}.tsv", "voices of espeak-ng"],
        generator={"seed": seed, "voices": [voice.name for voice in voices], "conditions": list(HEARD_IN)},
        audit=build.figures,
    )
    made = StimulusSet(card.name, {("lexical", "dev"): table}, card, out)
    save_official(made, out, card)
    return made


def is_alone(corpus: SpokenUtterances) -> NDArray[np.bool_]:
    """Return which utterances are isolated words of the lexicon."""
    found: NDArray[np.bool_] = (corpus.rows["source"] == "words alone").to_numpy(dtype=bool)
    return found


def diet(corpus: SpokenUtterances, clean: SpokenUtterances, hours: float, seed: int) -> SpokenUtterances:
    """Draw the isolated words, and other utterances with this many hours in clean speech."""
    alone = is_alone(clean)
    order = generator(seed, "choices").permutation(np.flatnonzero(~alone))
    before = np.cumsum(clean.seconds[order]) - clean.seconds[order]
    return corpus.chosen(np.sort(np.concatenate([np.flatnonzero(alone), order[before < hours * 3600]])))


class Tokens(NamedTuple):
    """Units of isolated words."""

    units: list[Units]
    words: NDArray[np.object_]
    speakers: NDArray[np.int64]


def tokens(
    corpus: SpokenUtterances, encoder: Encoder, codebook: Codebook, seed: int, scene: Surroundings | None = None
) -> Tokens:
    """Return the units of all tokens of some words, the same words in every corpus.

    :param scene: acoustic condition to apply; None for the sound as it is.
    """
    alone = corpus.chosen(np.flatnonzero(is_alone(corpus)))
    words = alone.rows["phones"].to_numpy(dtype=object)
    drawn = generator(seed, "types").permutation(np.unique(words.astype(str)))[:WORDS]
    chosen = alone.chosen(np.flatnonzero(np.isin(words.astype(str), drawn)))
    numbers: list[int] = []

    def sounds() -> Iterator[Samples]:
        for number, waveform in chosen.waveforms(range(len(chosen))):
            numbers.append(number)
            yield (scene.apply(waveform, str(number)) / 32768).astype(np.float32) if scene else waveform

    heard = [units[0] for units in encode_units(sounds(), [encoder], codebook)]
    order = np.array(numbers)
    return Tokens(heard, chosen.rows["phones"].to_numpy(dtype=object)[order], chosen.speakers[order])


def same_different(first: Tokens, second: Tokens) -> float:
    """Return the average precision in separating pairs of the same word, by two voices, by edit distance."""
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist
    from sklearn.metrics import average_precision_score

    texts = [["".join(chr(0x4E00 + unit) for unit in units) for units in each.units] for each in (first, second)]
    distances = cdist(*texts, scorer=Levenshtein.normalized_distance, dtype=np.float32)
    other = first.speakers[:, None] != second.speakers[None]
    same = first.words[:, None] == second.words[None]
    return float(average_precision_score(same[other].astype(bool), -distances[other]))


def counted(
    corpus: SpokenUtterances, encoder: Encoder, codebook: Codebook, recipe: SpokenRecipe
) -> SpokenLanguageModel:
    """Count the n-grams of units of a corpus, encoded without warps."""
    vocabulary = Vocabulary.of_units(codebook.size)
    sounds = (sound for _, sound in corpus.recordings(range(len(corpus))))
    heard = [vocabulary.encode_units(units[0].tolist()) for units in encode_units(sounds, [encoder], codebook)]
    model = NgramLanguageModel.train(heard, vocabulary, order=recipe.order or 5, name=recipe.name)
    return SpokenLanguageModel(encoder, codebook, model, cache=False)


def accuracies(model: SpokenLanguageModel, stimuli: StimulusSet) -> dict[str, list[float]]:
    """Return accuracy and interval in each condition."""
    found = {}
    for condition in ("clean", *HEARD_IN):
        rows = evaluate(model, stimuli, task="lexical", split="dev", condition=condition).headline()
        row = rows[rows["measure"] == "accuracy"].iloc[0]
        found[condition] = [round(float(row[key]), 3) for key in ("accuracy", "low", "high")]
    return found


def main() -> None:
    """Compute both measures, with one JSON line for each result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, required=True, help="folder of experiments.spoken.run")
    parser.add_argument("--out", type=Path, required=True, help="folder of the dev stimuli")
    parser.add_argument("--recipe", default="mfcc-5gram")
    parser.add_argument("--set", action="append", default=[], help="override, as in babyslm train")
    parser.add_argument("--heard", nargs="*", choices=SPEECH, default=SPEECH, help="corpora to learn units from")
    parser.add_argument("--hours", type=float, default=0.3, help="hours of running speech")
    parser.add_argument("--scenes", action="store_true", help="also encode the tokens in presets")
    parser.add_argument("--words-only", action="store_true", help="leave out the 5-grams")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    stimuli = choice_stimuli(load_stimuli(options.runs / "stimuli"), options.out, seed=options.seed + 1)
    whole = {name: read_utterances(options.runs / f"{name}-named") for name in SPEECH}
    heard = {name: diet(whole[name], whole["clean"], options.hours, options.seed) for name in SPEECH}
    recipe = load_recipe(options.recipe, [f"corpus={options.runs}", *options.set])
    assert isinstance(recipe, SpokenRecipe)
    encoder = make_encoder(recipe.encoder, device="cpu")
    for name in options.heard:
        start = time.process_time()
        codebook = learn_codebook(heard[name], encoder, recipe.units, seed=options.seed, device="cpu")
        said = {each: tokens(whole[each], encoder, codebook, options.seed) for each in SPEECH}
        told: dict[str, Any] = {"set": options.set, "units": name}
        told["same_different"] = {
            f"{one} {other}": round(same_different(said[one], said[other]), 4)
            for one, other in (("clean", "clean"), ("wild", "wild"), ("clean", "wild"))
        }
        print(json.dumps(told | {"cpu_seconds": round(time.process_time() - start)}), flush=True)
        for scene in SCENES if options.scenes else ():
            surroundings = Surroundings.find(scene, LANGUAGE, seed=derive(options.seed, "scenes"))
            surroundings.prepare()
            there = tokens(whole["clean"], encoder, codebook, options.seed, surroundings)
            found = {"within": same_different(there, there), "to clean": same_different(there, said["clean"])}
            print(json.dumps({"set": options.set, "units": name, "scene": scene} | found), flush=True)
        for source in () if options.words_only else SPEECH:
            figures = accuracies(counted(heard[source], encoder, codebook, recipe), stimuli)
            print(json.dumps({"set": options.set, "units": name, "counts": source, "lexical": figures}), flush=True)
    print(f"{len(stimuli['lexical', 'dev'].pairs['id'].unique())} pairs", file=sys.stderr)


if __name__ == "__main__":
    main()
