"""CHILDES: CHAT transcripts and childes-db tables, with recordings where available (Providence).

Input: `.cha` files or a table. Output: utterances with speaker, role, age, words, phones and times.
"""
