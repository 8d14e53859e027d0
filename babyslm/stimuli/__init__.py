"""Test stimuli: words against non-words and grammatical against ungrammatical sentences, in pairs joined by id.

Comes in: a lexicon, sentence templates, or a folder in the official or a foreign layout. Goes out: a
`StimulusSet`, its tables in the official layout, and an audit of its shortcuts.
"""
