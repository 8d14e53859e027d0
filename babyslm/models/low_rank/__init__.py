"""Networks with low-rank layers: the layers, the classes under which transformers loads them, one adapter a family.

Comes in: a network of transformers, or a folder written by `babyslm compress`. Goes out: the same kind of network,
some of whose linear layers are products of two factors.
"""
