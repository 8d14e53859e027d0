"""Measurements of a waveform: level, active speech level, spectrum, pitch and voicing.

Input: a mono waveform. Output: dB, Hz and frame-wise summaries; no files are written.
"""
