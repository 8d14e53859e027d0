"""Learning speech units: frames, projections, k-means, the extraction and quality of units, transformers over them.

Comes in: an encoder and the sound of a corpus. Goes out: a codebook, the units of the corpus, figures of their
quality.
"""
