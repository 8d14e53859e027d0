"""How likely the grammatical sentences of syntactic sets are under a word n-gram of child-directed speech.

    python -m experiments.text.plausibility --corpus utterances.parquet SET [SET ...]

The n-gram is trained on nine tenths of the utterances. Each sentence's log-probability per word (its end included) is
compared with the median of the held-out utterances of the same length. *rank* is the percentage of those utterances
that are less likely than the sentence; the median rank of the utterances themselves is 50.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from babyslm.models.ngram.model import NgramLanguageModel
from babyslm.models.symbols.vocabulary import Vocabulary, normalise
from babyslm.stimuli.load import load_stimuli
from babyslm.training.text.lines import read_lines

BLOCK = 100
"""Utterances in a row that are held out together: neighbours repeat each other."""
FOLDS = 10
FEWEST = 50
"""Held-out utterances of a length, below which sentences of that length are not compared."""


def per_word(model: NgramLanguageModel, lines: Sequence[str]) -> pd.DataFrame:
    """Return the words and the log-probability per word, in nats, of each line.

    :param model: a model of words.
    :param lines: normalised sentences.
    """
    sequences = [tuple(sequence) for sequence in model.vocabulary.encode(list(lines))]
    words = np.array([len(sequence) for sequence in sequences])
    return pd.DataFrame({"words": words, "nats": model.score_distinct(sequences) / (words + 1)})


def compare(sentences: pd.DataFrame, heard: pd.DataFrame) -> pd.DataFrame:
    """Compare sentences with utterances of their length.

    :param sentences: columns `words, nats`, as `per_word` returns them.
    :param heard: the same of the held-out utterances.
    :return: the sentences whose length enough utterances have, with `difference` (nats per word, from the median of
        these utterances) and `rank` (percentage of them that are less likely).
    """
    known = {
        length: np.sort(group.to_numpy()) for length, group in heard.groupby("words")["nats"] if len(group) >= FEWEST
    }
    kept = sentences[sentences["words"].isin(known.keys())].copy()
    pairs = list(zip(kept["words"], kept["nats"], strict=True))
    kept["difference"] = [nats - float(np.median(known[length])) for length, nats in pairs]
    kept["rank"] = [100 * float(np.searchsorted(known[length], nats)) / len(known[length]) for length, nats in pairs]
    return kept


def measure(folder: Path, model: NgramLanguageModel, heard: pd.DataFrame) -> pd.DataFrame:
    """Return the medians of a set's test sentences by phenomenon, and of all of them.

    :param folder: a set with a syntactic test table.
    :param model: the n-gram.
    :param heard: the held-out utterances, as `per_word` returns them.
    """
    rows = load_stimuli(folder)["syntactic", "test"].rows
    rows = rows[rows["correct"] == 1].drop_duplicates("transcription")
    lines = [normalise(text) for text in rows["transcription"]]
    compared = compare(per_word(model, lines).assign(type=list(rows["type"])), heard)
    whole = compared.assign(type="all")
    medians = pd.concat([compared, whole]).groupby("type")[["nats", "difference", "rank"]].median()
    return medians.assign(sentences=pd.concat([compared, whole])["type"].value_counts())


def main() -> None:
    """Measure each set and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--corpus", type=Path, required=True, help="utterances, in any form that recipes take")
    parser.add_argument("--order", type=int, default=3)
    options = parser.parse_args()
    lines = list(map(normalise, read_lines(options.corpus, "words").lines))
    held_out = [place // BLOCK % FOLDS == 0 for place in range(len(lines))]
    training = [line for line, held in zip(lines, held_out, strict=True) if not held]
    vocabulary = Vocabulary.build(training, "words")
    model = NgramLanguageModel.train(
        vocabulary.encode(training), vocabulary, order=options.order, smoothing="kneser-ney"
    )
    heard = per_word(model, [line for line, held in zip(lines, held_out, strict=True) if held])
    found = {str(folder): measure(folder, model, heard).round(2).to_dict("index") for folder in options.sets}
    print(
        json.dumps(
            {"order": options.order, "training": len(training), "held_out": len(heard), "sets": found}, indent=1
        )
    )


if __name__ == "__main__":
    main()
