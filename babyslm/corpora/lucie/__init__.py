"""The Lucie Training Dataset: read, filtered, freed of near-duplicates, mixed; all as datatrove pipelines."""
