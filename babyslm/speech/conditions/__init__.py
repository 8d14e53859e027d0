"""Acoustic conditions, from clean to a daycare centre: rooms, noise, babble, distance, recorder.

Input: a clean waveform, and a preset of `datasets/conditions.yaml`. Output: the waveform in that condition.
"""
