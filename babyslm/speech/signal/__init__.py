"""Measurements of a waveform: level, active speech level, spectrum, pitch and voicing.

Comes in: a mono waveform. Goes out: dB, Hz and summaries by frame; nothing is written.
"""
