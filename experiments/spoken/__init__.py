"""Spoken learners, clean and in the wild: the experiment, the choice of its settings on dev, its record."""
