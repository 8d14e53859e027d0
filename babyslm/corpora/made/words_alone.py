"""Words said alone, as children hear many of them when things are given their names."""

import pandas as pd

from babyslm.corpora.corpus import Corpus, as_table
from babyslm.stimuli.words.lexicon import Lexicon

__all__ = ["words_alone"]


def words_alone(lexicon: Lexicon, *, times: int = 1) -> Corpus:
    """Return a corpus in memory in which each word of a lexicon is an utterance of its own.

    Words that sound alike are one word.

    :param lexicon: the words.
    :param times: how often each is said; default 1.
    """
    words = lexicon.words()
    once = pd.DataFrame({"text": words["word"], "phones": words["phones"], "source": "words alone"})
    return Corpus(as_table(pd.concat([once] * times, ignore_index=True)))
