"""The board: figures, ranks with tie groups, gaps, curves and flags of all submissions.

Comes in: scored submissions. Goes out: a `Board`, which the pages show.
"""
