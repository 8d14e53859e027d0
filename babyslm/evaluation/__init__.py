"""Evaluation of a learner on stimuli: resumable shards, worker pools, revisions, prompted choices, word surprisal.

Input: a learner and a stimulus set. Output: a `Result`.
"""
