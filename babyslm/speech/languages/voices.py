"""Eight voices for a drafted language: two in dev, four in test, two in training only, half of them women."""

__all__ = ["voice_card"]

VOICES = (
    ("dev_woman", "female", "dev", (188, 248), 1.12, 1.0, 165),
    ("dev_man", "male", "dev", (92, 128), 0.97, 1.0, 160),
    ("test_woman_1", "female", "test", (170, 220), 1.09, 1.2, 158),
    ("test_woman_2", "female", "test", (210, 280), 1.17, 1.0, 170),
    ("test_man_1", "male", "test", (84, 118), 0.93, 1.0, 152),
    ("test_man_2", "male", "test", (104, 146), 1.0, 1.15, 168),
    ("train_woman", "female", "train", (180, 236), 1.14, 1.0, 160),
    ("train_man", "male", "train", (98, 134), 0.95, 1.0, 164),
)
"""Name, sex, split, pitch in Hz, factor of the formants, factor of their width, words a minute."""


def voice_card(language: str) -> str:
    """Return the text of `datasets/voices/LANG.yaml`.

    :param language: two-letter code.
    """
    lines = [f"# Speakers of {language}: 2 in dev, 4 in test, 2 in training only.", f"language: {language}", "voices:"]
    for name, sex, split, pitch, tract, width, rate in VOICES:
        lines += [f"  {name}:", f"    sex: {sex}", f"    split: {split}", f"    pitch: [{pitch[0]}, {pitch[1]}]"]
        lines += [f"    tract: {tract}", f"    width: {width}", f"    rate: {rate}"]
    return "\n".join(lines) + "\n"
