"""Spoken learners, clean and in the wild: the experiment, its choices on dev, its record."""
