from pathlib import Path

import numpy as np

from babyslm.evaluation.choice import choice_figures, choose
from babyslm.stimuli.load import load_stimuli


class LikesLength:
    """Prefers the longer text; counts how often it is asked."""

    asked = 0

    def prefer(self, pairs):
        self.asked += len(pairs)
        return np.array([float(len(first.text) - len(second.text)) for first, second in pairs])


def test_a_choice_is_one_row_a_pair_and_equal_pairs_are_asked_once(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("a longer one\tshort\nshort\ta longer one\nsame\tsize\na longer one\tshort\n", encoding="utf-8")
    chooser = LikesLength()
    table = choose(chooser, load_stimuli(path)).set_index("id")
    assert chooser.asked == 3
    assert table["correct"].to_dict() == {"1": 1.0, "2": 0.0, "3": 0.5, "4": 1.0}
    assert table.loc["1", "log_odds"] == 7
    assert set(table["split"]) == {"test"}


def test_choices_are_aggregated_as_scores_are(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("a longer one\tshort\nshort\ta longer one\nsame\tsize\na longest one\tshort\n", encoding="utf-8")
    figures = choice_figures(choose(LikesLength(), load_stimuli(path)))
    whole = figures[figures["measure"] == "accuracy"].iloc[0]
    assert (whole["accuracy"], whole["n"], whole["ties"]) == (2.5 / 4, 4, 1)
