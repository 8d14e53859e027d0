"""Encoders trained by denoising masked prediction: one door for sound, networks over its frames, the encoder.

Input: sound of any length. Output: states of a layer, or log-posteriors of units, frame by frame. The trainer, the
codebook and the scorer receive sound through `hearing` alone.
"""
