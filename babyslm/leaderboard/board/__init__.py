"""The board: figures, ranks with tie groups, gaps, curves and flags of all submissions.

Input: scored submissions. Output: a `Board`, which the pages show.
"""
