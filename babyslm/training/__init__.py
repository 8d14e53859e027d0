"""From a recipe of `baselines/` to a model folder.

Comes in: a recipe and a prepared corpus. Goes out: a model folder with its training record; an interrupted run
resumes from its last checkpoint.
"""
