"""Training of speech encoders from sound alone: HuBERT in iterations, contrastive predictive coding.

Comes in: waveforms of a corpus. Goes out: an encoder folder inside the model folder.
"""
