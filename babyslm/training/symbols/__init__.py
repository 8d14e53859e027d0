"""Training of language models over symbols: n-grams and LSTMs over phones, characters, pieces or units.

Comes in: sequences of symbols. Goes out: a model folder.
"""
