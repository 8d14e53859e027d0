"""The words children hear: lexicon, frequency, phonotactics and phonological neighbourhoods.

Comes in: the lexicon of `datasets/lexicons/` or a user's word list or corpus. Goes out: word forms with phones and
counts, and n-gram models and neighbourhood measures over them.
"""
