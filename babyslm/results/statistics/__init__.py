"""Figures from trials: the official aggregation step by step, summaries, bootstrap intervals.

Comes in: trials. Goes out: accuracies with counts and intervals.
"""
