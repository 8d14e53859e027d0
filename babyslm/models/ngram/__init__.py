"""N-gram language models over phones, words, characters or units: counts, smoothing, scores, perplexity.

Input: sequences of symbols. Output: log-probabilities in nats.
"""
