"""Test stimuli: pairs of word and non-word, and of grammatical and ungrammatical sentence, joined by id.

Input: a lexicon, sentence templates, or a folder in the official or another layout. Output: a `StimulusSet`, its
tables in the official layout, and an audit of its shortcuts.
"""
