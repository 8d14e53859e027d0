"""Words that children hear: lexicon, frequency, phonotactics and phonological neighbourhoods.

Input: the lexicon of `datasets/lexicons/` or a user's word list or corpus. Output: word forms with phones and counts,
and n-gram models and neighbourhood measures of them.
"""
