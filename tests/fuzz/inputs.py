"""Where the fuzzer begins: whole files of each kind, made here or shipped with the project."""

import gzip
import io
import json
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import soundfile
import yaml
from safetensors.numpy import save

from babyslm.corpora.corpus import COLUMNS
from babyslm.results.scores.files import score_lines
from babyslm.seeds import generator
from tests.corpora import transcripts
from tests.fuzz import targets
from tests.leaderboard import made
from tests.tables import lexical_rows, syntactic_rows

ROOT = Path(__file__).parent.parent.parent
SPANISH = ROOT / "examples" / "spanish" / "datasets"
RTTM = (
    ";; made by hand\nSPKR-INFO rec 1 <NA> <NA> <NA> unknown FEM <NA> <NA>\n"
    "SPEAKER rec 1 0.5 1.25 <NA> <NA> KCHI <NA> <NA>\nSPEAKER rec 1 3.0 1.0 <NA> <NA> FEM <NA>\n"
)
LEXICON = (
    "word\tcategory\tage_band\tanimacy\tgender\tframe\tforms\n"
    "dog\tnoun\t12-18\tanimal\t\t\tplural=dogs\nrun\tverb\t18-24\t\t\tintransitive\tthird=runs;past=ran\n"
)
DICTIONARY = ";;; made by hand\nCAT  K AE1 T\nDOG  D AO1 G # a comment\nDOG(1)  D AA1 G\n"


def _csv(rows, voices: tuple[str, ...]) -> bytes:
    return rows(voices).to_csv(index=False).encode()


def _yaml(value: object) -> bytes:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False).encode()


def _scores() -> bytes:
    names = [stimulus.name for stimulus in targets._scored().stimuli]
    values = generator(0, "fuzz", "scores").normal(size=len(names))
    import pandas as pd

    return score_lines(pd.DataFrame({"score": values}, index=names)).encode()


def _transcript() -> bytes:
    text = transcripts.HEADER.format(age="1;04.28", media="child") + "\n".join(transcripts.LINES) + "\n@End\n"
    return text.encode()


CHILDES = [("look here", "Mother", 1, 1, 700.0, "eng"), ("dog", "Target_Child", 1, 2, None, "eng fra")]
CORPUS = [(None, 0.5, 1.5, "a/MOT", "Mother", 700.0, "look", "l ʊ k", "a")]


def _parquet(rows: list[tuple[object, ...]], *, compression: str | None = "snappy") -> bytes:
    import pandas as pd

    names = ["gloss", "speaker_role", "transcript_id", "utterance_order", "target_child_age", "language"]
    table = pd.DataFrame(rows, columns=names if rows is CHILDES else list(COLUMNS))
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression=compression)
    return buffer.getvalue()


def _columns(**columns: list[object]) -> bytes:
    """Columns in the form that a target makes a table of."""
    return json.dumps(list(columns.items())).encode()


def _utterances() -> list[bytes]:
    """Tables of utterances of both forms, as columns."""
    heard = _columns(
        gloss=["look here", "dog"],
        speaker_role=["Mother", "Target_Child"],
        transcript_id=[1, 2],
        utterance_order=[1, 2],
        target_child_age=[700.5, None],
        language=["eng", "eng fra"],
        part_of_speech=["v adv", "n"],
    )
    made = _columns(**{name: [value, None] for name, value in zip(COLUMNS, CORPUS[0], strict=True)})
    return [heard, made]


def _trials() -> list[bytes]:
    from babyslm.models.protocol import ScoreBatch
    from babyslm.results.scores.table import score_table
    from babyslm.results.scores.trials import make_trials

    table = targets._scored()
    names = [stimulus.name for stimulus in table.stimuli]
    trials = make_trials(table, score_table(names, ScoreBatch(np.linspace(-9, -1, len(names)), None)))
    buffer = io.BytesIO()
    trials.head(3).to_parquet(buffer, index=False)
    columns = {str(name): json.loads(column.to_json(orient="values")) for name, column in trials.head(3).items()}
    return [buffer.getvalue(), _columns(**columns)]


def _documents() -> bytes:
    return _columns(
        text=["un mot", ""], language=["fr", "en"], source=["Claire", "x"], id=["1", None], extra=["{}", ""]
    )


def _stimulus_card() -> object:
    return {
        "name": "made",
        "version": "1",
        "language": "en",
        "licence": "CC0-1.0",
        "sources": ["a list"],
        "generator": {"seed": 1, "pairs": {"agreement": 10}},
        "sha256": {"lexical/dev/gold.csv": "0" * 64},
    }


def _corpus_card() -> object:
    return {
        "name": "made",
        "language": "en",
        "licence": "CC0-1.0",
        "sources": ["a list"],
        "speech": "none",
        "utterances": 2,
        "words": 5,
        "hours": None,
        "sha256": "0" * 64,
    }


def _set_card() -> object:
    return {
        "key": "made",
        "name": "Made",
        "version": "1",
        "language": "en",
        "licence": "CC0-1.0",
        "conditions": ["clean"],
        "sha256": {"lexical/dev": "0" * 64},
        "made_by": "babyslm build-stimuli lexical",
    }


def _templates() -> object:
    return {
        "language": "xx",
        "sets": {"being": {"category": "noun", "animacy": ["human", "animal"]}},
        "phenomena": [
            {
                "name": "agreement",
                "description": "a verb agrees with its subject",
                "balance": 1,
                "templates": [
                    {
                        "slots": {"noun": "being", "verb": {"category": "verb"}},
                        "material": ["noun"],
                        "sentence": "the {context} {target}",
                        "context": ["{noun}", "{noun:plural}"],
                        "target": ["{verb:third}", "{verb}"],
                    }
                ],
            }
        ],
    }


def _record() -> bytes:
    """A record with everything that its schema asks for and nothing that tells of this machine."""
    from babyslm.results.outcomes.record import ResultRecord

    digits = {"name": "made", "checksums": {"lexical/dev": "0" * 64}}
    metric = {"task": "lexical", "split": "dev", "measure": "accuracy", "n": 4, "clusters": 4, "trials": 8, "ties": 0}
    value = {
        "schema_version": 1,
        "created": "2026-01-31T00:00:00+00:00",
        "model": {"name": "made"},
        "stimuli": digits,
        "settings": {},
        "environment": _environment(),
        "seconds": 1.0,
        "bootstrap": {"confidence": 0.95, "draws": 100, "seed": 0},
        "metrics": [{**metric, "accuracy": 0.5, "std": 0.5, "low": 0.25, "high": 0.75}],
    }
    return ResultRecord.model_validate(value).model_dump_json().encode()


def _environment() -> object:
    from babyslm.results.outcomes.environment import current_environment

    return current_environment().model_dump(mode="json")


def _sounds(kinds: tuple[tuple[str, str, int, int], ...]) -> list[bytes]:
    made_sounds = []
    for kind, subtype, rate, channels in kinds:
        samples = generator(0, "fuzz", kind, subtype, channels).uniform(-0.5, 0.5, (200, channels)).astype(np.float32)
        buffer = io.BytesIO()
        with soundfile.SoundFile(buffer, "w", rate, channels, subtype=subtype, format=kind) as file:
            file.comment = "made"
            file.write(samples)
        made_sounds.append(buffer.getvalue())
    return made_sounds


WAVS = (
    ("WAV", "PCM_16", 16_000, 1),
    ("WAV", "PCM_24", 44_100, 2),
    ("WAV", "FLOAT", 16_000, 1),
    ("WAVEX", "PCM_16", 16_000, 2),
    ("RF64", "PCM_16", 16_000, 1),
    ("WAV", "IMA_ADPCM", 16_000, 1),
)
FLACS = (("FLAC", "PCM_16", 16_000, 1), ("FLAC", "PCM_24", 48_000, 2))


def _array() -> np.ndarray:
    return generator(0, "fuzz", "centroids").normal(size=(3, 4)).astype(np.float32)


def _npy() -> list[bytes]:
    buffer = io.BytesIO()
    np.save(buffer, _array())
    return [buffer.getvalue()]


def _pickles() -> list[bytes]:
    """K-means as they are published: pickled plainly, and by joblib, with the generator they were fitted with."""
    import joblib
    from sklearn.cluster import MiniBatchKMeans

    kmeans = MiniBatchKMeans(2, n_init=1, random_state=np.random.RandomState(1)).fit(_array())
    buffer = io.BytesIO()
    joblib.dump(kmeans, buffer)
    return [pickle.dumps({"centroids": _array()}, protocol=2), pickle.dumps(kmeans, protocol=5), buffer.getvalue()]


RECIPES = ("phone-3gram.yaml", "phone-5gram.yaml")

INPUTS: Mapping[str, Callable[[], list[bytes]]] = {
    "gold-lexical": lambda: [_csv(lexical_rows, ("alice",)), _csv(lexical_rows, ("",))],
    "gold-syntactic": lambda: [_csv(syntactic_rows, ("alice",)), _csv(syntactic_rows, ("",))],
    "scores": lambda: [_scores()],
    "packed-scores": lambda: [_scores(), gzip.compress(_scores(), mtime=0)],
    "chat": lambda: [_transcript()],
    "rttm": lambda: [RTTM.encode()],
    "childes-parquet": lambda: [_utterances()[0], _parquet(CHILDES), _parquet(CHILDES, compression="zstd")],
    "corpus-parquet": lambda: [_utterances()[1], _parquet(CORPUS), _parquet(CORPUS, compression=None)],
    "lines-parquet": lambda: [*_utterances(), _parquet(CORPUS), _parquet(CHILDES, compression=None)],
    "words-parquet": lambda: [*_utterances(), _parquet(CHILDES, compression=None)],
    "audit-parquet": lambda: [*_utterances(), _parquet(CHILDES, compression=None)],
    "documents-parquet": lambda: [_documents()],
    "trials-parquet": _trials,
    "submission-card": lambda: [_yaml(made.card_of(number)) for number in range(3)],
    "stimulus-card": lambda: [_yaml(_stimulus_card())],
    "corpus-card": lambda: [_yaml(_corpus_card())],
    "model-card": lambda: [json.dumps({"format": 1, "family": "ngram", "name": "made", "order": 3}).encode()],
    "result-record": lambda: [_record()],
    "phone-card": lambda: [(SPANISH / "phones" / "es.yaml").read_bytes()],
    "mnemonic-card": lambda: [(ROOT / "datasets" / "phones" / "mnemonics-en.yaml").read_bytes()],
    "voice-card": lambda: [(SPANISH / "voices" / "es.yaml").read_bytes()],
    "conditions": lambda: [(ROOT / "datasets" / "conditions.yaml").read_bytes()],
    "set-card": lambda: [_yaml(_set_card())],
    "recipe": lambda: [(ROOT / "baselines" / name).read_bytes() + b"\ncorpus: heard.txt\n" for name in RECIPES],
    "lexicon": lambda: [LEXICON.encode()],
    "word-counts": lambda: [b"word\tcount\nchat\t12\nl'eau\t3\n", b"le chat voit l'eau\nqu'il dort\n"],
    "dictionary": lambda: [DICTIONARY.encode()],
    "templates": lambda: [_yaml(_templates())],
    "blimp": lambda: [b'{"sentence_good": "a b", "sentence_bad": "b a", "UID": "order", "pairID": "0"}\n'],
    "zorro": lambda: [b"b a .\na b .\nd c .\nc d .\n"],
    "pairs": lambda: [b"a b\tb a\nc d\td c\n"],
    "codebook-npy": _npy,
    "codebook-safetensors": lambda: [save({"centroids": _array()})],
    "codebook-pickle": _pickles,
    "wav": lambda: _sounds(WAVS),
    "flac": lambda: _sounds(FLACS),
}
"""A few whole files for each target; the fuzzer takes them apart."""


BINARY = (
    "childes-parquet",
    "corpus-parquet",
    "lines-parquet",
    "words-parquet",
    "audit-parquet",
    "documents-parquet",
    "trials-parquet",
    "packed-scores",
    "codebook-npy",
    "codebook-pickle",
    "wav",
    "flac",
)
"""Targets whose words are bytes, written as the characters of Latin-1."""


def write_inputs(name: str, folder: Path) -> int:
    """Write the first inputs of a target, and return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = INPUTS[name]()
    for number, content in enumerate(contents):
        (folder / f"{number:02}").write_bytes(content)
    return len(contents)


def write_words(name: str, path: Path) -> None:
    """Write the words of a target's format as a dictionary of libFuzzer."""
    lines = []
    for word in targets.TARGETS[name].words:
        spelled = "".join(f"\\x{byte:02X}" for byte in word.encode("latin-1" if name in BINARY else "utf-8"))
        lines.append(f'"{spelled}"\n')
    path.write_text("".join(lines), encoding="ascii")
