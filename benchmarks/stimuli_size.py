"""Time and memory to build a large set without sound, towards the size of the official 90,000 lexical pairs.

    python -m benchmarks.stimuli_size [--json] [--words 24000] [--workers 2]

No list of this many words that children hear is shipped. Artificial words are added to the shipped English words. They
are drawn from the phone trigrams of the shipped list, with counts by Zipf's law, so that the lexicon is as dense as a
real one of that size; it is suitable for timing, not for testing learners. 24,000 words give about half the official
size. The whole command runs, with the artificial pronunciations.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from babyslm.seeds import generator
from babyslm.stimuli.phones.pronunciation import WORD_BOUNDARY, load_phone_set
from babyslm.stimuli.words.lexicon import load_lexicon
from benchmarks.machine import describe

LANGUAGE = "en"
SHORTEST, LONGEST = 2, 12
"""Range of the number of phones of an artificial word."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_FREQUENT = 1_000_000
"""Count of the most frequent word; the n-th most frequent word has 1/n of it."""


def made_words(known: set[str], wanted: int) -> Iterator[str]:
    """Yield distinct phone strings that resemble the known words and are not among them."""
    follows: dict[tuple[str, str], list[str]] = {}
    for word in sorted(known):
        phones = ["", "", *word.split(), ""]
        for before, here, behind in zip(phones, phones[1:], phones[2:], strict=False):
            follows.setdefault((before, here), []).append(behind)
    draw = generator(0, "made words")
    seen = set(known)
    while len(seen) < len(known) + wanted:
        phones = ["", ""]
        while len(phones) == len(("", "")) or phones[-1]:
            after = follows[phones[-2], phones[-1]]
            phones.append(after[int(draw.integers(len(after)))])
        word = " ".join(phones[2:-1])
        if SHORTEST <= len(phones) - 3 <= LONGEST and word not in seen:
            seen.add(word)
            yield word


def write_lexicon(folder: Path, wanted: int) -> tuple[Path, Path]:
    """Write a list of word counts and a pronunciation dictionary with this many words."""
    words = load_lexicon(language=LANGUAGE).words()
    words = words[~words["phones"].str.contains(WORD_BOUNDARY, regex=False)]
    symbol = {phone: name for name, phone in load_phone_set(LANGUAGE).arpabet.items() if " " not in phone}
    pronounced = dict(zip(words["word"], words["phones"], strict=True))
    for number, phones in enumerate(made_words(set(words["phones"]), wanted - len(words))):
        digits = np.base_repr(number, len(LETTERS)).lower().zfill(4)
        pronounced["zq" + "".join(LETTERS[int(digit, len(LETTERS))] for digit in digits)] = phones
    order = generator(0, "ranks").permutation(len(pronounced))
    counts = {word: max(1, MOST_FREQUENT // (1 + rank)) for word, rank in zip(pronounced, order.tolist(), strict=True)}
    listed, spoken = folder / "made.tsv", folder / "made.dict"
    listed.write_text("".join(f"{word}\t{count}\n" for word, count in counts.items()), encoding="utf-8")
    lines = (
        f"{word.upper()}  {' '.join(symbol[phone] for phone in phones.split())}" for word, phones in pronounced.items()
    )
    spoken.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return listed, spoken


def measure(words: int, workers: int) -> dict[str, Any]:
    """Build once, in a separate process."""
    with tempfile.TemporaryDirectory() as place:
        listed, spoken = write_lexicon(Path(place), words)
        command = ["build-stimuli", "all", "--lang", LANGUAGE, "--lexicon", str(listed), "--dictionary", str(spoken)]
        command += ["--no-audio", "--workers", str(workers), "--out", f"{place}/out", "--json"]
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "babyslm", *command], stdout=subprocess.PIPE, text=True, check=True
        )
        seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    tables = json.loads(done.stdout)["tables"]
    pairs = {
        task: sum(tables[f"{task}/{split}"]["pairs"] for split in ("dev", "test")) for task in ("lexical", "syntactic")
    }
    return {
        "words": words,
        "pairs": pairs,
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "largest_process_gb": used.ru_maxrss / 1e6,
        "workers": workers,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one object instead of a line")
    parser.add_argument("--words", type=int, default=24_000, help="words of the lexicon")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    row = measure(asked.words, asked.workers)
    if asked.json:
        print(json.dumps({"machine": describe(), "size": row}))
        return
    print(
        f"{row['pairs']['lexical']:,} lexical and {row['pairs']['syntactic']:,} syntactic pairs "
        f"of {row['words']:,} words: "
        f"{row['seconds']:.0f} s with {row['workers']} workers, {row['cpu_seconds']:.0f} s of processor time, "
        f"{row['largest_process_gb']:.2f} GB in the largest process"
    )


if __name__ == "__main__":
    main()
