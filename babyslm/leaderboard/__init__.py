"""Leaderboard: checks of submissions, recomputation of every figure, and the pages.

Input: folders of scores with cards, which are not trusted. Output: a board and its static site.
"""
