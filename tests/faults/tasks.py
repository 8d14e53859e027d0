"""The commands that faults are tried on, each on small inputs of its own; the output folder is still to be added."""

from collections.abc import Callable
from dataclasses import dataclass
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


def prepare_media(folder: Path) -> list[str]:
    """Cut clips of utterances from the recordings of transcripts."""
    from tests.corpora.transcripts import bursts, transcript

    bursts(folder / "sound" / "alex.wav", [(0, 30)], seconds=30)
    lines = tuple(f"*MOT:\tlook at the dog . \x15{at * 3000}_{at * 3000 + 2500}\x15" for at in range(9))
    transcript(folder / "words" / "alex.cha", lines)
    return ["prepare", "providence", str(folder / "words"), "--media", str(folder / "sound"), "--out"]


def prepare_published_clips(folder: Path) -> list[str]:
    """Cut the published clips of Providence, which here are not 16 kHz, anew."""
    from tests.corpora.transcripts import bursts

    for at in range(4):
        bursts(folder / "clips" / "Alex_MOT" / f"alex_0101_MOT_{at}000_{at}900.wav", [(0, 2)], seconds=2, rate=22_050)
    return ["prepare", "providence", str(folder / "clips"), "--out"]


def prepare_readings(folder: Path) -> list[str]:
    """Find speech in a chapter of 44.1 kHz, and cut it."""
    from tests.corpora.transcripts import bursts

    bursts(folder / "books" / "reader" / "one.wav", [(1, 8), (9, 16)], seconds=17, rate=44_100)
    return ["prepare", "librivox", str(folder / "books"), "--out"]


def prepare_lucie(folder: Path) -> list[str]:
    """Filter documents and draw a mixture with datatrove."""
    from tests.corpora.lucie.rows import prose, row, write

    write(folder / "rows", [row(prose("en", 60, each), "en", "Claire", each) for each in range(40)], files=1)
    recipe = "name: t\ntasks: 1\ndeduplication: null\nfilters: {languages: [en]}\nmixture: {kind: epochs}\n"
    (folder / "recipe.yaml").write_text(recipe, encoding="utf-8")
    return ["prepare", "lucie", str(folder / "rows"), "--recipe", str(folder / "recipe.yaml"), "--out"]


def audit(folder: Path) -> list[str]:
    from tests.leaderboard.made import make_set

    make_set(folder / "set", words=20, pairs=30)
    return ["audit", str(folder / "set"), "--lang", "en", "--workers", "1", "--out"]


def _scored(folder: Path, number: int) -> Path:
    """A result on the made set of the leaderboard, which lies in `folder/set`."""
    from tests.leaderboard.made import make_set
    from tests.leaderboard.test_submit import result_of

    stimuli = make_set(folder / "set", words=20, pairs=30)
    return result_of(stimuli, number).save(folder / f"result{number}", report=False)


def compare(folder: Path) -> list[str]:
    return ["compare", *(str(_scored(folder, number)) for number in range(2)), "--out"]


def submit(folder: Path) -> list[str]:
    from tests.leaderboard.test_submit import card_file

    result = _scored(folder, 2)
    stimuli = ["--stimuli", str(folder / "set")]
    return ["submit", str(result), "--card", str(card_file(folder, 2)), *stimuli, "--to"]


def board_with_a_set(folder: Path, out: Path) -> None:
    """Write the leaderboard that something is submitted to."""
    from babyslm.stimuli.official import load_official
    from tests.leaderboard.made import make_registry

    make_registry(out, load_official(folder / "set"))


def submission_card(folder: Path) -> list[str]:
    return ["submit", str(_scored(folder, 2)), "--init", "--card"]


def register(folder: Path) -> list[str]:
    from tests.leaderboard.made import SET, make_set

    make_set(folder / "set", words=20, pairs=30)
    return ["leaderboard", "register", str(folder / "set"), "--key", SET, "--name", "made", "--made-by", "x", "--to"]


def verify_with_comment(folder: Path) -> list[str]:
    from tests.leaderboard.made import make_registry, make_set, make_submissions

    stimuli = make_set(folder / "set", words=20, pairs=30)
    make_registry(folder / "leaderboard", stimuli)
    make_submissions(folder / "leaderboard" / "submissions", stimuli, 2)
    board = ["--from", str(folder / "leaderboard"), "--stimuli", str(folder / "set")]
    return ["leaderboard", "verify", *board, "--comment"]


def compress_and_evaluate(folder: Path) -> list[str]:
    """Compress, and write what was forgotten."""
    stimuli = write_set(folder / "set", voices=("",))
    command = compress(folder)
    return [*command[:-1], "--evaluate", str(stimuli), "--task", "syntactic", command[-1]]


def language(folder: Path) -> list[str]:
    (folder / "words.tsv").write_text("word\tcount\nperro\t10\ncasa\t10\ndedo\t10\n", encoding="utf-8")
    return ["language", "es", "--words", str(folder / "words.tsv"), "--out"]


def demo(folder: Path) -> list[str]:
    del folder
    return ["demo", "--workers", "1", "--out"]


def smaller_demo() -> None:
    """Make the demonstration small, in the process that runs it."""
    from babyslm.commands import demo

    whole = demo.load_recipe
    sizes = ["loop.updates=4", "loop.validate_every=2", "loop.checkpoint_seconds=0"]
    units = ["units.size=8", "units.frames=2000", "units.passes=1", "units.projection=null", "warps=[1.0]"]

    def load_recipe(name: str, settings: list[str]) -> object:
        return whole(name, [*settings, *sizes, *(units if name == demo.HEARER else [])])

    demo.load_recipe = load_recipe
    demo.WORDS, demo.PER_WORD, demo.PAIRS, demo.VOICES = 12, 2, 24, 4
    demo.SENTENCES, demo.WORD_TIMES = 40, 1


@dataclass(frozen=True)
class OnSmallDisk:
    """A command, and the sizes of disk that it is tried on.

    :param make: writes its inputs and returns it without its output.
    :param kilobytes: sizes at which different writes fail, from small to large; the first must be too small.
    :param fill: what lies at the output before it runs, made from the folder of inputs.
    :param before: called in the process that runs it.
    :param code: exit code of a run that writes all.
    """

    make: Callable[[Path], list[str]]
    kilobytes: tuple[int, ...]
    fill: Callable[[Path, Path], None] | None = None
    before: Callable[[], None] | None = None
    code: int = 0


ON_SMALL_DISKS = [
    OnSmallDisk(evaluate, (8, 24)),
    OnSmallDisk(build_stimuli, (24,)),
    OnSmallDisk(train, (24, 1000)),
    OnSmallDisk(compress, (24, 120)),
    OnSmallDisk(prepare, (24,)),
    OnSmallDisk(leaderboard_build, (24,)),
    OnSmallDisk(prepare_clips, (120,)),
    OnSmallDisk(prepare_text, (4,)),
    OnSmallDisk(speak, (24,)),
    OnSmallDisk(evaluate_scores, (24, 120)),
    OnSmallDisk(train_ngram, (8,)),
    OnSmallDisk(import_codebook, (4,)),
    OnSmallDisk(prepare_media, (120,)),
    OnSmallDisk(prepare_published_clips, (120,)),
    OnSmallDisk(prepare_readings, (120,)),
    OnSmallDisk(prepare_lucie, (40,)),
    OnSmallDisk(audit, (24,), code=1),  # sets of made words have shortcuts
    OnSmallDisk(compare, (24,)),
    OnSmallDisk(submit, (8,), fill=board_with_a_set),
    OnSmallDisk(submission_card, ()),
    OnSmallDisk(register, (8,)),
    OnSmallDisk(verify_with_comment, ()),
    OnSmallDisk(compress_and_evaluate, (400,)),
    OnSmallDisk(language, (8,)),
    OnSmallDisk(demo, (400,), before=smaller_demo),
]
"""Commands that write, with outputs of every kind: tables, sound, weights, pages."""
