"""Learning of speech units: frames, projections, k-means, extraction and quality of units, transformers over units.

Input: an encoder and the sound of a corpus. Output: a codebook, the units of the corpus, and measures of their
quality.
"""
