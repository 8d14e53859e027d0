"""Corpora for learners: raw collections converted to one table of utterances with a card.

Input: transcripts, recordings, plain text, the Lucie Training Dataset, or the project's own grammar. Output: a folder
with `utterances.parquet` and `card.yaml`, its splits, and nested budgets of words or hours.
"""
