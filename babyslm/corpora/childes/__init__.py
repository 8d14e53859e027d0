"""CHILDES: CHAT transcripts and childes-db tables, with their recordings where there are any (Providence).

Comes in: `.cha` files or a table. Goes out: utterances with speaker, role, age, words, phones and times.
"""
