"""Loading of the quantiser of a model folder, whichever kind it is."""

from pathlib import Path

from babyslm.models.units.codebook import Codebook
from babyslm.models.units.posteriors import POSTERIORS_NAME, PosteriorUnits
from babyslm.models.units.protocol import Quantiser

__all__ = ["load_quantiser"]


def load_quantiser(folder: Path) -> Quantiser:
    """Read the quantiser of a model folder.

    :param folder: model folder, with `posteriors.json` or a codebook.
    """
    return PosteriorUnits.load(folder) if (folder / POSTERIORS_NAME).is_file() else Codebook.load(folder)
