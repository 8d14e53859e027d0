"""Side-by-side timing against peers, one script a subject: `python -m benchmarks.text`."""
