"""Stimuli: words, non-words and minimal pairs, in and out."""
