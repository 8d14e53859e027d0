"""Adapters, one per family of networks: names of the blocks and of the layers that can be factorised."""
