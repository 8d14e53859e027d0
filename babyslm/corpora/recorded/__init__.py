"""Recorded corpora: LibriSpeech and LibriVox, long-form recordings, clips of transcripts.

Comes in: sound files, RTTM files, transcripts. Goes out: utterances that point into the recordings by onset and
offset.
"""
