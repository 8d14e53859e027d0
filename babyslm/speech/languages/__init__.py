"""Cards of a new language, drafted from a list of its words: espeak-ng's pronunciations, and what a person decides."""
