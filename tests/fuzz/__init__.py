"""Coverage-guided fuzzing of everything that reads files made by others: `python -m tests.fuzz`."""
