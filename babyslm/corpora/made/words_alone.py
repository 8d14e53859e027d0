"""Isolated words, a frequent utterance type in child-directed speech."""

import pandas as pd

from babyslm.corpora.corpus import Corpus, as_table
from babyslm.stimuli.words.lexicon import Lexicon

__all__ = ["words_alone"]


def words_alone(lexicon: Lexicon, *, times: int = 1) -> Corpus:
    """Return a corpus in memory in which each word of a lexicon is a separate utterance.

    Homophones count as one word.

    :param lexicon: the words.
    :param times: number of repetitions of each word; default 1.
    """
    words = lexicon.words()
    once = pd.DataFrame({"text": words["word"], "phones": words["phones"], "source": "words alone"})
    return Corpus(as_table(pd.concat([once] * times, ignore_index=True)))
