"""Location of the bundled espeak-ng: library and data from the wheel `espeakng-loader`."""

from pathlib import Path

__all__ = ["espeak_data", "espeak_library", "prepare_phonemizer"]


def espeak_library() -> Path:
    """Return the path of the espeak-ng shared library."""
    import espeakng_loader

    return Path(espeakng_loader.get_library_path())


def espeak_data() -> Path:
    """Return the folder `espeak-ng-data`."""
    import espeakng_loader

    return Path(espeakng_loader.get_data_path())


def prepare_phonemizer() -> None:
    """Make phonemizer use the bundled espeak-ng, so that no system package is needed."""
    from phonemizer.backend.espeak.wrapper import EspeakWrapper

    EspeakWrapper.set_library(str(espeak_library()))
    EspeakWrapper.set_data_path(str(espeak_data()))
