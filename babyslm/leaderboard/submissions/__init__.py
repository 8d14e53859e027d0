"""Submissions: card, folder, and scores joined to a registered stimulus set.

Input: an untrusted folder. Output: checked scores, or a named refusal.
"""
