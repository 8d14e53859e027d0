"""What a learner hears or reads: raw collections turned into one table of utterances with a card.

Comes in: transcripts, recordings, plain text, the Lucie Training Dataset, or the project's own grammar. Goes out:
a folder with `utterances.parquet` and `card.yaml`, its parts, and nested budgets of words or hours.
"""
