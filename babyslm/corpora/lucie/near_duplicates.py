"""Removal of near-duplicates by MinHash: signatures, buckets, clusters, filter."""

import re
from functools import partial
from pathlib import Path
from typing import Any

from datatrove.io import get_datafolder
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, minhash
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.utils.hashing import HashConfig

from babyslm.corpora.lucie.recipe import Deduplication

__all__ = ["Signatures", "buckets", "clusters", "config_of", "unique"]

WORD = re.compile(r"\w+")


def hash64(text: str) -> int:
    """Return the 64-bit xxHash of a text; datatrove's own function passes str where xxhash 4 requires bytes."""
    from xxhash import xxh64_intdigest

    return int(xxh64_intdigest(text.encode("utf-8")))


class Words:
    """A word tokenizer for text simplified by datatrove: lower case, no punctuation."""

    def word_tokenize(self, text: str) -> list[str]:
        """Return the words of a text."""
        return WORD.findall(text)


class Signatures(MinhashDedupSignature):  # type: ignore[misc]
    """datatrove's signatures, with words separated by spaces and punctuation.

    datatrove's tokenizers need a spaCy model for each language; for shingles of five words the difference is
    negligible.

    :param folder: folder of the signatures.
    :param config: n-grams, buckets, hashes.
    """

    def __init__(self, folder: Path, config: MinhashConfig) -> None:
        PipelineStep.__init__(self)
        self.output_folder = get_datafolder(str(folder))
        self.config = config
        self.num_hashes = config.num_buckets * config.hashes_per_bucket
        self._parameters = None
        self._hash_func = hash64
        self.language = "any"
        self.word_tokenizer = Words()
        self.skip_existing_sigs = False


class Clusters(MinhashDedupCluster):  # type: ignore[misc]
    """datatrove's clusters without the progress bar, which it also draws into pipes."""

    def run(self, data: Any = None, _: int = 0, world_size: int = 1) -> Any:
        """Find the documents to remove."""
        minhash.tqdm = partial(minhash.tqdm, disable=True)
        return super().run(data, _, world_size)


def config_of(settings: Deduplication, seed: int) -> Any:
    """Return datatrove's configuration.

    :param settings: n-grams, buckets, hashes.
    :param seed: seed of the hash functions.
    """
    return MinhashConfig(
        n_grams=settings.ngrams,
        num_buckets=settings.buckets,
        hashes_per_bucket=settings.hashes,
        seed=1 + seed % (2**31),
        hash_config=HashConfig(precision=64),
    )


def buckets(signatures: Path, pairs: Path, config: Any) -> Any:
    """Return the step that finds pairs with matching signatures; it runs as one task per bucket."""
    return MinhashDedupBuckets(str(signatures), str(pairs), config=config)


def clusters(pairs: Path, removed: Path, config: Any) -> Any:
    """Return the step that selects the documents to remove; it runs as one task."""
    return Clusters(str(pairs), str(removed), config=config)


def unique(removed: Path) -> Any:
    """Return the step that removes them, to run on the files from which the signatures were computed."""
    return MinhashDedupFilter(str(removed))
