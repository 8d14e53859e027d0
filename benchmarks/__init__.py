"""Timing against peers, one script per subject: `python -m benchmarks.text`."""
