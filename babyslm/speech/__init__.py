"""Sound: audio files, synthesis of stimuli, acoustic conditions, acoustic audit.

Input: audio files, or phones and a voice. Output: 16 kHz mono waveforms as float32 arrays, and WAV files.
"""
