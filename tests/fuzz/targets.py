"""The readers that are fuzzed, each with the file it reads and the words of its format."""

import gzip
import io
import json
import os
from collections.abc import Callable
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babyslm.corpora.childes.chat import read_chat
from babyslm.corpora.childes.table import read_childes_table
from babyslm.corpora.corpus import CorpusCard, load_corpus
from babyslm.corpora.recorded.rttm import read_rttm
from babyslm.leaderboard.submissions.registry import load_registry
from babyslm.leaderboard.submissions.score_index import ScoreIndex
from babyslm.leaderboard.submissions.submission import read_card as read_submission_card
from babyslm.models.folder import Header, read_header
from babyslm.models.units.published import read_centroids
from babyslm.results.outcomes.record import read_record
from babyslm.results.result import read_trials
from babyslm.results.scores.files import read_scores
from babyslm.speech.audio import audio_seconds, read_audio, read_comment, verify_stimulus_audio
from babyslm.speech.conditions.condition import load_conditions
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.speech.synthesis.voices import load_voices
from babyslm.stimuli.audit.audit import _sentences
from babyslm.stimuli.card import read_card as read_stimulus_card
from babyslm.stimuli.foreign import load_blimp, load_tsv, load_zorro
from babyslm.stimuli.official import read_gold
from babyslm.stimuli.phones.dictionary import read_dictionary
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.stimulus import Task
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.stimuli.syntactic.templates import load_templates
from babyslm.stimuli.words.counts import count_words
from babyslm.stimuli.words.lexicon import read_lemmas
from babyslm.training.recipe import load_recipe
from babyslm.training.text.lines import read_lines
from babyslm.verify.documents import parse_document, read_yaml
from tests.tables import lexical_rows

YAML = (": ", "- ", "{", "}", "[", "]", "&a", "*a", "<<: *a", "!!int", "!!binary", "null", "2026-01-31", "|", ">", "~")
LANGUAGE = "xx"
"""A language that is not shipped: its cards are what is fuzzed."""


@dataclass(frozen=True)
class Target:
    """A reader.

    :param file: the file it reads, below a folder of its own.
    :param read: reads it; what comes back does not matter.
    :param words: words of the format, for the fuzzer to put in.
    :param seconds: of processor time in which a few kilobytes must be read.
    """

    file: str
    read: Callable[[Path], object]
    words: tuple[str, ...] = ()
    seconds: float = 5.0


def _gold(task: Task) -> Callable[[Path], object]:
    def read(path: Path) -> object:
        table = StimulusTable(task, "dev", read_gold(path, task), None, path)
        return table.stimuli, table.pairs, table.voices

    return read


@cache
def _scored() -> StimulusTable:
    rows = lexical_rows()
    rows = rows.astype({"correct": "int8", "length": "Int64"})
    return StimulusTable("lexical", "dev", rows)


@cache
def _index() -> ScoreIndex:
    return ScoreIndex(_scored())


def _packed(path: Path) -> object:
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):  # no fuzzer packs: what is not packed is packed for it
        path.write_bytes(gzip.compress(content, 1, mtime=0))
    return _index().verdicts(_index().read(path))


def _chat(path: Path) -> object:
    return read_chat(path), read_chat(path, wording="heard")


def _pickled(path: Path) -> object:
    with redirect_stderr(io.StringIO()):  # the notice that this is a pickle
        return read_centroids(path, trust_pickle=True)


def _sound(path: Path) -> None:
    """Ask for everything that is asked of a sound file; one refusal must not hide what comes behind it."""
    read_comment(path)
    first = None
    for ask in (
        verify_stimulus_audio,
        audio_seconds,
        read_audio,
        lambda path: read_audio(path, resample=True, downmix=True, seconds=0.5),
    ):
        try:
            ask(path)
        except Exception as error:  # noqa: BLE001  # raised below, once all were asked
            first = first or error
    if first is not None:
        raise first


@contextmanager
def _content(path: Path):
    """Make the folder above `datasets/` the user's own content."""
    root = next(parent.parent for parent in path.parents if parent.name == "datasets")
    before = os.environ.get("BABYSLM_CONTENT")
    os.environ["BABYSLM_CONTENT"] = str(root)
    try:
        yield
    finally:
        os.environ.pop("BABYSLM_CONTENT")
        if before is not None:
            os.environ["BABYSLM_CONTENT"] = before


def _phones(path: Path) -> object:
    with _content(path):
        phones = load_phone_set.__wrapped__(LANGUAGE)
    return phones.respell("cats"), phones.by_hand("cats"), phones.vowels


def _mnemonics(path: Path) -> object:
    from babyslm.speech.synthesis import mnemonics

    shipped = mnemonics.load_phone_set
    mnemonics.load_phone_set = lambda _: shipped("en")  # the table is held against the phones of English
    try:
        with _content(path):
            return load_mnemonics.__wrapped__(LANGUAGE).decode(["k", "a"])
    finally:
        mnemonics.load_phone_set = shipped


def _voices(path: Path) -> object:
    with _content(path):
        return [voice.variant for voice in load_voices.__wrapped__(LANGUAGE)]


def _conditions(path: Path) -> object:
    with _content(path):
        return load_conditions.__wrapped__()


def _table(read: Callable[[Path], object]) -> Callable[[Path], object]:
    """Read what is given; JSON columns are made a parquet table first, since no fuzzer finds its inner structure."""

    def reader(path: Path) -> object:
        import pyarrow as pa
        import pyarrow.parquet as pq

        with suppress(ValueError, TypeError, OverflowError, RecursionError, pa.ArrowException):
            columns = json.loads(path.read_bytes())
            made = pa.Table.from_arrays([pa.array(each) for _, each in columns], names=[name for name, _ in columns])
            pq.write_table(made, path)
        return read(path)

    return reader


def _documents(path: Path) -> object:
    """Read documents as `prepare lucie` does, without its stages."""
    import pyarrow.parquet as pq

    from babyslm.corpora.lucie.documents import adapt
    from babyslm.corpora.lucie.reading import verify_source

    verify_source(str(path.parent), (), "")
    rows = pq.read_table(path).to_pylist()
    return [adapt(None, row, str(path), number) for number, row in enumerate(rows)]


def _audited(path: Path) -> object:
    return _sentences(path, "fr")


PARQUET = ("PAR1", "schema", "UTF8", "pandas", "ARROW:schema", "\u0015\u0004")
COLUMNS = ('["gloss",', '["text",', '["phones",', "[1, 2]", '["a", null]', "[true]", "[[1]]", '[{"a": 1}]', "[1e999]")
TABLE = (
    *PARQUET,
    *COLUMNS,
    '["speaker_role",',
    '["target_child_age",',
    '["transcript_id",',
    '["language",',
    '["onset",',
)
TRIALS = (*PARQUET, *COLUMNS, '["task",', '["good_score",', '["cluster",', '["item",')

TARGETS: dict[str, Target] = {
    "gold-lexical": Target("gold.csv", _gold("lexical"), ("\n", ",", '"', "oov", "0", "1", "\r\n")),
    "gold-syntactic": Target("gold.csv", _gold("syntactic"), ("\n", ",", '"', "0", "1", "\r\n")),
    "scores": Target("dev.txt", lambda path: read_scores(path, _scored()), ("nan", "inf", "1e999", "\n", " ", "_")),
    "packed-scores": Target("dev.txt.gz", _packed, ("\x1f\u008b\x08", "nan", "inf", "1e999", "\n", " ")),
    "chat": Target(
        "child.cha",
        _chat,
        (
            "@Begin",
            "@End",
            "@ID:\t",
            "@Participants:\t",
            "*CHI:\t",
            "%pho:\t",
            "\x15",
            "0_1",
            "[: ",
            "[//]",
            "&=",
            "<",
        ),
    ),
    "childes-parquet": Target("utterances.parquet", _table(read_childes_table), TABLE),
    "corpus-parquet": Target("utterances.parquet", _table(lambda path: load_corpus(path.parent).words), TABLE),
    "lines-parquet": Target("heard.parquet", _table(lambda path: read_lines(path, "words")), TABLE),
    "words-parquet": Target("words.parquet", _table(lambda path: count_words(path, "fr")), TABLE),
    "audit-parquet": Target("audit.parquet", _table(_audited), TABLE),
    "documents-parquet": Target("part.parquet", _table(_documents), (*PARQUET, *COLUMNS, '["source",', '["extra",')),
    "trials-parquet": Target("trials.parquet", _table(read_trials), TRIALS),
    "rttm": Target("child.rttm", read_rttm, ("SPEAKER ", ";;", "<NA>", " nan ", " inf ", "1e308", "\n")),
    "submission-card": Target("card.yaml", read_submission_card, YAML),
    "stimulus-card": Target("card.yaml", read_stimulus_card, YAML),
    "corpus-card": Target("card.yaml", lambda path: parse_document(CorpusCard, read_yaml(path), path), YAML),
    "model-card": Target("babyslm.json", lambda path: read_header(path.parent, Header), ('"', "{", "1e999", "9" * 30)),
    "result-record": Target("result.json", read_record, ('"', "{", "NaN", "1e999", "9" * 30)),
    "phone-card": Target(f"datasets/phones/{LANGUAGE}.yaml", _phones, (*YAML, "(", "(?", "\\")),
    "mnemonic-card": Target(f"datasets/phones/mnemonics-{LANGUAGE}.yaml", _mnemonics, YAML),
    "voice-card": Target(f"datasets/voices/{LANGUAGE}.yaml", _voices, (*YAML, ".nan", ".inf")),
    "conditions": Target("datasets/conditions.yaml", _conditions, (*YAML, ".nan", ".inf")),
    "set-card": Target("stimuli/made/set.yaml", lambda path: load_registry(path.parent.parent.parent), YAML),
    "recipe": Target("recipe.yaml", load_recipe, YAML, seconds=60.0),
    "lexicon": Target("lexicon.tsv", read_lemmas, ("\t", "\n", '"', "noun", "plural=", ";", "12-18")),
    "word-counts": Target(
        "words.tsv", lambda path: count_words(path, "fr"), ("\t", "\n", "²", "१", "'", "l'", "\x0b")
    ),
    "dictionary": Target(
        "cmudict.txt", lambda path: read_dictionary(path, load_phone_set("en")), (";;;", "(1)", "#", "AH0", "\n")
    ),
    "templates": Target("templates.yaml", lambda path: load_templates(LANGUAGE, path), (*YAML, "{noun:plural}")),
    "blimp": Target("paradigm.jsonl", lambda path: load_blimp([path], "fuzz"), ('"sentence_good": ', '"UID": ', "\n")),
    "zorro": Target("paradigm.txt", lambda path: load_zorro([path], "fuzz"), ("\n", "\r")),
    "pairs": Target("pairs.tsv", load_tsv, ("\t", "\n")),
    "codebook-npy": Target("km.npy", read_centroids, ("\u0093NUMPY", "'descr'", "'<f8'", "'|O'", "'shape'", "(", ",")),
    "codebook-safetensors": Target("km.safetensors", read_centroids, ('"dtype"', '"F32"', '"shape"', "[", "0")),
    "codebook-pickle": Target(
        "km.pkl", _pickled, ("cnumpy\ndtype\n", "cnumpy\nndarray\n", "R", "b", "\u0081", "O8", ".")
    ),
    "wav": Target("sound.wav", _sound, ("RIFF", "WAVE", "fmt ", "data", "LIST", "RF64", "ds64", "\xff\xff\xff\xff")),
    "flac": Target("sound.flac", _sound, ("fLaC", "\xff\xf8", "COMMENT=")),
}
"""Every reader of outside files, by name."""
