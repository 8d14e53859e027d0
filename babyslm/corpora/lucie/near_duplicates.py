"""MinHash removal of near-duplicates: signatures, buckets, clusters, and what is left."""

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
    """Return the 64-bit xxHash of a text; datatrove's own passes text that xxhash 4 wants as bytes."""
    from xxhash import xxh64_intdigest

    return int(xxh64_intdigest(text.encode("utf-8")))


class Words:
    """A word tokenizer for texts that datatrove has simplified: lower case, without punctuation."""

    def word_tokenize(self, text: str) -> list[str]:
        """Return the words of a text."""
        return WORD.findall(text)


class Signatures(MinhashDedupSignature):  # type: ignore[misc]
    """datatrove's signatures with words as spaces and punctuation part them.

    Its own tokenizers need spaCy for each language; shingles of five words differ in nothing that MinHash would see.

    :param folder: where signatures go.
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
    """datatrove's clusters without its progress bar, which it draws into pipes as well."""

    def run(self, data: Any = None, _: int = 0, world_size: int = 1) -> Any:
        """Find which documents go."""
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
    """Return the step that finds pairs of like signatures; it runs as one task a bucket."""
    return MinhashDedupBuckets(str(signatures), str(pairs), config=config)


def clusters(pairs: Path, removed: Path, config: Any) -> Any:
    """Return the step that says which documents go; it runs as one task."""
    return Clusters(str(pairs), str(removed), config=config)


def unique(removed: Path) -> Any:
    """Return the step that drops them, on the files that the signatures were made of."""
    return MinhashDedupFilter(str(removed))
