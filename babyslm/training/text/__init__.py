"""Training of transformers on text: lines, tokenizers, the plan of updates, causal, masked and instructed learners.

Comes in: lines of a corpus. Goes out: a Hugging Face folder with checkpoints by tokens seen.
"""
