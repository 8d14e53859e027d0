"""Text recipes by transformers: plans by tokens, learners that learn, checkpoints, resuming, evaluation."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from babyslm.corpora.made.generated import generate_sentences
from babyslm.models.load import load_model
from babyslm.models.text.revisions import revisions
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.recipe import load_recipe, make_recipe
from babyslm.training.text import run as causal_run
from babyslm.training.text.causal import Shape
from babyslm.training.text.examples import IGNORED, Masking
from babyslm.training.text.lines import read_lines
from babyslm.training.text.plan import TextSchedule, blocks, plan_updates
from babyslm.training.text.trainer import Share
from babyslm.training.train import train
from babyslm.verify.learners.recipes import CheckpointMismatchError, DivergedError, RecipeError

SCHEDULE = {
    "passes": 3,
    "batch_tokens": 256,
    "lr": 0.01,
    "warmup_tokens": 500,
    "threads": 1,
    "checkpoints": 3,
    "log_updates": 5,
}
RECIPES = (
    "babyberta",
    "causal-words",
    "causal-phones",
    "causal-phones-mixed",
    "causal-phones-words",
    "lucie-tiny",
)
SHAPE = {"hidden": 32, "layers": 1, "heads": 4, "inner": 64, "positions": 64}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "text.txt"
    path.write_text("\n".join(generate_sentences("en", seed=2, count=700)), encoding="utf-8")
    return path


def recipe(corpus: Path, **more: Any) -> Any:
    told = {"family": "causal", "name": "t", "corpus": str(corpus), "shape": SHAPE, "schedule": SCHEDULE}
    return make_recipe(told | more)


@given(
    st.lists(st.integers(2, 20), min_size=1, max_size=60),
    st.floats(0.3, 3),
    st.integers(20, 90),
    st.sampled_from([None, 10]),
)
@settings(max_examples=60)
def test_a_plan_reads_each_pass_once_within_the_budget(
    lengths: list[int], passes: float, budget: int, ramp: int | None
) -> None:
    told = TextSchedule(passes=passes, batch_tokens=budget, lr=1, ramp_from=ramp, ramp_tokens=200, ramp_stages=4)
    plan = plan_updates(lengths, told, seed=1)
    seen = 0
    places: dict[int, list[int]] = {}
    for update, (draws, after) in enumerate(zip(plan, plan.seen.tolist(), strict=True)):
        size = sum(lengths[i] for _, i in draws)
        assert max(lengths[i] for _, i in draws) * len(draws) <= max(told.batch_at(seen), *lengths), update
        seen += size
        assert seen == after == plan.tokens(update + 1)
        for number, place in draws:
            places.setdefault(number, []).append(place)
    whole = sorted(places)[:-1]
    assert all(sorted(places[number]) == list(range(len(lengths))) for number in whole)
    assert all(len(set(each)) == len(each) for each in places.values())
    goal = round(passes * sum(lengths))
    assert goal <= plan.total < goal + max(budget, 20) + 1


def test_batches_grow_and_rates_fall() -> None:
    told = TextSchedule(
        passes=20, batch_tokens=1024, ramp_from=256, ramp_tokens=12_000, lr=1.0, least_lr=0.1, warmup_tokens=1000
    )
    assert [told.batch_at(at) for at in (0, 999, 1000, 6000, 11_999, 12_000)] == [256, 256, 320, 640, 960, 1024]
    rates = [told.rate_at(at, 50_000) for at in range(0, 50_001, 500)]
    assert rates[:3] == [0.0, 0.5, 1.0]
    assert all(one >= other for one, other in pairwise(rates[2:]))
    assert rates[-1] == pytest.approx(0.1)
    marks = plan_updates([10] * 300, told, seed=0).marks(4)
    assert len(marks) == 4
    assert [round(tokens / max(marks.values()), 2) for tokens in marks.values()] == pytest.approx(
        [0.125, 0.25, 0.5, 1], abs=0.02
    )


def test_blocks_hold_running_text() -> None:
    cut = blocks([[5, 6], [7]], 4, begin=0, end=1)
    assert cut == [[0, 5, 6, 1], [0, 7, 1]]


@given(st.lists(st.integers(5, 40), min_size=1, max_size=30), st.integers(0, 99))
def test_hidden_tokens_never_stay_as_they_are(ids: list[int], seed: int) -> None:
    masking = Masking(mask=4, size=41, special=(0, 1, 2, 3, 4), share=0.3, random=0.0)
    hidden, labels = masking.apply([0, *ids, 1], np.random.default_rng(seed))
    chosen = [i for i, label in enumerate(labels) if label != IGNORED]
    assert chosen
    assert all(hidden[i] == 4 and labels[i] == [0, *ids, 1][i] for i in chosen)
    assert all(hidden[i] == [0, *ids, 1][i] for i in range(len(hidden)) if i not in chosen)
    assert not {0, len(ids) + 1} & set(chosen)


@pytest.mark.parametrize(
    ("symbols", "more"),
    [
        ("words", {}),
        ("phones", {}),
        ("bpe", {"pieces": 400, "schedule": SCHEDULE | {"passes": 8}}),
        (
            "lucie",
            {
                "pieces": 700,
                "sequences": "blocks",
                "block": 48,
                "schedule": SCHEDULE | {"passes": 8},
                "shape": SHAPE | {"kind": "llama", "key_heads": 1},
            },
        ),
    ],
)
def test_a_learner_prefers_words_in_order(corpus: Path, tmp_path: Path, symbols: str, more: dict[str, Any]) -> None:
    record = train(recipe(corpus, symbols=symbols, **more), tmp_path / "m", device="cpu")
    outcome = record.outcome
    curve = json.loads((tmp_path / "m" / "loss.json").read_text())
    assert curve["training"][0][1] > curve["training"][-1][1]
    assert outcome["validation_loss"] < np.log(outcome["vocabulary"])
    model = load_model(str(tmp_path / "m"), device="cpu")
    assert model.modality == ("phonemic" if symbols == "phones" else "orthographic")
    said = generate_sentences("en", seed=9, count=40)
    pairs = [(text, " ".join(reversed(text.split()))) for text in said]
    stimuli = [
        Stimulus(f"{i}{side}", text=text, phones=tuple(phonemize([text], "en")[0].split()))
        for i, pair in enumerate(pairs)
        for side, text in zip("gb", pair, strict=True)
    ]
    scores = model.score(stimuli).log_probability
    assert (scores[0::2] > scores[1::2]).mean() > 0.75
    assert model.name == "t"
    kept = revisions(str(tmp_path / "m"))
    assert [point.tokens for point in kept] == list(outcome["checkpoints"].values())
    assert [point.name for point in kept] == list(outcome["checkpoints"])
    assert kept[-1].tokens == outcome["tokens"]
    last = load_model(kept[-1].spec, device="cpu").score(stimuli).log_probability
    assert last == pytest.approx(scores)
    early = load_model(kept[0].spec, device="cpu").score(stimuli).log_probability
    assert abs(early - scores).max() > 1e-3


def test_words_alone_are_read_beside_the_utterances(corpus: Path, tmp_path: Path) -> None:
    schedule = SCHEDULE | {"passes": 1, "checkpoints": 0}
    told = {"symbols": "phones", "schedule": schedule, "shape": SHAPE | {"positions": 128}}
    plain = train(recipe(corpus, **told), tmp_path / "plain", device="cpu").outcome
    mixed = train(recipe(corpus, alone=2, **told), tmp_path / "mixed", device="cpu").outcome
    words = {word.strip() for line in read_lines(corpus, "phones").lines for word in line.split("|")}
    more = mixed["sequences"] - plain["sequences"]
    assert more % 2 == 0
    assert 0.9 * len(words) < more / 2 <= len(words)  # a word may be held out with its only utterance
    assert mixed["held_out"] == plain["held_out"]
    learners = [load_model(str(tmp_path / name), device="cpu") for name in ("plain", "mixed")]
    alone = [Stimulus(word, phones=tuple(word.split())) for word in sorted(words)]
    scores = [learner.score(alone).pooled("mean").mean() for learner in learners]
    assert scores[1] > scores[0]


def test_a_masked_learner_learns(corpus: Path, tmp_path: Path) -> None:
    shape = {"hidden": 32, "layers": 1, "heads": 4, "inner": 64, "positions": 48}
    told = recipe(
        corpus, family="masked", symbols="words", shape=shape, schedule=SCHEDULE | {"passes": 8, "checkpoints": 1}
    )
    outcome = train(told, tmp_path / "m", device="cpu").outcome
    assert outcome["validation_loss"] < 0.9 * np.log(outcome["vocabulary"])
    model = load_model(str(tmp_path / "m"), device="cpu")
    assert model.family == "masked"
    said = generate_sentences("en", seed=9, count=40)
    good = model.score([Stimulus(str(i), text=text) for i, text in enumerate(said)]).log_probability
    bad = model.score(
        [Stimulus(str(i), text=" ".join(reversed(text.split()))) for i, text in enumerate(said)]
    ).log_probability
    assert (good > bad).mean() > 0.7


def test_a_stopped_run_goes_on_to_the_same_weights(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = recipe(corpus, schedule=SCHEDULE | {"resume_updates": 5, "passes": 1})
    train(told, tmp_path / "whole", device="cpu")
    keep = causal_run._Run.keep

    def stop(self: Any, updates: int) -> None:
        keep(self, updates)
        if updates > 10:
            raise KeyboardInterrupt

    monkeypatch.setattr(causal_run._Run, "keep", stop)
    with pytest.raises(KeyboardInterrupt):
        train(told, tmp_path / "stopped", device="cpu")
    monkeypatch.undo()
    assert (tmp_path / "stopped" / ".checkpoints").is_dir()
    with pytest.raises(CheckpointMismatchError):
        train(recipe(corpus, seed=1, schedule=SCHEDULE), tmp_path / "stopped", device="cpu")
    train(told, tmp_path / "stopped", device="cpu")
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "stopped"))
    assert one == other
    assert not (tmp_path / "stopped" / ".checkpoints").exists()


def test_checkpoints_draw_a_curve_by_tokens(corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import pandas as pd

    from babyslm.evaluation.revisions import evaluate_revisions

    outcome = train(recipe(corpus, symbols="words"), tmp_path / "m", device="cpu").outcome
    assert capfd.readouterr().out == ""  # standard output is for results
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("the dogs runs\nthe dog runs\na cat see\na cat sees\n", encoding="utf-8")
    results = evaluate_revisions(str(tmp_path / "m"), str(pairs), out=tmp_path / "c", device="cpu")
    curve = pd.read_csv(tmp_path / "c" / "curve.csv").drop_duplicates("revision")
    assert curve["tokens"].tolist() == list(outcome["checkpoints"].values())
    assert curve["revision"].tolist() == list(results) == list(outcome["checkpoints"])


def test_a_run_that_diverges_says_so(corpus: Path, tmp_path: Path) -> None:
    wild = SCHEDULE | {"lr": 1e30, "warmup_tokens": 0, "log_updates": 1, "checkpoints": 0}
    with pytest.raises(DivergedError):
        train(recipe(corpus, schedule=wild), tmp_path / "m", device="cpu")
    assert not (tmp_path / "m" / "babyslm.json").exists()


@given(st.lists(st.integers(2, 20), min_size=1, max_size=40), st.integers(2, 5))
@settings(max_examples=30)
def test_processes_share_every_update(lengths: list[int], world: int) -> None:
    plan = plan_updates(lengths, TextSchedule(passes=1, batch_tokens=40, lr=1), seed=1)
    shares = [Share(plan, rank, world) for rank in range(world)]
    assert {len(share) for share in shares} == {len(plan)}
    for whole, *parts in zip(plan, *shares, strict=True):
        assert sorted(draw for part in parts for draw in part) == sorted(whole)
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


SCRIPT = """
import sys
import torch
torch.set_num_threads(1)
from babyslm.training.recipe import load_recipe
from babyslm.training.text.trainer import Share
from babyslm.training.train import train
for name in sys.argv[1:]:
    train(load_recipe(f"{name}.json"), f"{name}-two", device="cpu")
"""


@pytest.mark.slow
def test_two_processes_train_what_one_trains(corpus: Path, tmp_path: Path) -> None:
    # Some updates hold one sequence alone, of which the second process has none.
    schedule = SCHEDULE | {"passes": 0.1, "batch_tokens": 16, "resume_updates": 10}
    sizes = [len(draws) for draws in plan_updates([9] * 5, TextSchedule.model_validate(schedule), seed=0)]
    assert 1 in sizes
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    names = [str(tmp_path / family) for family in ("causal", "masked")]
    for name in names:
        told = recipe(corpus, family=Path(name).name, shape=SHAPE | {"dropout": 0}, schedule=schedule)
        Path(f"{name}.json").write_text(told.model_dump_json(), encoding="utf-8")
        train(told, f"{name}-one", device="cpu")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    subprocess.run([*torchrun, str(script), *names], check=True)
    for name in names:
        folders = Path(f"{name}-one"), Path(f"{name}-two")
        one, two = (json.loads((folder / "training.json").read_text())["outcome"] for folder in folders)
        assert (one["updates"], one["checkpoints"]) == (two["updates"], two["checkpoints"])
        assert one["loss"] == pytest.approx(two["loss"], abs=2e-3)
        weights, others = (load_file(folder / "model.safetensors") for folder in folders)
        for part in weights:
            torch.testing.assert_close(weights[part], others[part], atol=2e-3, rtol=1e-2)


@pytest.mark.parametrize("name", RECIPES)
def test_shipped_recipes_are_whole(corpus: Path, name: str) -> None:
    assert load_recipe(name, [f"corpus={corpus}"]).name == name


def test_lucies_architecture_at_a_small_size() -> None:
    shape = Shape.model_validate(load_recipe("lucie-tiny", ["corpus=x"]).model_dump()["shape"])

    class Tokenizer:
        bos_token_id, eos_token_id, pad_token_id = 0, 1, 3

        def __len__(self) -> int:
            return 8192

    with torch.device("meta"):
        network = shape.build(Tokenizer())
    config = network.config
    assert config.num_attention_heads == 4 * config.num_key_value_heads
    assert not config.tie_word_embeddings
    rotary = getattr(config, "rope_parameters", None) or {"rope_theta": config.rope_theta}  # transformers 5 or 4
    assert rotary["rope_theta"] == 500_000
    assert 10e6 < sum(each.numel() for each in network.parameters()) < 30e6
    assert [name for name, _ in network.named_parameters() if "bias" in name] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"shape": SHAPE | {"heads": 5}}, "heads must divide"),
        ({"schedule": SCHEDULE | {"ramp_from": 512}}, "ramp_from"),
        ({"symbols": "units"}, "symbols"),
    ],
)
def test_faulty_recipes_are_named(corpus: Path, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(RecipeError, match=reason):
        recipe(corpus, **change)
