"""Networks with low-rank layers: the layers, the classes by which transformers loads them, one adapter per family.

Input: a transformers network, or a folder written by `babyslm compress`. Output: the same kind of network, with some
linear layers replaced by products of two factors.
"""
