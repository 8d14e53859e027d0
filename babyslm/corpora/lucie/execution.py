"""Execution of pipeline stages on this machine, on Slurm or on Ray; the output does not depend on the executor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datatrove.executor import LocalPipelineExecutor, RayPipelineExecutor, SlurmPipelineExecutor
from loguru import logger

from babyslm.corpora.lucie.recipe import Executor, LocalExecutor, RayExecutor, SlurmExecutor
from babyslm.verify.corpora.lucie import ExtraMissingError, PipelineFailedError, PipelineRunningError

__all__ = ["Stage", "run_stages"]

LOGS = "stages"


@dataclass(frozen=True)
class Stage:
    """One pipeline.

    :param name: name of the stage and of its folder for logs and statistics.
    :param steps: creates the steps when the stage starts.
    :param tasks: number of parallel tasks.
    """

    name: str
    steps: Callable[[], list[Any]]
    tasks: int


class _Quiet:
    """Suppresses datatrove's messages on standard error; failures are reported by named errors."""

    def _run_for_rank(self, rank: int, local_rank: int = 0, node_rank: int = -1) -> Any:
        logger.disable("datatrove")
        return super()._run_for_rank(rank, local_rank, node_rank)  # type: ignore[misc]


class _Local(_Quiet, LocalPipelineExecutor):  # type: ignore[misc]
    pass


class _Ray(_Quiet, RayPipelineExecutor):  # type: ignore[misc]
    pass


def run_stages(stages: Sequence[Stage], executor: Executor, folder: Path) -> None:
    """Run stages one after the other; completed tasks are skipped.

    :param stages: the stages, in order.
    :param executor: settings of the executor.
    :param folder: working folder; logs are written to `stages/NAME`.
    :raises PipelineFailedError: naming the tasks that did not finish.
    :raises PipelineRunningError: if Slurm has not finished the submitted stages.
    """
    logger.disable("datatrove")
    try:
        match executor:
            case LocalExecutor():
                for stage in stages:
                    _check(stage, _local(stage, executor, folder), folder)
            case RayExecutor():
                _on_ray(stages, executor, folder)
            case SlurmExecutor():
                _on_slurm(stages, executor, folder)
    finally:
        logger.enable("datatrove")


def _local(stage: Stage, executor: LocalExecutor, folder: Path) -> Any:
    if executor.workers > 1:
        import multiprocess  # type: ignore[import-untyped]

        # The fork server imports these modules once for all workers and stages.
        multiprocess.set_forkserver_preload(["babyslm.corpora.lucie.prepare"])
    run = _Local(
        stage.steps(),
        tasks=stage.tasks,
        workers=min(executor.workers, stage.tasks),
        logging_dir=str(folder / LOGS / stage.name),
    )
    run.run()
    return run


def _on_ray(stages: Sequence[Stage], executor: RayExecutor, folder: Path) -> None:
    try:
        import ray
    except ImportError as error:
        raise ExtraMissingError("ray", "ray") from error
    own = not ray.is_initialized()
    if own:
        ray.init(address=executor.address, log_to_driver=False, include_dashboard=False, logging_level="ERROR")
    try:
        for stage in stages:
            run = _Ray(
                stage.steps(),
                tasks=stage.tasks,
                workers=executor.workers,
                logging_dir=str(folder / LOGS / stage.name),
                cpus_per_task=executor.cpus,
                mem_per_cpu_gb=executor.memory,
            )
            run.run()
            _check(stage, run, folder)
    finally:
        if own:
            ray.shutdown()


def slurm_executors(stages: Sequence[Stage], executor: SlurmExecutor, folder: Path) -> list[Any]:
    """Return one executor per stage, each dependent on the previous one."""
    runs: list[Any] = []
    for stage in stages:
        runs.append(
            SlurmPipelineExecutor(
                stage.steps(),
                tasks=stage.tasks,
                time=executor.time,
                partition=executor.partition,
                cpus_per_task=executor.cpus,
                mem_per_cpu_gb=executor.memory,
                workers=executor.workers,
                qos=executor.qos,
                env_command=executor.environment,
                job_name=f"babyslm-{stage.name}",
                depends=runs[-1] if runs else None,
                logging_dir=str(folder / LOGS / stage.name),
            )
        )
    return runs


def _on_slurm(stages: Sequence[Stage], executor: SlurmExecutor, folder: Path) -> None:
    """Submit the stages on the first call; on later calls, return if they are finished or report what is left."""
    runs = slurm_executors(stages, executor, folder)
    left = {stage.name: run.get_incomplete_ranks() for stage, run in zip(stages, runs, strict=True)}
    waiting = [name for name, ranks in left.items() if ranks]
    if not waiting:
        return
    runs[-1].run()
    raise PipelineRunningError(waiting[0], len(left[waiting[0]]))


def _check(stage: Stage, run: Any, folder: Path) -> None:
    failed = run.get_incomplete_ranks()
    if failed:
        raise PipelineFailedError(stage.name, failed, folder / LOGS / stage.name / "logs")
