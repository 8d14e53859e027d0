"""What an evaluation found: its record, its figures, and the comparison of several.

Comes in: trials and a description of the learner. Goes out: an `Outcome`, `result.json`, paired differences.
"""
