"""Algorithms of exact and fast scoring: batches, prefix trees, pseudo-log-likelihood, the vocabulary head.

Input: token sequences and a torch module. Output: log-probabilities in nats. Stimuli and files are unknown here.
"""
