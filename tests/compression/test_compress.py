"""The whole of a compression: exact at full rank, at the target, resumed after a kill, refused where it must be."""

import copy
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from babyslm.compression import compress as module
from babyslm.compression.compress import Compressed, compress_network, load_version
from babyslm.compression.factors.linears import find_linears
from babyslm.compression.settings import INITIALISATIONS, CompressionSettings
from babyslm.compression.work import Work
from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.families.find import FAMILIES, find_family
from babyslm.models.low_rank.layers import separate_experts
from babyslm.verify.learners.compression import (
    MissingLayersError,
    NonFiniteError,
    OtherCompressionError,
    UnsupportedFamilyError,
)
from tests.compression.networks import NETWORKS, calibration_for, hubert, outputs
from tests.tiny_networks import llama, opt

CPU = torch.device("cpu")


def compressed(
    network: Any, name: str, folder: Path, *, uneven: bool = False, identity: str = "one", **settings: Any
) -> tuple[Compressed, Work, Family]:
    work = Work(folder, identity)
    family = find_family(network.config, name)
    choices = CompressionSettings(**({"keep": 0.7, "epochs": 2} | settings))
    given = calibration_for(name, uneven=uneven)
    done = compress_network(
        network, family, given, choices, source=name, device=CPU, work=work, baselines=("outputs", "weight")
    )
    return done, work, family


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.parametrize("how", INITIALISATIONS)
def test_full_rank_reproduces_the_teacher(
    name: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = NETWORKS[name]()
    teacher = copy.deepcopy(network)
    separate_experts(network)
    linears = find_linears(network, FAMILIES[name], name)
    ranks = {linear.key: min(linear.inputs, linear.outputs) for linear in linears}
    monkeypatch.setattr(module, "allot", lambda *_, **__: ranks)
    compressed(network, name, tmp_path, initialise=how, distil=False)
    for batch in calibration_for(name).held_out:
        ours, theirs = outputs(network, batch), outputs(teacher, batch)
        assert (ours - theirs).abs().max() <= 1e-4 * max(1.0, theirs.abs().max())


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_every_family_keeps_its_target_and_beats_the_svd_of_its_weights(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]()
    teacher = copy.deepcopy(network)
    batches = calibration_for(name).held_out
    done, work, family = compressed(network, name, tmp_path, epochs=4, uneven=family_pads(name))
    assert sum(parameter.numel() for parameter in network.parameters()) == done.obtained
    # One rank of a tiny layer is up to a hundredth of its network.
    separated = copy.deepcopy(teacher)
    separate_experts(separated)
    cheapest = min(linear.price for linear in find_linears(separated, family, name))
    assert 0.7 * done.total - cheapest <= done.obtained <= 0.7 * done.total + 1
    losses = {}
    for version in ("student", "outputs", "weight"):
        load_version(network, family, work, done, version)
        losses[version] = sum((outputs(network, b) - outputs(teacher, b)).abs().mean().item() for b in batches)
    assert losses["student"] <= losses["outputs"]
    assert losses["student"] < losses["weight"]
    for record in done.blocks:
        assert record.loss_after is not None
        assert record.loss_after <= record.loss_before


def family_pads(name: str) -> bool:
    return name in ("llama", "bert", "gpt2")


def test_hubert_with_stable_layer_norm_compresses_too(tmp_path: Path) -> None:
    network = hubert(stable=True)
    done, _, _ = compressed(network, "hubert", tmp_path)
    assert done.perplexity_before is None
    assert sum(parameter.numel() for parameter in network.parameters()) == done.obtained


def test_bottom_first_leaves_the_upper_blocks_untouched(tmp_path: Path) -> None:
    network = llama(num_hidden_layers=4)
    teacher = copy.deepcopy(network)
    done, _, _ = compressed(network, "llama", tmp_path, keep=0.8, ranks="bottom-first")
    assert max(block for block, _ in done.ranks) < 3
    for ours, theirs in zip(network.model.layers[3].parameters(), teacher.model.layers[3].parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_spilled_activations_change_nothing(tmp_path: Path) -> None:
    networks = [llama(), llama()]
    for number, limit in enumerate((0, 1 << 30)):
        compressed(networks[number], "llama", tmp_path / str(number), spill_bytes=limit)
    for ours, theirs in zip(*(network.parameters() for network in networks), strict=True):
        assert torch.equal(ours, theirs)


def test_the_seed_decides_everything(tmp_path: Path) -> None:
    networks = [llama(), llama(), llama()]
    for number, seed in enumerate((0, 0, 1)):
        compressed(networks[number], "llama", tmp_path / str(number), seed=seed)
    states = [torch.cat([each.flatten() for each in network.parameters()]) for network in networks]
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


SCRIPT = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from babyslm.compression import compress as module
from tests.compression.test_compress import compressed
from tests.tiny_networks import llama
if sys.argv[2] == "slow":
    keep = module.Work.keep
    def stop(work, record, versions):
        keep(work, record, versions)
        print("kept", record.block, flush=True)
        import time
        time.sleep(600)
    module.Work.keep = stop
compressed(llama(num_hidden_layers=3), "llama", Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_a_kill_between_blocks_resumes_to_the_same_weights(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "killed"), "slow"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env=environment)
    assert child.stdout is not None
    assert child.stdout.readline() == "kept 0\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    first = (tmp_path / "killed" / "block-00000" / "record.json").stat().st_mtime_ns
    resumed, whole = llama(num_hidden_layers=3), llama(num_hidden_layers=3)
    compressed(resumed, "llama", tmp_path / "killed")
    assert (tmp_path / "killed" / "block-00000" / "record.json").stat().st_mtime_ns == first
    compressed(whole, "llama", tmp_path / "whole")
    for ours, theirs in zip(resumed.parameters(), whole.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_an_interrupted_block_is_done_again_and_a_finished_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = llama(num_hidden_layers=3)
    compressed(whole, "llama", tmp_path / "whole")
    with monkeypatch.context() as patch:
        train = module.distil_block

        def fail(pupil: Any, streams: Any, batches: Any, prelude: Any, settings: Any, number: int, amp: Any) -> None:
            if number == 1:
                raise KeyboardInterrupt
            train(pupil, streams, batches, prelude, settings, number, amp)

        patch.setattr(module, "distil_block", fail)
        with pytest.raises(KeyboardInterrupt):
            compressed(llama(num_hidden_layers=3), "llama", tmp_path / "cut")
    trained: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(module, "distil_block", lambda *given: (trained.append(given[5]), train(*given)))
        resumed = llama(num_hidden_layers=3)
        compressed(resumed, "llama", tmp_path / "cut")
    assert trained == [1, 2]
    for ours, theirs in zip(resumed.parameters(), whole.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_the_work_of_another_compression_is_refused(tmp_path: Path) -> None:
    compressed(llama(), "llama", tmp_path)
    with pytest.raises(OtherCompressionError, match="another compression"):
        compressed(llama(), "llama", tmp_path, identity="other")


def test_a_teacher_without_finite_values_is_named_with_its_block(tmp_path: Path) -> None:
    network = llama()
    network.model.layers[1].mlp.down_proj.weight.data[0, 0] = float("inf")
    with pytest.raises(
        NonFiniteError, match=r"block 1: the learner gives values that are not finite \(calibration batch"
    ):
        compressed(network, "llama", tmp_path)


def test_an_unsupported_family_and_missing_layers_are_named() -> None:
    with pytest.raises(UnsupportedFamilyError, match="my-opt: .*its family is opt; supported are bert, gpt2, hubert"):
        find_family(opt().config, "my-opt")
    network = llama()
    del network.model.layers[0].mlp.gate_proj
    with pytest.raises(MissingLayersError, match=r"my-llama: no linear layers mlp.gate_proj .* transformers \d"):
        find_linears(network, FAMILIES["llama"], "my-llama")


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_half_precision_of_weights_and_of_products_stays_near(name: str, tmp_path: Path) -> None:
    losses = {}
    for dtype, precision in ((torch.float32, "no"), (torch.float32, "bf16"), (torch.bfloat16, "bf16")):
        network = NETWORKS[name]().to(dtype)
        place = tmp_path / f"{dtype}-{precision}"
        done, _, _ = compressed(network, name, place, precision=precision, uneven=family_pads(name), ranks="uniform")
        assert {parameter.dtype for parameter in network.parameters()} == {dtype}
        losses[dtype, precision] = [(each.loss_before, each.loss_after) for each in done.blocks]
    exact = losses.pop((torch.float32, "no"))
    for found in losses.values():
        for ours, theirs in zip(found, exact, strict=True):
            assert ours == pytest.approx(theirs, rel=0.05)
