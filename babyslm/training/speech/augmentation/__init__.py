"""Augmentation of speech in training, on mel power spectra: rooms, babble, noise, channels, warps, silence.

Input: a store of clean spectra, numbers of utterances and a seed. Output: a batch of augmented spectra on the device.
The augmentation of an utterance depends on the seed and its number alone. No parameter is that of a test condition.
"""
