"""Speech units: quantisation of feature frames into unit sequences, and language models specific to units.

Input: feature frames of an encoder. Output: unit sequences, cached by the content of the sound.
"""
