"""Results: official aggregation, statistics, the result record, reports and comparisons.

Comes in: scores of stimuli. Goes out: a `Result`, and a result folder (`result.json`, scores, trials, report).
"""
