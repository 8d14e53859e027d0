"""Text learners in the form of Hugging Face: causal, masked and instructed models, tokens, surprisal, revisions.

Input: a folder or hub id. Output: scores of sentences, surprisals of words, prompted choices.
"""
