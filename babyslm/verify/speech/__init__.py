"""Errors of sound files, voices, synthesisers and acoustic conditions."""
