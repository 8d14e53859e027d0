"""Tokenizers of text learners, trained on their corpus: words, phones, byte-pair pieces, or Lucie's pre-tokenisation.

Special ids as in Lucie: 0 begin, 1 end, 2 unknown, 3 padding; 4 is the mask of a masked learner.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from babyslm.models.symbols.vocabulary import normalise

__all__ = ["MASK", "SPECIAL", "Pieces", "as_fast", "build_tokenizer", "form_of"]

Pieces = Literal["words", "phones", "bpe", "lucie"]

SPECIAL = ("<s>", "</s>", "<unk>", "<pad>")
MASK = "<mask>"
HEADERS = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
"""Conversation marks; reserved in the vocabulary from the start, as in Lucie."""
RUNS = tuple(" " * n for n in range(1, 9))
OPENING = "([{/<'’\"«“‘‚‹—–―"
"""A space is inserted after these characters, and after line breaks and tabs, if a word or a space follows: an elided
article does not change the pieces of the noun."""


def form_of(line: str, kind: Pieces) -> str:
    """Return a line as its tokenizer expects it: lower case without final punctuation, except for phones and Lucie.

    :param line: line of the corpus.
    :param kind: kind of tokenizer.
    """
    return line if kind in ("phones", "lucie") else normalise(line)


def build_tokenizer(lines: Sequence[str], kind: Pieces, *, size: int, at_least: int = 1, masked: bool = False) -> Any:
    """Train a tokenizer.

    :param lines: lines in the form given by `form_of`.
    :param kind: `words` and `phones` are separated by spaces; `bpe` is byte-level; for `lucie` see `lucie_pipeline`.
    :param size: upper limit on the vocabulary, special tokens included; of words the most frequent are kept.
    :param at_least: fewest occurrences of a word or phone; rarer ones are unknown.
    :param masked: add a mask token, and put `<s> ... </s>` around a text; otherwise only `<s>` before it.
    :returns: a transformers tokenizer.
    """
    special = [*SPECIAL, *([MASK] if masked else [])]
    match kind:
        case "words" | "phones":
            made = _whole(lines, special, size, at_least)
        case "bpe":
            made = _byte_pairs(lines, special, size)
        case "lucie":
            made = lucie_pipeline(lines, size)
    frame = "<s> $A </s>" if masked else "<s> $A"
    made.post_processor = processors.TemplateProcessing(single=frame, special_tokens=[("<s>", 0), ("</s>", 1)])
    return as_fast(made, masked=masked)


def as_fast(made: Tokenizer, *, masked: bool = False) -> Any:
    """Return a pipeline as a transformers tokenizer with named special tokens."""
    from transformers import PreTrainedTokenizerFast

    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    if masked:
        names |= {"mask_token": MASK, "cls_token": "<s>", "sep_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=made, clean_up_tokenization_spaces=False, **names)


def _whole(lines: Sequence[str], special: list[str], size: int, at_least: int) -> Tokenizer:
    counts = Counter(symbol for line in lines for symbol in line.split())
    kept = sorted((symbol for symbol in counts if counts[symbol] >= at_least), key=lambda s: (-counts[s], s))
    symbols = [*special, *kept[: size - len(special)]]
    made = Tokenizer(models.WordLevel({symbol: i for i, symbol in enumerate(symbols)}, unk_token="<unk>"))  # noqa: S106
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.decoder = decoders.WordPiece(prefix="", cleanup=False)
    made.add_special_tokens(special)
    return made


def _byte_pairs(lines: Sequence[str], special: list[str], size: int) -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(lines, trainer)
    return made


def lucie_pipeline(lines: Sequence[str], size: int) -> Tokenizer:
    """Train a small byte-pair tokenizer that segments text in the way of Lucie's tokenizer.

    Text is normalised to NFC; a space is inserted after opening marks if a word or space follows, and before the text;
    each digit is a token, and punctuation never merges with letters; characters outside the vocabulary become bytes.
    As in Lucie's tokenizer there is no pre-tokenisation when merges are applied. Merges do not cross word boundaries
    even so, because they were learned on separate words.

    :param lines: raw text.
    :param size: size of the vocabulary, special tokens and the 256 bytes included.
    """
    cut = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"▁?\p{L}[\p{L}\p{M}]*|▁?\p{N}|▁+|."), "isolated"),
            pre_tokenizers.Split(Regex(r"\p{N}"), "isolated"),
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{M}▁]"), "isolated"),
        ]
    )
    normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Replace(Regex("[\r\0]"), ""),
            normalizers.Replace("\u00a0", " "),
            normalizers.Replace(Regex(rf"(?<=[\n\t{_escaped(OPENING)}])(?=[\w ])"), " "),
            normalizers.Prepend("▁"),
            normalizers.Replace(" ", "▁"),
        ]
    )
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    reserved = [*SPECIAL, *bytes_, *HEADERS, *("▁" * len(run) for run in RUNS[1:]), *"0123456789"]
    learning = Tokenizer(models.BPE())
    learning.normalizer, learning.pre_tokenizer = normalizer, cut
    room = max(size - len(reserved), 1)
    learning.train_from_iterator(
        lines, trainers.BpeTrainer(vocab_size=room, min_frequency=2, limit_alphabet=1000, show_progress=False)
    )
    return _with_bytes(learning, reserved, normalizer)


def _with_bytes(learning: Tokenizer, reserved: list[str], normalizer: Any) -> Tokenizer:
    """Return the learned merges after the reserved pieces, with byte fallback and without pre-tokenisation."""
    import json

    learned = json.loads(learning.to_str())["model"]
    vocabulary = {piece: i for i, piece in enumerate(reserved)}
    for piece in sorted(learned["vocab"], key=learned["vocab"].get):
        vocabulary.setdefault(piece, len(vocabulary))
    merges = [tuple(pair) for pair in learned["merges"]]
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=False))  # noqa: S106
    made.normalizer = normalizer
    made.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
            decoders.Replace(Regex(rf"(?<=[\n\t{_escaped(OPENING)}]) "), ""),
        ]
    )
    made.add_special_tokens([*SPECIAL, *HEADERS])
    return made


def _escaped(signs: str) -> str:
    return "".join(f"\\{sign}" if sign in "[]()^-\\" else sign for sign in signs)
