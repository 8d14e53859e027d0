"""Speech from phones: synthesisers, their voices, and the making of many files at once.

Comes in: utterances as phones with a voice. Goes out: waveforms, WAV files found again by their content, or long
files with the times of their utterances.
"""
