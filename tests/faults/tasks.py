"""The commands that faults are tried on, each on small inputs of its own; the output folder is still to be added."""

from collections.abc import Callable
from pathlib import Path

from tests.tables import write_set
from tests.text_folders import causal_folder

SENTENCES = [
    "look at the dog",
    "the cats see the dog",
    "a dog and a cat",
    "the big dog runs",
    "a cat sees the dogs",
] * 30


def heard(folder: Path) -> Path:
    path = folder / "heard.txt"
    path.write_text("\n".join(SENTENCES) + "\n", encoding="utf-8")
    return path


def evaluate(folder: Path) -> list[str]:
    """Score every form of a small set in several tables with a network."""
    model = causal_folder(folder / "model")
    stimuli = write_set(folder / "set")
    return ["evaluate", "--model", f"hf:{model}", "--stimuli", str(stimuli), "--device", "cpu", "--words", "--out"]


def build_stimuli(folder: Path) -> list[str]:
    del folder
    sizes = ["--words", "12", "--per-word", "2", "--pairs", "24", "--voices", "4", "--workers", "1", "--seed", "3"]
    return ["build-stimuli", "all", "--lang", "en", "--condition", "home", *sizes, "--out"]


def train(folder: Path) -> list[str]:
    settings = [f"corpus={heard(folder)}", "loop.updates=60", "loop.checkpoint_seconds=0", "loop.validate_every=20"]
    return ["train", "phone-lstm-small", *(part for each in settings for part in ("--set", each)), "--out"]


def compress(folder: Path) -> list[str]:
    model = causal_folder(folder / "model")
    options = ["--keep", "0.9", "--length", "16", "--rows", "4", "--epochs", "2", "--device", "cpu"]
    return ["compress", "--model", str(model), "--calibration", str(heard(folder)), *options, "--out"]


def prepare(folder: Path) -> list[str]:
    lines = ["@UTF8", "@Begin", "@Languages:\teng", "@Participants:\tCHI Child Target_Child, MOT Mother Mother"]
    lines += ["@ID:\teng|made|CHI|1;06.00|female|||Target_Child|||", "@ID:\teng|made|MOT|||||Mother|||"]
    lines += [f"*MOT:\t{sentence} ." for sentence in SENTENCES]
    place = folder / "transcripts"
    place.mkdir()
    for number in range(6):
        (place / f"{number}.cha").write_text("\n".join([*lines, "@End"]) + "\n", encoding="utf-8")
    return ["prepare", "childes", str(place), "--held-out", "0.2", "--budget", "100w", "--out"]


def leaderboard_build(folder: Path) -> list[str]:
    from tests.leaderboard.made import make_registry, make_set, make_submissions

    stimuli = make_set(folder / "set", sound=2)
    board = folder / "leaderboard"
    make_registry(board, stimuli)
    make_submissions(board / "submissions", stimuli, 4)
    return ["leaderboard", "build", "--from", str(board), "--stimuli", str(folder / "set"), "--out"]


TASKS: list[Callable[[Path], list[str]]] = [evaluate, build_stimuli, train, compress, prepare, leaderboard_build]


def prepare_clips(folder: Path) -> list[str]:
    """Cut clips of a recording that is not 16 kHz mono."""
    from tests.corpora.transcripts import bursts

    bursts(folder / "homes" / "day.wav", [(0, 40)], seconds=40, rate=22_050)
    lines = [f"SPEAKER day 1 {at} 3 <NA> <NA> FEM <NA> <NA>\n" for at in range(0, 36, 4)]
    (folder / "vtc.rttm").write_text("".join(lines))
    return ["prepare", "longform", str(folder / "homes"), "--rttm", str(folder / "vtc.rttm"), "--out"]


def prepare_text(folder: Path) -> list[str]:
    return ["prepare", "text", str(heard(folder)), "--out"]


def speak(folder: Path) -> list[str]:
    from babyslm.corpora.prepare import prepare_corpus

    (folder / "few.txt").write_text("\n".join(SENTENCES[:20]) + "\n", encoding="utf-8")
    prepare_corpus("text", folder / "few.txt", folder / "written")
    return ["speak", str(folder / "written"), "--out"]


def evaluate_scores(folder: Path) -> list[str]:
    from tests.results.test_cautions import folder_of_scores

    scores = folder_of_scores(folder, lambda score: score)
    return ["evaluate", "--model", f"scores:{scores}", "--stimuli", str(folder / "set"), "--official", "--out"]


def train_ngram(folder: Path) -> list[str]:
    return ["train", "phone-5gram", "--set", f"corpus={heard(folder)}", "--out"]


def import_codebook(folder: Path) -> list[str]:
    import numpy as np

    np.save(folder / "km.npy", np.random.default_rng(0).normal(size=(50, 13)).astype(np.float32))
    return ["import-codebook", str(folder / "km.npy"), "--out"]


ALL_TASKS = [
    *TASKS,
    prepare_clips,
    prepare_text,
    speak,
    evaluate_scores,
    train_ngram,
    import_codebook,
]
"""Commands that write, with outputs of every kind: tables, sound, weights, pages."""
