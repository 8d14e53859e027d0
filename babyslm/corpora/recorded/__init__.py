"""Recorded corpora: LibriSpeech and LibriVox, long-form recordings, clips of transcripts.

Input: sound files, RTTM files, transcripts. Output: utterances located in the recordings by onset and offset.
"""
