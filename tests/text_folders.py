"""Model folders as Hugging Face saves them: a tiny network and a self-made tokenizer of Lucie's shape."""

import json
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from tests.tiny_networks import bert, llama

PIECES = ["the", "dog", "dogs", "run", "runs", "cat", "cats", "a", "A", "sees", "see", "big"]


def pipeline() -> Tokenizer:
    """Byte-pair encoding with byte fallback, a prefixed space, no pre-tokenizer, and a space after an apostrophe.

    Ids as in Lucie: 0 begins, 1 ends, 2 unknown, 3 padding.
    """
    vocabulary = {"<s>": 0, "</s>": 1, "<unk>": 2, "<pad>": 3}
    for symbol in ["▁", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,'!?12"]:
        vocabulary[symbol] = len(vocabulary)
    for byte in range(256):
        vocabulary[f"<0x{byte:02X}>"] = len(vocabulary)
    merges = []
    for word in PIECES:
        left = "▁"
        for letter in word:
            if left + letter not in vocabulary:
                vocabulary[left + letter] = len(vocabulary)
                merges.append((left, letter))
            left += letter
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Replace(Regex(r"'(?=\w)"), "' "),
            normalizers.Prepend("▁"),
            normalizers.Replace(" ", "▁"),
        ]
    )
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    made.add_special_tokens(["<s>", "</s>", "<unk>", "<pad>"])
    return made


TOKENIZER_CONFIG = {
    "add_bos_token": True,
    "add_eos_token": False,
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "tokenizer_class": "LlamaTokenizer",
    "model_max_length": 10**30,
    "clean_up_tokenization_spaces": False,
}


def write_tokenizer(folder: Path, **changes: Any) -> Tokenizer:
    made = pipeline()
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(TOKENIZER_CONFIG | changes), encoding="utf-8")
    return made


def causal_folder(folder: Path, *, tokenizer: dict[str, Any] | None = None, **changes: Any) -> Path:
    """A tiny Llama with Lucie's ids and the tokenizer above."""
    made = write_tokenizer(folder, **(tokenizer or {}))
    settings = {"vocab_size": made.get_vocab_size(), "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 3}
    llama(**(settings | changes)).save_pretrained(folder, safe_serialization=True)
    return folder


def masked_folder(folder: Path, **changes: Any) -> Path:
    """A tiny BERT with a word-piece tokenizer."""
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "the",
        "dog",
        "cat",
        "run",
        "sleep",
        "##s",
        "##ing",
        ".",
        "a",
    ]
    made = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "BertTokenizer",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    bert(**({"vocab_size": len(words)} | changes)).save_pretrained(folder, safe_serialization=True)
    return folder
