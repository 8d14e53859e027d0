"""Text learners on child-directed speech: n-grams on AO-CHILDES, and all text recipes in one table."""
