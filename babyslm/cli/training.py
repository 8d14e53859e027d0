"""Commands on training from a recipe, and on the speech it needs."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Device, EngineOption, Gpus, Out, RayAddress, SynthesizerOption, app, say
from babyslm.stimuli.stimulus import Split

__all__ = ["speak", "train"]


@app.command(epilog="Example: babyslm speak corpora/childes --out corpora/wild --hours 8 --condition home")
def speak(
    corpus: Annotated[Path, typer.Argument(help="A prepared corpus that is only written.")],
    out: Out,
    hours: Annotated[float | None, typer.Option(help="About how much is spoken; default all of it.")] = None,
    times: Annotated[int, typer.Option(help="How often each utterance is spoken, by different voices.")] = 1,
    synthesizer: SynthesizerOption = None,
    voices: Annotated[
        int | None,
        typer.Option(help="Most training voices of each synthesiser; default all formant voices, 32 neural ones."),
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option(help="Acoustic condition, repeatable: utterances are spread over them.")
    ] = None,
    noises: Annotated[Path | None, typer.Option(help="Folder of noise recordings.")] = None,
    responses: Annotated[Path | None, typer.Option(help="Folder of room impulse responses.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is said, by whom and where.")] = 0,
    workers: Annotated[
        int, typer.Option(help="Processes of this machine, 0: one a core; the sound does not depend on it.")
    ] = 1,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    as_json: AsJson = False,
) -> None:
    """Speak a written corpus in the training voices, clean or in the wild."""
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
    recipe: Annotated[str, typer.Argument(help="A recipe of baselines/ by name, or a YAML file.")],
    out: Out,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, repeatable.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on where a stopped training left off.")] = True,
    device: Device = "auto",
    stimuli: Annotated[
        Path | None, typer.Option("--stimuli", help="Evaluate the learner on these afterwards, into OUT/result.")
    ] = None,
    split: Annotated[Split | None, typer.Option(help="Split of the stimuli; default both.")] = None,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    gpus: Gpus = 0,
    as_json: AsJson = False,
) -> None:
    """Train a learner from a recipe, and evaluate it where stimuli are named.

    On Ray, the speech of the corpus, its units and the evaluation are shared out; networks are trained by `torchrun`,
    of whose processes the first does all the rest.
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
