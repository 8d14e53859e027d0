"""Algorithms of exact, fast scoring: batches, prefix trees, pseudo-log-likelihood, the vocabulary head.

Comes in: token sequences and a torch module. Goes out: log-probabilities in nats. Nothing here knows of stimuli or
files.
"""
