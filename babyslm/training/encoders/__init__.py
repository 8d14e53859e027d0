"""Training of speech encoders from raw sound: HuBERT in iterations, contrastive predictive coding (CPC).

Input: waveforms of a corpus. Output: an encoder folder inside the model folder.
"""
