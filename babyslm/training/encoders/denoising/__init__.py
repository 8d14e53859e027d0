"""Denoising masked prediction: rounds that predict clusters of clean speech from augmented speech, and the unit stage.

Input: clean spectra of a corpus. Output: an encoder whose states are clustered, or whose posteriors are the units.
"""
