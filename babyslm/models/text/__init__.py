"""Text learners in the form of Hugging Face: causal, masked and instructed models, tokens, surprisal, revisions.

Comes in: a folder or hub id. Goes out: scores of sentences, surprisals of words, prompted choices.
"""
