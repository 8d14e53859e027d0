"""Training of transformers on text: lines, tokenizers, plan of updates; causal, masked and instructed learners.

Input: the lines of a corpus. Output: a Hugging Face folder with checkpoints by tokens seen.
"""
