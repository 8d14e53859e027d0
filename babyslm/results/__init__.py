"""Results: official aggregation, statistics, the result record, reports and comparisons.

Input: scores of stimuli. Output: a `Result`, and a result folder (`result.json`, scores, trials, report).
"""
