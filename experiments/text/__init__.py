"""Text learners on child-directed speech: n-grams on AO-CHILDES, and every text recipe in one table."""
