"""The scripts behind the recorded results of `baselines/results/` and the submissions of `leaderboard/`.

Each module's docstring lists what it writes. Timings against peers are in `benchmarks/`.
"""
