"""N-gram language models over phones, words, characters or units: counts, smoothing, scores, perplexity.

Comes in: sequences of symbols. Goes out: log-probabilities in nats.
"""
