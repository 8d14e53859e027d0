"""Which layers of a family of networks can be factorised, and how its blocks are called: one adapter a family."""
