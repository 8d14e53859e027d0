"""CHAT transcripts as CHILDES has them, and small recordings to go with them."""

from pathlib import Path

import numpy as np
import soundfile

HEADER = (
    "@UTF8\n@PID:\t11312/c-00000001-1\n@Begin\n@Languages:\teng\n"
    "@Participants:\tCHI Alex Target_Child, MOT Mary Mother,\n\tINV Eve Investigator\n@Options:\tmulti\n"
    "@ID:\teng|Providence|CHI|{age}|male|||Target_Child|||\n@ID:\teng|Providence|MOT||female|||Mother|||\n"
    "@ID:\teng|Providence|INV|||||Investigator|||\n@Media:\t{media}, audio\n@Situation:\tplaying\n"
)

LINES = (
    "*MOT:\t<look at> [/] look at the bed+room , okay ? \x150_1500\x15",
    "%mor:\tv|look prep|at ?",
    "*CHI:\txxx dog(g)ie@c +//. \x151600_2300\x15",
    "%pho:\tˈdɔɡi",
    "%mod:\tˈdɑɡi",
    "*MOT:\tyou wan(t) &-um <the red one> [>] ! \x152400_3300\x15",
    "*INV:\t<yyy> [<] .",
    "*MOT:\t(be)cause it's gonna [: going to] fall [//] drop &~fa (..) &=laughs Mommy_Bear",
    "\tgoed [*] www and mo:re . \x153500_5900\x15",
    "%com:\tshe laughs",
    "*INV:\t0 .",
)


def transcript(path: Path, lines: tuple[str, ...] = LINES, *, age: str = "1;04.28", media: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = HEADER.format(age=age, media=media or path.stem) + "\n".join(lines) + "\n@End\n"
    path.write_text(text, encoding="utf-8")
    return path


def bursts(path: Path, spans: list[tuple[float, float]], *, seconds: float, rate: int = 16_000) -> Path:
    """A recording of noise that is loud in the spans and nearly silent elsewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sound = np.random.default_rng(0).normal(0, 1e-5, round(seconds * rate))
    for onset, offset in spans:
        part = slice(round(onset * rate), round(offset * rate))
        sound[part] += np.random.default_rng(1).normal(0, 0.1, len(sound[part]))
    soundfile.write(path, sound, rate)
    return path
