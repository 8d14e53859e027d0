"""Errors and checks of stimulus tables, lexicons, non-words and sentence templates."""
