"""One submission: its card, its folder, its scores joined to a registered stimulus set.

Comes in: a folder sent by a stranger. Goes out: checked scores, or a named refusal.
"""
