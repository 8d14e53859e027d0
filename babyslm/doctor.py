"""What is installed here, and what is missing for what."""

import os
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["EXTRAS", "Report", "examine"]

CORE = ("torch", "torchaudio", "transformers", "numpy", "pandas", "scipy", "librosa", "soundfile", "phonemizer")

EXTRAS: dict[str, tuple[tuple[str, ...], str]] = {
    "fairseq2": (("fairseq2",), "wav2vec 2.0 encoders of fairseq2"),
    "corpora": (("datatrove", "datasets", "pylangacq"), "CHAT transcripts and the Lucie Training Dataset"),
    "ray": (("ray",), "evaluation and building on many machines"),
    "rooms": (("pyroomacoustics",), "simulated rooms in acoustic conditions"),
    "site": (("watchfiles",), "the leaderboard served with rebuild on change"),
    "docs": (("mkdocs",), "building the documentation"),
    "dev": (("pytest", "ruff", "mypy"), "tests and checks"),
}
"""Extra -> modules it brings, and what they are for."""


@dataclass(frozen=True)
class Report:
    """The findings of `babyslm doctor`."""

    versions: dict[str, str | None]
    extras: dict[str, dict[str, Any]]
    devices: list[str]
    voices: dict[str, int]
    caches: dict[str, dict[str, Any]]
    faults: list[str] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """Whether the core install works."""
        return not self.faults

    def as_dict(self) -> dict[str, Any]:
        """Return the findings for `--json`."""
        return {
            "healthy": self.healthy,
            "versions": self.versions,
            "extras": self.extras,
            "devices": self.devices,
            "voices": self.voices,
            "caches": self.caches,
            "faults": self.faults,
        }

    def as_text(self) -> str:
        """Return the findings for people."""
        lines = ["installed"]
        lines += [f"  {name:<14}{number or 'MISSING'}" for name, number in self.versions.items()]
        lines += ["extras"]
        for name, extra in self.extras.items():
            state = "installed" if extra["installed"] else f"missing: {extra['install']}"
            lines.append(f"  {name:<14}{extra['purpose']}; {state}")
        lines += ["devices", *(f"  {device}" for device in self.devices)]
        lines += ["voices", *(f"  {language:<14}{count} espeak-ng voices" for language, count in self.voices.items())]
        lines += [
            "caches",
            *(f"  {path}: {c['files']} files, {c['megabytes']:.1f} MB" for path, c in self.caches.items()),
        ]
        lines += ["all is well" if self.healthy else "faults", *(f"  {fault}" for fault in self.faults)]
        return "\n".join(lines)


def examine() -> Report:
    """Look at packages, extras, devices, voices and caches; a broken core install is a fault."""
    from babyslm import __version__

    versions: dict[str, str | None] = {"babyslm": __version__, "python": sys.version.split()[0]}
    versions |= {name: _version(name) for name in CORE}
    faults = [f"{name} is not installed; pip install babyslm" for name in CORE if versions[name] is None]
    extras = {
        name: {
            "installed": all(find_spec(module) is not None for module in modules),
            "purpose": purpose,
            "install": f"pip install 'babyslm[{name}]'",
        }
        for name, (modules, purpose) in EXTRAS.items()
    }
    return Report(versions, extras, _devices(), _voices(faults), _caches(), faults)


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


def _voices(faults: list[str]) -> dict[str, int]:
    """Count the voices of each language, and make one speak: a library that loads may still be without its data."""
    from babyslm.resources import resource_names
    from babyslm.speech.synthesizer import EspeakSynthesizer, Utterance
    from babyslm.speech.voices import load_voices

    languages = [Path(name).stem for name in resource_names("datasets", "voices/*.yaml")]
    voices = {language: load_voices(language) for language in languages}
    try:
        EspeakSynthesizer().speak(Utterance(("k", "æ", "t"), voices["en"][0]))
    except Exception as error:  # noqa: BLE001  # whatever is wrong is the finding
        faults.append(f"espeak-ng does not speak ({error}); pip install --force-reinstall espeakng-loader")
    return {language: len(each) for language, each in voices.items()}


def _caches() -> dict[str, dict[str, Any]]:
    from babyslm.files import cache_folder

    root: Path = cache_folder(".")
    caches = {}
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
        caches[str(folder)] = {"files": len(sizes), "megabytes": sum(sizes) / 1e6}
    return caches
