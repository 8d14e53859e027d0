"""Sound: reading and writing it, speaking stimuli, putting them into acoustic conditions, auditing them.

Comes in: audio files, or phones and a voice. Goes out: 16 kHz mono waveforms as float32 arrays, and WAV files.
"""
