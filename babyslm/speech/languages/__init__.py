"""Cards of a new language, drafted from a list of its words: what espeak-ng says of them, and what a person decides."""
