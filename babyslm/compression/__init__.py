"""Lillama: low-rank compression of a learner by local feature distillation, block by block.

Input: a learner, a proportion of parameters to keep, calibration data. Output: a compressed folder that loads like the
original, with a card that records the procedure.
"""
