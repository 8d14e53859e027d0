"""Learners over sequences of symbols: vocabulary, sequences, and the LSTM over phones, characters, pieces or units.

Comes in: stimuli, or sequences of units. Goes out: log-probabilities of symbols.
"""
