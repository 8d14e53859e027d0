"""Training of learners: recipes, optimisation loop and checkpoints, by family of learner.

Input: a recipe of `baselines/` and a prepared corpus. Output: a model folder with its training record; an interrupted
run resumes from its last checkpoint.
"""
