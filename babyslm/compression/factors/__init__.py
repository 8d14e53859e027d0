"""Which layers can be factorised, at which rank, and with which first factors.

Comes in: linear layers and their activation statistics. Goes out: ranks under a parameter budget, and factors.
"""
