"""Calibration data and what passes between two blocks: batches, activations, statistics, perplexity.

Comes in: texts or sounds, and a network. Goes out: batches, and activations in memory or on disk.
"""
