"""Scripts that produce the recorded results of `baselines/results/` and the submissions of `leaderboard/`.

Each module's docstring lists its output. Timings against peers are in `benchmarks/`.
"""
