"""Learners behind one protocol: `score(stimuli)` gives log-probabilities in nats and numbers of symbols.

Input: a model specification (folder, hub id, `module:object`). Output: a learner that is ready to score.
"""
