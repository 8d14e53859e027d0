"""Acoustic conditions, from clean to a daycare centre: rooms, noise, babble, distance, recorder.

Comes in: a clean waveform, and a preset of `datasets/conditions.yaml`. Goes out: the waveform as heard in that
place.
"""
