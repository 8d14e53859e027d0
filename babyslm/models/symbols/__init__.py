"""Learners over sequences of symbols: vocabulary, sequences, and the LSTM over phones, characters, pieces or units.

Input: stimuli, or sequences of units. Output: log-probabilities of symbols.
"""
