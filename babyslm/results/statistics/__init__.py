"""Statistics of trials: the official aggregation step by step, summaries, bootstrap intervals.

Input: trials. Output: accuracies with counts and intervals.
"""
