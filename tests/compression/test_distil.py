"""The loss, and that gradients stay within a block."""

import copy
import math
from contextlib import nullcontext

import numpy as np
import pytest
import torch

from babyslm.compression.calibration.activations import Activations, Space
from babyslm.compression.calibration.prelude import Prelude
from babyslm.compression.distil import PERFECT, Streams, distil_block, feature_loss, mean_loss
from babyslm.compression.settings import CompressionSettings
from babyslm.models.low_rank.families.llama import LLAMA
from babyslm.models.low_rank.layers import factorise
from babyslm.verify.learners.compression import NonFiniteError
from tests.compression.networks import token_batches
from tests.tiny_networks import llama

CPU = torch.device("cpu")


def naive_loss(student: np.ndarray, teacher: np.ndarray, mask: np.ndarray) -> float:
    """The formula, position by position."""
    losses = []
    for row in range(len(student)):
        for place in range(student.shape[1]):
            if mask[row, place]:
                s, t = student[row, place], teacher[row, place]
                cosine = s @ t / np.linalg.norm(s) / np.linalg.norm(t)
                losses.append(np.abs(s - t).mean() - math.log(1 / (1 + math.exp(-cosine))))
    return float(np.mean(losses))


def test_the_loss_is_the_formula_without_padding() -> None:
    rng = np.random.default_rng(0)
    student, teacher = rng.standard_normal((2, 3, 5, 7))
    mask = rng.random((3, 5)) < 0.6
    found = feature_loss(torch.from_numpy(student), torch.from_numpy(teacher), torch.from_numpy(mask))
    assert found.item() == pytest.approx(naive_loss(student, teacher, mask), rel=1e-6)
    assert pytest.approx(0.3133, abs=1e-4) == PERFECT
    same = torch.from_numpy(teacher)
    assert feature_loss(same, same).item() == pytest.approx(PERFECT, rel=1e-6)


def streams_of(network: torch.nn.Module, block: int, *, noise: float, uneven: bool = False) -> tuple[Streams, Prelude]:
    """Activations around a block; the student's differ from the teacher's by noise."""
    batches = token_batches(8, 12, 0, uneven=uneven)
    prelude = Prelude(network, LLAMA.blocks_of(network), CPU)
    shapes = [tuple(batch.inputs["input_ids"].shape) for batch in batches]
    teacher, student, target = (Activations(torch.empty(sum(a * b for a, b in shapes), 32), shapes) for _ in range(3))
    torch.manual_seed(1)
    with torch.no_grad():
        for number, batch in enumerate(batches):
            hidden = prelude.first(batch.inputs).hidden
            for below in LLAMA.blocks_of(network)[:block]:
                hidden = prelude.call(batch.inputs).run(below, hidden)
            teacher[number] = hidden
            student[number] = hidden + noise * torch.randn_like(hidden)
            target[number] = prelude.call(batch.inputs).run(LLAMA.blocks_of(network)[block], hidden)
    return Streams(batches, teacher, student if noise else teacher, target), prelude


def test_gradients_do_not_cross_blocks() -> None:
    network = llama()
    before = {name: parameter.clone() for name, parameter in network.named_parameters()}
    streams, prelude = streams_of(network, 1, noise=0.1)
    pupil = copy.deepcopy(network.model.layers[1])
    factorise(pupil, {"mlp.up_proj": 8})
    settings = CompressionSettings(keep=0.5, lr=1e-2)
    kept = [stream.flat.clone() for stream in (streams.teacher, streams.student, streams.target)]
    distil_block(pupil, streams, range(2), prelude, settings, 1, nullcontext)
    for name, parameter in network.named_parameters():
        assert parameter.grad is None, f"{name} got a gradient"
        assert torch.equal(parameter, before[name]), f"{name} was moved"
    for stream, old in zip((streams.teacher, streams.student, streams.target), kept, strict=True):
        assert stream.flat.grad is None
        assert torch.equal(stream.flat, old)
    own = dict(network.model.layers[1].named_parameters())
    trained = [name for name, each in pupil.named_parameters() if name in own and not torch.equal(each, own[name])]
    assert "input_layernorm.weight" in trained, "the whole block is trained, its norms included"


@pytest.mark.parametrize("terms", ["teacher", "student", "both"])
@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("uneven", [False, True])
def test_one_pass_gives_the_gradients_of_both_terms(terms: str, noise: float, uneven: bool) -> None:
    """One update against the published order: a pass on the teacher's inputs, a pass on the student's, one step."""
    network = llama()
    streams, prelude = streams_of(network, 1, noise=noise, uneven=uneven)
    pupil = copy.deepcopy(network.model.layers[1]).requires_grad_(True)
    naive = copy.deepcopy(pupil)
    settings = CompressionSettings(keep=0.5, lr=1e-2, terms=terms, schedule="constant")
    distil_block(pupil, streams, [0], prelude, settings, 1, nullcontext)
    optimizer = torch.optim.AdamW(naive.parameters(), lr=1e-2, weight_decay=0.01)
    batch = streams.batches[0]
    for name, stream in (("teacher", streams.teacher), ("student", streams.student)):
        if terms in (name, "both"):
            call = prelude.first(batch.inputs)
            feature_loss(call.run(naive, stream[0]), streams.target[0], batch.mask).backward()
    optimizer.step()
    for ours, theirs in zip(pupil.parameters(), naive.parameters(), strict=True):
        # A gradient of nearly zero may have either sign, and Adam's first step is its sign.
        near = (ours - theirs).abs() < 1e-4
        assert near.float().mean() > 0.99


def test_distillation_lowers_the_loss_and_refuses_what_is_no_number() -> None:
    network = llama()
    streams, prelude = streams_of(network, 1, noise=0.05)
    pupil = copy.deepcopy(network.model.layers[1])
    with torch.no_grad():
        pupil.mlp.up_proj.weight += 0.3 * torch.randn_like(pupil.mlp.up_proj.weight)
    before = mean_loss(pupil, streams, range(2), prelude, "both", nullcontext)
    distil_block(pupil, streams, range(2), prelude, CompressionSettings(keep=0.5, epochs=30), 1, nullcontext)
    assert mean_loss(pupil, streams, range(2), prelude, "both", nullcontext) < 0.9 * before
    streams.target.flat[3] = float("nan")
    with pytest.raises(NonFiniteError, match="block 1: the loss of its distillation has values that are not finite"):
        distil_block(pupil, streams, range(2), prelude, CompressionSettings(keep=0.5), 1, nullcontext)


def test_activations_beyond_the_limit_go_to_disk_and_hold_the_same(tmp_path) -> None:
    shapes = [(2, 3), (1, 5)]
    space = Space(tmp_path, limit=11 * 4 * 4)
    inside, outside = (space.make(shapes, 4, torch.float32) for _ in range(2))
    assert space.files == 1
    for stream in (inside, outside):
        for number, shape in enumerate(shapes):
            stream[number] = torch.full((*shape, 4), float(number + 1))
        assert stream[1].shape == (1, 5, 4)
        assert stream.flat.sum() == 6 * 4 + 2 * 5 * 4
    assert not list(tmp_path.iterdir()), "a file that is mapped has no name: nothing is left behind"
