"""Speech units: from frames of features to unit sequences, and language models that exist for units alone.

Comes in: feature frames of an encoder. Goes out: unit sequences, cached by the content of the sound.
"""
