"""Errors and checks of scores, evaluations, result folders, submissions and pages."""
