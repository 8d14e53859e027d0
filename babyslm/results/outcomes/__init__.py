"""Outcome of an evaluation: its record, its figures, and the comparison of several outcomes.

Input: trials and a description of the learner. Output: an `Outcome`, `result.json`, paired differences.
"""
