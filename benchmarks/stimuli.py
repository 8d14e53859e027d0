"""Non-words: words per second with ten candidates each, compared with Wuggy on the same lexicon in one run.

    python -m benchmarks.stimuli [--json] [--peer-words 40] [--lexicon FILE] [--language en]

Ours is the complete procedure for a balanced set, in one process: exhaustive search, n-grams, neighbourhood, choice;
without the check by listening that `babyslm build-stimuli` adds for languages with voices.
Wuggy searches an evenly spaced part of the words, since its time is the same for each; it does not balance the set.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from babyslm.stimuli.lexical.build import build_lexical, token_weights
from babyslm.stimuli.phones.pronunciation import WORD_BOUNDARY, load_phone_set
from babyslm.stimuli.words.lexicon import load_lexicon
from benchmarks.machine import describe

PEER_PYTHON = Path(".venv-bench/bin/python")
PEER = Path(__file__).parent / "peers" / "stimuli.py"
FIRST_LETTER = 0x100
"""Letters that represent phones for the peer, without any meaning to it."""
Row = dict[str, Any]


def nonwords(lexicon: Path | None, language: str, peer_words: int, per_word: int) -> Row:
    """Time both procedures on one lexicon."""
    source = load_lexicon(lexicon, language=language)
    words = source.words()
    start = time.perf_counter()
    build = build_lexical(source, language=language, seed=0, per_word=per_word, workers=1)
    seconds = time.perf_counter() - start
    phone_set = load_phone_set(language)
    letter = {phone: chr(FIRST_LETTER + number) for number, phone in enumerate(phone_set.inventory)}
    words = words[~words["phones"].str.contains(WORD_BOUNDARY, regex=False)]
    spelled = ["".join(letter[phone] for phone in phones.split()) for phones in words["phones"]]
    places = np.linspace(0, len(spelled), peer_words, endpoint=False).astype(int)
    job = {
        "words": spelled,
        "frequencies": token_weights(words).tolist(),
        "vowels": "".join(letter[phone] for phone in phone_set.vowels),
        "asked": [spelled[place] for place in places.tolist()],
        "per_word": per_word,
    }
    done = subprocess.run([PEER_PYTHON, PEER], input=json.dumps(job), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"wuggy failed: {(done.stderr.strip() or 'no message').splitlines()[-1]}")
    answer = json.loads(done.stdout)
    ours, theirs = len(words) / seconds, peer_words / answer["seconds"]
    return {
        "peer": "wuggy",
        "ours": ours,
        "theirs": theirs,
        "ratio": ours / theirs,
        "unit": "words a second",
        "words": len(words),
        "pairs": sum(build.figures["pairs"].values()),
        "peer_words": peer_words,
        "peer_non_words": answer["non_words"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one object instead of a table")
    parser.add_argument("--peer-words", type=int, default=40, help="number of words that the peer searches")
    parser.add_argument("--per-word", type=int, default=10, help="non-words per word")
    parser.add_argument("--lexicon", type=Path, help="word list or corpus; default the shipped list")
    parser.add_argument("--language", default="en")
    asked = parser.parse_args()
    row = nonwords(asked.lexicon, asked.language, asked.peer_words, asked.per_word)
    if asked.json:
        print(json.dumps({"machine": describe(), "nonwords": row}))
        return
    print(f"non-words of {row['words']:,} words, at most {asked.per_word} per word, one process")
    print(f"  ours   {row['ours']:8.1f} words per second ({row['pairs']:,} balanced pairs in all)")
    found = f"{row['peer_non_words']} non-words of {row['peer_words']} words"
    print(f"  wuggy  {row['theirs']:8.2f} words per second ({found})")
    print(f"  ratio  {row['ratio']:8.1f}")


if __name__ == "__main__":
    main()
