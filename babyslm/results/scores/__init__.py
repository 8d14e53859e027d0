"""Scores and trials as tables: one row per stimulus, one row per pair.

Input: a learner's scores, or official score files. Output: tables joined to stimuli by name and id.
"""
