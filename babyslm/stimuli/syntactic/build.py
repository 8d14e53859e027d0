"""Construction of the syntactic test from templates and a lexicon."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from babyslm.progress import bar
from babyslm.seeds import derive
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.stimulus import SPLITS, Split
from babyslm.stimuli.syntactic.blocks import BlockChoice
from babyslm.stimuli.syntactic.crossing import Block, BlockSource
from babyslm.stimuli.syntactic.fillers import WordBank
from babyslm.stimuli.syntactic.mirror import SentenceSound
from babyslm.stimuli.syntactic.templates import Phenomenon, load_templates
from babyslm.verify.stimuli.templates import TooFewPairsError, UnknownPhenomenonError

__all__ = ["DEFAULT_PAIRS", "DEV_SHARE", "OFFICIAL_PAIRS", "build_syntactic"]

DEFAULT_PAIRS = 10_800
"""Number of pairs in the official set."""

OFFICIAL_PAIRS = {
    "adj_noun_order": 1600,
    "noun_verb_order": 1600,
    "anaphor_gender": 1000,
    "anaphor_number": 2000,
    "determiner_noun": 1000,
    "noun_verb_agreement": 3600,
}
"""Official phenomena and their numbers of pairs, dev and test together."""

DEV_SHARE = 0.2
"""Share of the pairs, and of the lexical material, in dev, as in the official set."""


class HasEntries(Protocol):
    """Interface of a lexicon: its surface forms, one per row."""

    @property
    def entries(self) -> pd.DataFrame:
        """Columns `word, lemma, category, form`, and all columns used in constraints of the templates."""


@dataclass(frozen=True)
class _Source:
    """The templates of a phenomenon and the assignment of lexical material to splits."""

    templates: list[BlockSource]
    material: dict[Split, set[tuple[str, ...]]]


def build_syntactic(
    language: str,
    *,
    lexicon: HasEntries,
    seed: int,
    pairs: Mapping[str, int] | int | None = None,
    at_least: int = 0,
    templates: Path | None = None,
    sounds: Mapping[Split, SentenceSound] | None = None,
) -> dict[Split, pd.DataFrame]:
    """Build the dev and test tables of minimal pairs of a language.

    Pairs come in blocks over the same words (see `crossing.py`). A block belongs to one split, and within a phenomenon
    dev and test share no lexical material. No two blocks contain sentences with the same sound. If two sentences of a
    block have the same sound, the whole block is excluded, so that the crossing holds in the remaining ones. The
    result depends only on the lexicon, the templates, the sounds and the seed.

    :param language: two-letter code, for the phones and for the shipped templates.
    :param lexicon: the words.
    :param seed: seed of the selection of words.
    :param pairs: number of pairs in dev and test together, 20 % of them in dev: a number per phenomenon, or a total
        that is distributed evenly. Both are rounded to whole blocks, at least one per split; default 10,800 in total.
    :param at_least: smallest number of occurrences of a word form in the lexicon's corpus; 0 uses all words.
    :param templates: a template file; default the shipped one of the language.
    :param sounds: sound summaries of sentences in the voices of each split. With them, blocks are selected whose two
        sides are similar in sound (see `babyslm.stimuli.syntactic.mirror`); default no selection by sound.
    :return: by split, the official columns, `phones` and `cluster` (lexical material). The `attrs` of each table hold
        `shared_words` (share of the test lemmas that occur in dev), `shared_material` (share of the test clusters that
        occur in dev), `left_out` (lemmas that some template cannot use, because two forms to be distinguished are
        homophones), `balance` (phenomenon -> highest order of word n-grams at exactly 50 %) and
        `block` (phenomenon -> pairs in a block, whose numbers follow each other).
    :raises TooFewPairsError: if the lexicon yields fewer pairs.
    :raises UnknownPhenomenonError: if a phenomenon has no template.
    """
    document = load_templates(language, templates)
    entries = lexicon.entries
    bank = WordBank(entries[entries["frequency"].fillna(0) >= at_least] if at_least else entries)
    quotas = _quotas(language, document.phenomena, pairs)
    _learn_words(bank, language)
    sources = {
        phenomenon.name: _source(
            [BlockSource(document, phenomenon, template, bank, seed=seed) for template in phenomenon.templates], seed
        )
        for phenomenon in document.phenomena
        if phenomenon.name in quotas
    }
    choice = BlockChoice(language, seed)
    chosen: dict[Split, list[Block]] = {}
    with bar("Minimal pairs", sum(sum(quota.values()) for quota in quotas.values())) as progress:
        for split in SPLITS:
            chosen[split] = []
            for name, quota in quotas.items():
                source = sources[name]
                sound = sounds[split] if sounds else None
                blocks = choice.take(source.templates, source.material[split], quota[split], sound)
                if len(blocks) < quota[split]:
                    size = source.templates[0].template.size
                    raise TooFewPairsError(document.path, name, split, quota[split] * size, len(blocks) * size)
                chosen[split] += blocks
                progress.advance(len(blocks))
    tables = {split: _table(blocks, split, language) for split, blocks in chosen.items()}
    attrs = _shares(chosen) | {
        "left_out": sorted(
            {lemma for source in sources.values() for each in source.templates for lemma in each.left_out}
        ),
        "balance": {p.name: p.balance for p in document.phenomena if p.name in quotas},
        "block": {p.name: p.size for p in document.phenomena if p.name in quotas},
    }
    for table in tables.values():
        table.attrs.update(attrs)
    return tables


def _quotas(
    language: str, phenomena: list[Phenomenon], pairs: Mapping[str, int] | int | None
) -> dict[str, dict[Split, int]]:
    """Return the number of blocks by phenomenon and split, in file order."""
    names = [phenomenon.name for phenomenon in phenomena]
    if isinstance(pairs, Mapping):
        for name in pairs:
            if name not in names:
                raise UnknownPhenomenonError(language, name, names)
        asked = {name: pairs[name] for name in names if pairs.get(name)}
    else:
        each, rest = divmod(DEFAULT_PAIRS if pairs is None else pairs, len(names))
        asked = {name: each + (place < rest) for place, name in enumerate(names)}
    quotas: dict[str, dict[Split, int]] = {}
    for phenomenon in phenomena:
        if phenomenon.name in asked:
            blocks = max(2, round(asked[phenomenon.name] / phenomenon.size))
            dev = max(1, round(blocks * DEV_SHARE))
            quotas[phenomenon.name] = {"dev": dev, "test": blocks - dev}
    return quotas


def _source(templates: list[BlockSource], seed: int) -> _Source:
    """Split the lexical material of a phenomenon.

    The assignment depends only on the seed and on the material, so that a word is in dev for all phenomena or for
    none, as far as their numbers allow.
    """
    found = sorted(
        {material for source in templates for material in source.materials()},
        key=lambda material: (derive(seed, "material", *material), material),
    )
    cut = max(1, round(len(found) * DEV_SHARE))
    return _Source(templates, {"dev": set(found[:cut]), "test": set(found[cut:])})


def _learn_words(bank: WordBank, language: str) -> None:
    """Phonemise all possible words in one call; single calls would be slow."""
    phonemize(sorted({word for filler in bank.fillers for word in (filler.lemma, *filler.forms.values())}), language)


def _table(blocks: list[Block], split: Split, language: str) -> pd.DataFrame:
    numbers: dict[str, int] = {}
    rows = []
    for block in blocks:
        for pair in block.pairs:
            number = numbers[block.phenomenon] = numbers.get(block.phenomenon, 0) + 1
            for correct, sentence in zip((1, 0), pair, strict=True):
                rows.append(
                    {
                        "id": f"{block.phenomenon}-{split}-{number:05d}",
                        "filename": sentence.replace(" ", "_"),
                        "voice": "",
                        "type": block.phenomenon,
                        "subtype": block.template,
                        "correct": correct,
                        "transcription": sentence,
                        "cluster": block.material,
                    }
                )
    table = pd.DataFrame(rows).astype({"correct": "int8"})
    table.insert(table.columns.get_loc("cluster"), "phones", phonemize(list(table["transcription"]), language))
    return table


def _shares(chosen: Mapping[Split, list[Block]]) -> dict[str, float]:
    lemmas = {split: {lemma for block in blocks for lemma in block.lemmas} for split, blocks in chosen.items()}
    materials = {split: {block.material for block in blocks} for split, blocks in chosen.items()}
    return {
        "shared_words": len(lemmas["dev"] & lemmas["test"]) / len(lemmas["test"]),
        "shared_material": len(materials["dev"] & materials["test"]) / len(materials["test"]),
    }
