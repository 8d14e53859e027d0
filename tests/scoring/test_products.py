import pytest
import torch
from torch.nn.functional import linear

from babyslm.scoring.products import OneDnnProducts, fast_products

CPU = torch.device("cpu")


@pytest.mark.parametrize("shape", [(5, 8), (2, 3, 8), (0, 8), (1, 1, 8)])
@pytest.mark.parametrize("biased", [True, False])
def test_products_equal_those_of_torch(shape: tuple[int, ...], biased: bool) -> None:
    torch.manual_seed(0)
    inputs, weight = torch.randn(shape), torch.randn(6, 8)
    bias = torch.randn(6) if biased else None
    expected = linear(inputs, weight, bias)
    with torch.inference_mode(), fast_products(CPU):
        torch.testing.assert_close(linear(inputs, weight, bias), expected, atol=1e-5, rtol=1e-5)
        if inputs.dim() == 2 and bias is not None:
            torch.testing.assert_close(torch.addmm(bias, inputs, weight.t()), expected, atol=1e-5, rtol=1e-5)


def test_other_types_and_training_are_left_to_torch() -> None:
    layer = torch.nn.Linear(8, 6)
    with OneDnnProducts():
        layer(torch.randn(2, 8)).sum().backward()
        assert layer.weight.grad is not None
        with torch.inference_mode():
            assert layer.to(torch.bfloat16)(torch.randn(2, 8).bfloat16()).dtype == torch.bfloat16


def test_the_products_are_really_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    monkeypatch.setattr("babyslm.scoring.products._linear", lambda *arguments: taken.append(arguments) or arguments[0])
    with torch.inference_mode(), fast_products(CPU):
        linear(torch.randn(2, 8), torch.randn(6, 8))
    assert len(taken) == 1
