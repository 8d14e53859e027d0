"""Training of language models over symbols: n-grams and LSTMs over phones, characters, pieces or units.

Input: sequences of symbols. Output: a model folder.
"""
