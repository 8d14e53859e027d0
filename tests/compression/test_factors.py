"""First factors against the closed forms in numpy, and the statistics behind them."""

import numpy as np
import pytest
import torch
from torch import nn

from babyslm.compression.factors.first import energies, low_rank_factors
from babyslm.compression.factors.statistics import Collector
from babyslm.models.low_rank.layers import LowRankLinear, factorise, separate_experts
from tests.compression.networks import mixtral, token_batches

RANK = 10


def layers(inputs: int, outputs: int) -> tuple[nn.Linear, torch.Tensor]:
    """A random layer, and correlated inputs with a mean that is not zero, shape (tokens, inputs)."""
    rng = np.random.default_rng(0)
    layer = nn.Linear(inputs, outputs)
    mix = rng.standard_normal((inputs, inputs)) * np.geomspace(1, 1e-2, inputs)
    data = (rng.standard_normal((2000, inputs)) + 0.5) @ mix.T
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(rng.standard_normal((outputs, inputs))))
    return layer, torch.from_numpy(data).float()


def collected(layer: nn.Module, inputs: torch.Tensor, *, inputs_needed: bool = True) -> Collector:
    collector = Collector({"": layer}, inputs_needed=inputs_needed)
    with torch.no_grad(), collector.watching(None):
        layer(inputs[None])
    return collector


def relative_error(layer: nn.Linear, factors: tuple[torch.Tensor, torch.Tensor], inputs: torch.Tensor) -> float:
    exact = inputs.double() @ layer.weight.detach().double().T
    near = inputs.double() @ (factors[0] @ factors[1]).double().T
    return float((exact - near).norm() / exact.norm())


@pytest.mark.parametrize(("inputs", "outputs"), [(24, 32), (32, 24), (24, 24)])
@pytest.mark.parametrize("needed", [True, False])
def test_output_components_reach_the_least_error_that_any_rank_can(inputs: int, outputs: int, needed: bool) -> None:
    layer, data = layers(inputs, outputs)
    moments = collected(layer, data, inputs_needed=needed).of("")
    responses = data.double().numpy() @ layer.weight.detach().double().numpy().T
    scales = np.linalg.svd(responses, compute_uv=False)
    least = np.sqrt((scales[RANK:] ** 2).sum() / (scales**2).sum())
    weight = layer.weight.detach()
    assert relative_error(layer, low_rank_factors(weight, RANK, "outputs", moments), data) == pytest.approx(
        least, rel=1e-3
    )
    assert energies(weight, moments)[:RANK] == pytest.approx(scales[:RANK] ** 2, rel=1e-3)
    if needed:
        whitened = low_rank_factors(weight, RANK, "whitened", moments)
        assert relative_error(layer, whitened, data) == pytest.approx(least, rel=1e-3)
    assert relative_error(layer, low_rank_factors(weight, RANK, "weight"), data) > 1.5 * least


def test_weight_svd_is_the_nearest_matrix_of_its_rank() -> None:
    layer, _ = layers(24, 32)
    weight = layer.weight.detach()
    expand, reduce = low_rank_factors(weight, RANK, "weight")
    scales = np.linalg.svd(weight.numpy(), compute_uv=False)
    assert float((weight - expand @ reduce).norm()) == pytest.approx(np.sqrt((scales[RANK:] ** 2).sum()), rel=1e-4)
    assert expand.norm(dim=0).numpy() == pytest.approx(reduce.norm(dim=1).numpy(), rel=1e-4)


@pytest.mark.parametrize("how", ["weight", "outputs", "whitened"])
def test_full_rank_gives_the_weight_back_even_where_calibration_saw_little(how: str) -> None:
    for inputs, outputs in ((24, 32), (32, 24)):
        layer, data = layers(inputs, outputs)
        moments = collected(layer, data[:5]).of("")
        expand, reduce = low_rank_factors(layer.weight.detach(), min(inputs, outputs), how, moments)  # type: ignore[arg-type]
        assert torch.allclose(expand @ reduce, layer.weight, atol=1e-4)


def test_padding_does_not_count() -> None:
    layer, data = layers(24, 32)
    mask = torch.arange(100) < 60
    collector = Collector({"": layer}, inputs_needed=True)
    noisy = torch.where(mask[:, None], data[:100], 1e3)
    with torch.no_grad(), collector.watching(mask[None]):
        layer(noisy[None])
    assert torch.allclose(collector.of("").sum, (data[:60].T @ data[:60]).double())


def test_layers_fed_by_one_tensor_share_a_sum() -> None:
    class Pair(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = nn.Linear(4, 3), nn.Linear(4, 5), nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.c(self.a(x)) + self.b(x).sum()

    block = Pair()
    collector = Collector({name: getattr(block, name) for name in "abc"}, inputs_needed=True)
    data = torch.randn(2, 7, 4)
    with torch.no_grad():
        for _ in range(2):
            with collector.watching(None):
                block(data)
    flat = data.reshape(-1, 4)
    for name in "ab":
        assert torch.allclose(collector.of(name).sum, 2 * (flat.T @ flat).double(), rtol=1e-5)
    middle = block.a(flat).detach()
    assert torch.allclose(collector.of("c").sum, 2 * (middle.T @ middle).double(), rtol=1e-5)


def test_an_expert_is_measured_on_its_own_tokens_alone() -> None:
    network = mixtral()
    separate_experts(network)
    moe = network.model.layers[0].block_sparse_moe
    names = [f"experts.{i}.w1" for i in range(4)]
    collector = Collector({name: moe.get_submodule(name) for name in names}, inputs_needed=True)
    batch = token_batches(4, 16, 0)[0]
    seen: list[torch.Tensor] = []
    hook = moe.gate.register_forward_hook(lambda _, inputs, outputs: seen.append(inputs[0]))
    with torch.no_grad(), collector.watching(None):
        network(**batch.inputs)
    hook.remove()
    hidden = seen[0].reshape(-1, seen[0].shape[-1])
    chosen = (hidden @ moe.gate.weight.T).topk(2, dim=-1).indices
    for number, name in enumerate(names):
        own = hidden[(chosen == number).any(-1)]
        moments = collector.of(name)
        assert moments.positions == len(own)
        assert torch.allclose(moments.sum, (own.T @ own).double(), rtol=1e-4, atol=1e-5)


def test_an_expert_without_tokens_falls_back_to_its_weight() -> None:
    layer, _ = layers(24, 32)
    empty = Collector({"": layer}, inputs_needed=True).of("")
    weight = layer.weight.detach()
    products = [torch.matmul(*low_rank_factors(weight, RANK, how, empty)) for how in ("outputs", "whitened", "weight")]
    assert torch.allclose(products[0], products[2], atol=1e-4)
    assert torch.allclose(products[1], products[2], atol=1e-4)


def test_factors_keep_the_bias_and_say_what_they_multiply_to() -> None:
    block = nn.Sequential(nn.Linear(8, 6), nn.Linear(6, 4, bias=False))
    factorise(block, {"0": 3, "1": 2})
    first, second = block
    assert isinstance(first, LowRankLinear)
    assert isinstance(second, LowRankLinear)
    assert second.bias is None
    data = torch.randn(5, 8)
    assert torch.allclose(first(data), data @ first.weight.T + first.bias, atol=1e-6)


def test_dependent_inputs_are_no_obstacle() -> None:
    """Fewer directions than dimensions, with float32 noise: a Cholesky factor does not exist."""
    layer, data = layers(24, 32)
    flat = data[:, :3] @ torch.randn(3, 24) * 100
    moments = collected(layer, flat).of("")
    for how in ("outputs", "whitened"):
        assert relative_error(layer, low_rank_factors(layer.weight.detach(), 3, how, moments), flat) < 1e-2
