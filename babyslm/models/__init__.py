"""Learners behind one protocol: `score(stimuli)` gives log-probabilities in nats and numbers of symbols.

Comes in: a model specification (folder, hub id, `module:object`). Goes out: a learner that is ready to score.
"""
