"""What fuzzing found, and reading the code for the like: each input once broke a reader, and is refused by name."""

import bz2
import gzip
import lzma
import pickle
import resource
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from babyslm.corpora.childes.lines import Scanned
from babyslm.verify.corpora.faults import FaultsError
from babyslm.verify.corpora.tables import CorpusFormatError
from babyslm.verify.documents import DocumentError
from babyslm.verify.errors import BabySLMError
from babyslm.verify.learners.units import CodebookFileError
from babyslm.verify.results.records import TrialsFormatError
from babyslm.verify.speech.audio import AudioFormatError
from babyslm.verify.stimuli.lexicon import DictionaryError, LexiconColumnsError, LexiconFormatError, LexiconRowError
from babyslm.verify.stimuli.sets import EmptyTableError, MissingColumnsError, RowError, TableFormatError
from tests.fuzz.inputs import INPUTS
from tests.fuzz.oracle import hold
from tests.fuzz.targets import TARGETS

CARDS = tuple(name for name in TARGETS if TARGETS[name].file.endswith(".yaml"))
RECORDS = ("model-card", "result-record")

BOMB = b"a0: &a0 {x: 1}\n" + b"".join(b"a%d: &a%d {<<: [*a%d, *a%d]}\n" % (i, i, i - 1, i - 1) for i in range(1, 31))
FOLDED = b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (i, i, i - 1, i - 1) for i in range(1, 31))

HEADER = INPUTS["gold-lexical"]()[0].splitlines()[0]
LINE = "SPEAKER child 1 {} {} <NA> <NA> KCHI <NA> <NA>\n"

CHAT = INPUTS["chat"]()[0]
PARTICIPANTS = b"@Participants:\tCHI Alex Target_Child\n"


def flac(bits: int, value: int, width: int) -> bytes:
    """A whole FLAC file with one field of its header changed, which ends `bits` from the end of its 64 bits."""
    content = INPUTS["flac"]()[0]
    fields = int.from_bytes(content[18:26], "big")
    fields = fields & ~(((1 << width) - 1) << bits) | value << bits
    return content[:18] + fields.to_bytes(8, "big") + content[26:]


def npy(header: str) -> bytes:
    """An array of numpy's format with this header and nothing behind it."""
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


def slow_wav() -> bytes:
    content = INPUTS["wav"]()[0]
    return content[:24] + (1).to_bytes(4, "little") + content[28:]


FOUND: Sequence[tuple[Sequence[str], bytes, type[BabySLMError], str]] = [
    (CARDS, b"[" * 3000, DocumentError, "nested deeper"),
    (CARDS, b"a: 2026-99-99\n", DocumentError, "month must be"),
    (CARDS, b"a: !!int x\n", DocumentError, "not valid YAML"),
    (CARDS, b"a: !!int ''\n", DocumentError, "not valid YAML"),
    (CARDS, b"a: !!bool x\n", DocumentError, "not valid YAML"),
    (CARDS, b"a: !!timestamp x\n", DocumentError, "not valid YAML"),
    (CARDS, b"a: " + b"9" * 5000, DocumentError, "not valid YAML"),
    (CARDS, b"a: \x1a\n", DocumentError, "control characters|special characters"),
    (CARDS, b'a: "\\ud800"\n', DocumentError, "lone surrogate|character escape"),
    (CARDS, BOMB, DocumentError, "expands to more|aliases"),
    (CARDS, FOLDED, DocumentError, "expands to more|aliases"),
    (CARDS, b"a: &a [*a]\n", DocumentError, "a value that contains it|aliases"),
    (RECORDS, b"9" * 5000, DocumentError, "not valid JSON"),
    (RECORDS, b'{"schema_version": 1, "family": "\\ud800"}', DocumentError, "lone surrogate|character escape"),
    (["gold-lexical", "gold-syntactic"], b"\n\n", EmptyTableError, "contains no row"),
    (["gold-lexical"], HEADER.replace(b"filename", b"fil\x01e\r"), MissingColumnsError, r"fil\\x01e"),
    (["gold-lexical"], HEADER + b"\n1,a,,1,a,b c," + b"9" * 30 + b",1\n", RowError, "length is"),
    (["gold-lexical"], HEADER + "\n1,a,,1,a,b c,٣,1\n".encode(), RowError, "length is"),
    (["chat"], CHAT.replace(b"*INV:", b"*I\x0eV:"), FaultsError, r"I\\x0eV is not among"),
    (["chat"], CHAT.replace(b"@Options", PARTICIPANTS + b"@Options"), FaultsError, ":7: has a second @Participants"),
    (["chat"], CHAT.replace(b"@Options", b"@Begin\n@Options"), FaultsError, ":7: has a second @Begin"),
    (["flac"], flac(0, 0, 36), AudioFormatError, "does not state the length"),
    (["flac"], flac(0, 2**36 - 1, 36), AudioFormatError, "more than fit into memory"),
    (["wav"], slow_wav(), AudioFormatError, "sample rate of 1 Hz"),
    (["codebook-npy"], b"PK\x05\x06\x93NUM" + b"\xff" * 40, CodebookFileError, "cannot be read"),
    (["codebook-npy"], npy("{'descr': '<f4', 'shape': (3, 4"), CodebookFileError, "cannot be read"),
    (
        ["codebook-npy"],
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (3, 4)}"),
        CodebookFileError,
        "cannot be",
    ),
    (
        ["codebook-npy"],
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9" + "0" * 12 + ", 4)}"),
        CodebookFileError,
        "cannot be",
    ),
    (["codebook-pickle"], b"]\x00\x00\x80\x05\x95\xfb\x17" + bytes(6), CodebookFileError, "cannot be read"),
    (["codebook-pickle"], b"\x80\x02X\x01\x00.", CodebookFileError, "cannot be read"),
    (["codebook-pickle"], b"cnumpy\ndtype\n(S'u4'\nI00\nI01\ntRI5\nb.", CodebookFileError, "cannot be read"),
    (["rttm"], LINE.format("inf", 1).encode(), FaultsError, "not finite"),
    (["rttm"], LINE.format("1e308", "1e308").encode(), FaultsError, "not finite"),
    (["dictionary"], b"CAT K AE1 T\nDOG XX\n", DictionaryError, r":2: 'dog': the symbol 'XX'"),
    (["word-counts"], b"chat\t" + b"9" * 30, LexiconRowError, "count is"),
    (["word-counts"], b"chat\t" + b"9" * 5000, LexiconRowError, "count is"),
    (["blimp"], b"9" * 5000, TableFormatError, "line 1 is not a BLiMP item"),
    (["blimp"], b"[" * 100_000, TableFormatError, "line 1 is not a BLiMP item"),
    (["blimp"], b'{"sentence_good": 1, "sentence_bad": 2}', TableFormatError, "line 1 is not a BLiMP item"),
    (["blimp"], b'{"sentence_good": "\\ud800", "sentence_bad": "a"}', TableFormatError, "line 1 is not a BLiMP item"),
    (
        ("words-parquet", "audit-parquet"),
        b'[["glo3s", ["look here", "dog"]], ["speaker_role", ["Mother", "Target_Child"]]]',
        LexiconColumnsError,
        "lacks the column",
    ),
    (
        ("words-parquet", "audit-parquet"),
        b'[["text", [[1, 2], [3]]]]',
        LexiconFormatError,
        "contains lists or records",
    ),
    (("corpus-parquet",), b'[["text", [{"a": 1}]]]', CorpusFormatError, "contains lists or records"),
    (("lines-parquet",), b'[["text", [["a"]]]]', CorpusFormatError, "contains lists or records"),
    (("childes-parquet",), b'[["target_child_age", [[1]]]]', CorpusFormatError, "contains lists or records"),
    (("trials-parquet",), b'[["good_score", [[1]]]]', TrialsFormatError, "contains lists or records"),
]


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        pytest.param(name, content, error, message, id=f"{number}-{name}")
        for number, (names, content, error, message) in enumerate(FOUND)
        for name in names
    ],
)
def test_it_is_refused_by_name(
    name: str, content: bytes, error: type[BabySLMError], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        raise hold(TARGETS[name], content, tmp_path) or AssertionError("it was taken")


def test_a_panic_of_the_parser_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doubled header in which pylangacq panics is refused before it; here the check is left out."""
    monkeypatch.setattr(
        "babyslm.corpora.childes.chat.scan", lambda path, account: Scanned(path.read_text().split("\n"))
    )
    text = "@Participants:\tCHI A T, MOT B M,\n@Participants:\tCHI A T\n@ID:\teng|P|MOT||female|||Mother|||\n"
    error = hold(TARGETS["chat"], text.encode(), tmp_path)
    assert isinstance(error, FaultsError)
    assert "its header cannot be parsed (index out of bounds" in str(error)


def test_a_pickle_gets_no_more_memory_than_it_has_bytes(tmp_path: Path) -> None:
    """It says that 3 GB follow; the reader once made room for them."""
    path = tmp_path / "km.pkl"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for code in (b"\x95", b"\x8e", b"\x96"):  # a frame, bytes, an array of bytes
        path.write_bytes(b"\x80\x05" + code + (3 << 30).to_bytes(8, "little") + b"K\x01.")
        with pytest.raises(CodebookFileError):
            TARGETS["codebook-pickle"].read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # KiB


def test_a_bomb_is_left_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("babyslm.models.inert.LARGEST", 10_000)
    for pack in (gzip.compress, bz2.compress, lzma.compress, zlib.compress):
        path = tmp_path / "km.pkl"
        path.write_bytes(pack(pickle.dumps(bytes(20_000))))
        with pytest.raises(CodebookFileError, match="decompresses to more than 10,000 bytes"):
            TARGETS["codebook-pickle"].read(path)
