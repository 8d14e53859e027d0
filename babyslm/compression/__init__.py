"""Lillama: low-rank compression of a learner by local feature distillation, block after block.

Comes in: a learner, a share of parameters to keep, calibration data. Goes out: a compressed folder that loads like
the original, with a card of what was done.
"""
