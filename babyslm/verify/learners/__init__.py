"""Errors of model folders, encoders, units, text learners, recipes and compression."""
