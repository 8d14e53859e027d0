import numpy as np
import pytest
import torch

from babyslm.scoring.batches import length_batches
from babyslm.scoring.memory import within_memory
from babyslm.verify.learners.text import OutOfMemoryError

CPU = torch.device("cpu")


def run_all(capacity: int, lengths: list[int], budget: int, error: Exception) -> tuple[list[int], int]:
    done: list[int] = []

    def plan(left, size):
        return [left[batch] for batch in length_batches([lengths[i] for i in left], size)]

    def run(batch) -> None:
        if sum(lengths[i] for i in batch) > capacity:
            raise error
        done.extend(batch.tolist())

    final = within_memory(len(lengths), budget, plan, run, lambda batch: batch, CPU)
    return done, final


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("DefaultCPUAllocator: not enough memory")]
)
def test_out_of_memory_halves_the_budget_and_every_item_is_scored_once(error) -> None:
    done, budget = run_all(9, [1, 2, 3, 4, 5, 3, 2, 8], 64, error)
    assert sorted(done) == list(range(8))
    assert budget == 8


def test_one_item_that_does_not_fit_is_named() -> None:
    with pytest.raises(OutOfMemoryError, match="one sequence at a time"):
        run_all(3, [2, 4], 64, torch.OutOfMemoryError("out of memory"))


def test_other_errors_pass() -> None:
    with pytest.raises(RuntimeError, match="shapes"):
        run_all(1, [5], 8, RuntimeError("shapes do not match"))


def test_nothing_to_do_is_done() -> None:
    assert within_memory(0, 5, lambda left, size: [], lambda batch: None, lambda batch: np.array([0]), CPU) == 5
