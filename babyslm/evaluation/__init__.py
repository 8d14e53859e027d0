"""Running a learner on stimuli: shards that resume, worker pools, revisions, prompted choices, surprisal of words.

Comes in: a learner and a stimulus set. Goes out: a `Result`.
"""
