"""Preparation of long-form home recordings, segmented by the RTTM output of a voice-type classifier."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.recorded.recordings import AUDIO, by_stem, cut_clips, find_recordings, link_recordings, seconds_of
from babyslm.corpora.recorded.rttm import merge, read_rttm
from babyslm.files import sha256_text
from babyslm.verify.corpora.rttm import NoSegmentsError

__all__ = ["ADULTS", "prepare_longform"]

ADULTS = ("FEM", "MAL")
"""Labels of adults in the output of common voice-type classifiers."""
LICENCE = "as stated by the source; recordings of homes are personal data: keep to their consent and terms"


def prepare_longform(
    source: Path,
    rttm: Path,
    out: Path,
    *,
    language: str = "en",
    labels: Sequence[str] = ADULTS,
    least: float = 0.5,
    most: float = 20.0,
    gap: float = 0.0,
    clips: bool = False,
    parts: Parts | None = None,
) -> Corpus:
    """Prepare long-form recordings.

    :param source: folder of recordings with the names used in the RTTM files.
    :param rttm: RTTM file or folder.
    :param out: corpus folder to write.
    :param language: language spoken, for the card.
    :param labels: labels of the speakers to keep; default adults.
    :param least: shortest segment in seconds.
    :param most: longest segment in seconds; longer ones are dropped, as most of them are classification errors.
    :param gap: longest silence in seconds that is bridged within the speech of a speaker.
    :param clips: cut clips instead of linking to the recordings; necessary for sample rates other than 16 kHz.
    :param parts: splits and budgets; default none.
    :raises NoSegmentsError: if no segment matches the recordings and labels.
    """
    recordings = find_recordings(source)
    named = by_stem(recordings)
    segments = read_rttm(rttm)
    chosen = segments[segments["label"].isin(list(labels)) & segments["recording"].isin(named)]
    rows = []
    for (recording, label), own in chosen.groupby(["recording", "label"]):
        path = named[recording]
        length = seconds_of(path, strict=not clips)
        spans = merge(list(zip(own["onset"].tolist(), own["offset"].tolist(), strict=True)), gap=gap)
        for onset, offset in spans:
            end = min(offset, length)
            if least <= end - onset <= most:
                rows.append(
                    {
                        "audio": f"{AUDIO}/{path.relative_to(source).as_posix()}",
                        "recording": path,
                        "name": path.relative_to(source).with_suffix("").as_posix(),
                        "onset": onset,
                        "offset": end,
                        "speaker": f"{recording}/{label}",
                        "role": label,
                        "source": recording,
                    }
                )
    if not rows:
        have = sorted({*segments["label"].unique(), *segments["recording"].unique()})
        raise NoSegmentsError(rttm, [*labels, *sorted(named)], have)
    table = pd.DataFrame(rows).sort_values(["source", "onset", "role"], kind="stable", ignore_index=True)
    if clips:
        table = cut_clips(table, out)
    else:
        out.mkdir(parents=True, exist_ok=True)
        link_recordings(source, out)
    lines = segments.to_csv(index=False, lineterminator="\n")
    corpus = save_corpus(
        table,
        out,
        name=source.name,
        language=language,
        licence=LICENCE,
        sources=[
            f"{source.name}: {len(named)} recording(s)",
            f"{rttm.name} (sha256 of its segments {sha256_text(lines)})",
        ],
        speech="in-the-wild",
        settings={"labels": list(labels), "least": least, "most": most, "gap": gap, "clips": clips}
        | ({"parts": parts.record()} if parts else {}),
    )
    if parts is not None:
        write_parts(corpus, parts)
    return corpus
