"""The sound that spoken learners are trained on: utterances of a corpus, spoken first where it is only written.

Comes in: a prepared corpus. Goes out: waveforms, one by one or in batches of one length.
"""
