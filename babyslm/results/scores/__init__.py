"""Scores and trials as tables: one row a stimulus, one row a pair.

Comes in: a learner's scores, or official score files. Goes out: tables joined to stimuli by name and id.
"""
