"""Corpora that the project makes itself: sentences of a grammar, and written corpora spoken by synthetic voices.

Comes in: `datasets/corpora/`, a lexicon, voices. Goes out: corpora of the same form as any other.
"""
