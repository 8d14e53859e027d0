"""Errors of corpora and their sources: CHAT, RTTM, prepared tables, the Lucie Training Dataset."""
