import json
from pathlib import Path

import pytest

from babyslm.models.text.lucie import REVISIONS, tokens_seen
from babyslm.models.text.revisions import revisions
from babyslm.verify.learners.text import RevisionError

LUCIE = "hf:OpenLLM-France/Lucie-7B"


def test_lucie_has_forty_revisions_and_its_end() -> None:
    assert len(REVISIONS) == len(set(REVISIONS)) == 40
    curve = revisions(LUCIE, "all")
    assert len(curve) == 41
    assert curve[0].name == "step0005000"
    assert curve[34].name == "step0753851"
    assert curve[39].name == "extension_step0001220"
    assert curve[40].spec == "hf:OpenLLM-France/Lucie-7B@main"


def test_tokens_grow_over_all_of_lucies_training() -> None:
    tokens = [each.tokens for each in revisions(LUCIE)]
    assert tokens == sorted(tokens)
    assert len(set(tokens)) == 41


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("step0025000", 64.7),
        ("step0050000", 169.6),
        ("step0100000", 379.3),
        ("step0200000", 798.7),
        ("step0400000", 1637.6),
        ("step0600000", 2476.4),
        ("step0753851", 3121.7),
    ],
)
def test_tokens_agree_with_the_published_table(name: str, billions: float) -> None:
    assert tokens_seen(name) / 1e9 == pytest.approx(billions, abs=0.05)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("step0005000", 5_700_059_136),
        ("step0015000", 26_008_354_816),
        ("extension_step0001220", 3_126_739_206_144),
        ("main", 3_131_736_326_144),
        ("step0012345", None),
        ("v1.0", None),
        ("other_step5", None),
    ],
)
def test_tokens_of_single_revisions(name: str, tokens: int | None) -> None:
    assert tokens_seen(name) == tokens


def test_a_list_keeps_its_order() -> None:
    names = [each.name for each in revisions(LUCIE, "step0100000, step0005000")]
    assert names == ["step0100000", "step0005000"]


def test_an_unknown_revision_of_lucie_is_named() -> None:
    with pytest.raises(RevisionError, match="step0000007"):
        revisions(LUCIE, "step0000007")


def test_all_of_an_unreachable_model_is_a_named_error() -> None:
    with pytest.raises(RevisionError, match="one by one"):
        revisions("hf:no-owner/no-model", "all")


def test_named_revisions_of_another_model_need_no_network() -> None:
    (one,) = revisions("hf:owner/model", "step1000")
    assert (one.spec, one.step, one.tokens) == ("hf:owner/model@step1000", 1000, None)


def test_subfolders_are_revisions_in_the_order_of_their_steps(tmp_path: Path) -> None:
    for name, config in (
        ("checkpoint-20", {}),
        ("checkpoint-100", {"training_steps": 100, "training_tokens": 5}),
        ("checkpoint-3", {}),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "logs").mkdir()
    curve = revisions(str(tmp_path))
    assert [(each.step, each.tokens) for each in curve] == [(3, None), (20, None), (100, 5)]
    assert curve[0].spec == str(tmp_path / "checkpoint-3")
    with pytest.raises(RevisionError, match="checkpoint-7"):
        revisions(str(tmp_path), "checkpoint-7")


def test_a_folder_without_revisions_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(RevisionError):
        revisions(str(tmp_path))
