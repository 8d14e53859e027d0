"""Speech from phones: synthesisers, their voices, and batch synthesis.

Input: utterances as phones with a voice. Output: waveforms, WAV files identified by a content hash, or long files with
the times of their utterances.
"""
