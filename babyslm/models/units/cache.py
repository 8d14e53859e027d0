"""Cache of unit sequences, keyed by the content of the sound and by everything that determines its units."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from babyslm.caches import keep_entry, kept_entry
from babyslm.files import WriteError, cache_folder, sha256_text
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.units.protocol import Quantiser, Units
from babyslm.speech.audio import Samples

__all__ = ["UnitCache"]

VERSION = 1
"""Version of the keys; raised when the same sound, encoder and codebook give other units than before."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str
    units: list[NonNegativeInt]


class UnitCache:
    """Cache with one small file per utterance, in a folder for the encoder and codebook.

    An entry that is unreadable, damaged or of another key counts as absent and is written again. A cache that cannot
    be written costs time but does not change the result.

    :param encoder: the encoder, whose settings are part of the key.
    :param codebook: the codebook, whose digest is part of the key.
    :param folder: folder of the entries; default the user's cache.
    """

    def __init__(self, encoder: Encoder, codebook: Quantiser, folder: Path | None = None) -> None:
        told = json.dumps([VERSION, encoder.settings, codebook.digest], sort_keys=True)
        self.maker = sha256_text(told)
        self.folder = (folder or cache_folder("units")) / self.maker[:16]

    def key(self, waveform: Samples) -> str:
        """Return the key of a sound: a hash of its samples and of everything that determines its units."""
        return self.key_of([waveform])

    def key_of(self, blocks: Iterable[Samples]) -> str:
        """Return the key of a sound given in blocks; it does not depend on the block boundaries."""
        digest = sha256(self.maker.encode())
        for block in blocks:
            digest.update(np.ascontiguousarray(block, dtype="<f4").tobytes())
        return digest.hexdigest()

    def get(self, key: str) -> Units | None:
        """Return the units stored under a key, or None."""
        written = kept_entry(self._path(key))
        if written is None:
            return None
        try:
            entry = _Entry.model_validate_json(written)
        except ValidationError:
            return None
        return np.array(entry.units, dtype=np.int64) if entry.key == key else None

    def put(self, key: str, units: Sequence[int] | Units) -> None:
        """Store the units of a key."""
        entry = _Entry(key=key, units=[int(unit) for unit in units])
        with suppress(WriteError):
            keep_entry(self._path(key), entry.model_dump_json().encode())

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:34]}"
