"""Wuggy on a lexicon of ours, in its own environment: a job on standard input, an answer on standard output.

The job: `words` (strings of one letter per phone), `frequencies`, `vowels` (letters), `asked` (words), `per_word`.
Wuggy receives the lexicon as a language plug-in, so that both sides search the same words. Its statistics are the
defaults.
"""

import importlib.util
import json
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from types import ModuleType

PLUGIN = """
from wuggy.plugins.baselanguageplugin import BaseLanguagePlugin


class Plugin(BaseLanguagePlugin):
    default_data = default_neighbor_lexicon = default_word_lexicon = default_lookup_lexicon = "words.txt"
    default_fields = ["sequence_length", "segment_length"]

    def transform(self, input_sequence, frequency=1):
        return self.copy_onc(input_sequence, frequency)
"""


def syllables(word: str, vowels: str) -> str:
    """Divide a word into onset:nucleus:coda; the last consonant between two vowels begins the next syllable."""
    nuclei = [place for place, letter in enumerate(word) if letter in vowels]
    if not nuclei:
        return f"{word}::"
    starts = [0] + [max(here - 1, before + 1) for before, here in pairwise(nuclei)]
    cut = []
    for start, nucleus, end in zip(starts, nuclei, [*starts[1:], len(word)], strict=True):
        cut.append(f"{word[start:nucleus]}:{word[nucleus]}:{word[nucleus + 1 : end]}")
    return "-".join(cut)


def load_plugin(folder: Path) -> ModuleType:
    path = folder / "plugin.py"
    path.write_text(PLUGIN, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("plugin", path)
    if spec is None or spec.loader is None:
        sys.exit("the plug-in cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules["plugin"] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    from wuggy import WuggyGenerator

    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [
            f"{word}\t{syllables(word, job['vowels'])}\t{frequency}"
            for word, frequency in zip(job["words"], job["frequencies"], strict=True)
        ]
        (folder / "words.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        generator = WuggyGenerator()
        generator.load("ours", load_plugin(folder).Plugin())
        start = time.perf_counter()
        found = generator.generate_classic(job["asked"], ncandidates_per_sequence=job["per_word"])
        seconds = time.perf_counter() - start
    json.dump({"seconds": seconds, "non_words": len(found)}, sys.stdout)


if __name__ == "__main__":
    main()
