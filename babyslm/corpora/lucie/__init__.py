"""Lucie Training Dataset: reading, filtering, removal of near-duplicates and mixing, as datatrove pipelines.

Input: the dataset on the hub or a folder of its parquet files, and a recipe. Output: a text corpus with its shares.
"""
