"""The phones of a language, and the way from spelling to phones.

Comes in: words or sentences, the phone set of `datasets/phones/`, optionally a pronouncing dictionary. Goes out:
strings of IPA phones separated by spaces.
"""
