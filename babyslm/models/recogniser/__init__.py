"""Recognisers of phones: sound in, phones out. They are references and instruments, no learners that are scored."""
