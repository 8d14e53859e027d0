"""Statistics of trials: the official aggregation step by step, summaries, clusters and intervals.

Input: trials. Output: accuracies with counts and intervals.
"""
