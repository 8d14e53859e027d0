"""The leaderboard: submissions taken in, every figure recomputed, and the pages.

Comes in: folders of scores with cards, sent by strangers and trusted in nothing. Goes out: a board and its static
site.
"""
