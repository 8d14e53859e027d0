"""Training of a recogniser of phones from speech that is made for it.

Input: the phone sequences of a lexicon and the training voices of the synthesisers. Output: a model folder with an
encoder whose posteriors are phones, trained by connectionist temporal classification.
"""
