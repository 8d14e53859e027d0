"""Commands on training from a recipe, and on the speech it needs."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Device, EngineOption, Gpus, Out, RayAddress, SynthesizerOption, app, say
from babyslm.stimuli.stimulus import Split

__all__ = ["speak", "train"]


@app.command(epilog="Example: babyslm speak corpora/childes --out corpora/wild --hours 8 --condition home")
def speak(
    corpus: Annotated[Path, typer.Argument(help="Prepared corpus without sound.")],
    out: Out,
    hours: Annotated[
        float | None, typer.Option(help="Approximate hours to synthesise. Default: the whole corpus.")
    ] = None,
    times: Annotated[int, typer.Option(help="Repetitions of each utterance, in different voices.")] = 1,
    synthesizer: SynthesizerOption = None,
    voices: Annotated[
        int | None,
        typer.Option(
            help="Maximum number of training voices per synthesiser. Default: all formant voices, 32 neural voices."
        ),
    ] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="Acoustic condition, repeatable; utterances are distributed over the conditions."),
    ] = None,
    noises: Annotated[Path | None, typer.Option(help="Folder of noise recordings.")] = None,
    responses: Annotated[Path | None, typer.Option(help="Folder of room impulse responses.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the choice of utterances, voices and conditions.")] = 0,
    workers: Annotated[
        int, typer.Option(help="Number of processes on this machine; 0: one per core. Does not affect the sound.")
    ] = 1,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    as_json: AsJson = False,
) -> None:
    """Synthesise a written corpus in the training voices, clean or in the wild."""
    from babyslm.engines import using
    from babyslm.training.speech.speaking import SpeechSettings, speak_written

    settings = SpeechSettings(
        hours=hours,
        times=times,
        voices=voices,
        synthesizers=tuple(synthesizer or ("formant",)),
        conditions=tuple(condition or ()),
        noises=noises,
        responses=responses,
        workers=workers,
    )
    with using(engine, address=ray_address):
        spoken = speak_written(corpus, settings, out, seed=seed)
    card = spoken.card.model_dump(mode="json") if spoken.card else {}
    say(card, f"{out}: {len(spoken.utterances):,} utterances, {spoken.hours or 0:.2f} h", as_json=as_json)


@app.command(epilog="Example: babyslm train phone-lstm --out runs/phone-lstm --set corpus=corpora/childes")
def train(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe in baselines/, or a YAML file.")],
    out: Out,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Field of the recipe, key=value, repeatable.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Resume an interrupted training.")] = True,
    device: Device = "auto",
    stimuli: Annotated[
        Path | None,
        typer.Option("--stimuli", help="Stimuli on which to evaluate the learner afterwards, into OUT/result."),
    ] = None,
    split: Annotated[Split | None, typer.Option(help="Split of the stimuli. Default: both.")] = None,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    gpus: Gpus = 0,
    as_json: AsJson = False,
) -> None:
    """Train a learner from a recipe and, with --stimuli, evaluate it.

    With `--engine ray`, synthesis, units and evaluation are distributed. Networks are trained on several GPUs with
    `torchrun`, whose first process does all other work.
    """
    from babyslm.engines import using
    from babyslm.training.processes import is_first
    from babyslm.training.recipe import load_recipe
    from babyslm.training.train import train as run

    with using(engine if is_first() else "local", address=ray_address, gpus=gpus):
        record = run(load_recipe(recipe, settings or []), out, resume=resume, device=device)
        if not is_first():
            return
        if stimuli is None:
            say(record.as_dict(), record.as_text(), as_json=as_json)
            return
        from babyslm.evaluation.evaluate import evaluate
        from babyslm.results.console import as_object, as_text

        result = evaluate(str(out), stimuli, split=split, out=out / "result", device=device)
    told = f"{record.as_text()}\n\n{as_text(result)}\nreport: {out / 'result' / 'report.html'}"
    say({"training": record.as_dict(), "result": as_object(result)}, told, as_json=as_json)
