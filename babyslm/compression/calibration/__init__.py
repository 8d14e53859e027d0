"""Calibration data and activations between blocks: batches, activations, statistics, perplexity.

Input: texts or sounds, and a network. Output: batches, and activations in memory or on disk.
"""
