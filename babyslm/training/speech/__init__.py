"""Sound for the training of spoken learners: utterances of a corpus, synthesised first if the corpus is only written.

Input: a prepared corpus. Output: waveforms, one by one or in batches of equal length.
"""
