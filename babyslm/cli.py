"""The commands: one short function each, no logic."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from babyslm.stimuli.stimulus import Split, Task

__all__ = ["app"]

app = typer.Typer(
    name="babyslm",
    help="Find out what a spoken or text language model has learned.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write.")]
Stimuli = Annotated[
    str, typer.Option("--stimuli", help="Folder or file of stimuli (official layout, BLiMP, Zorro, ...).")
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, mps.")]


def say(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print what a command has to say: a JSON object, or text for people."""
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        from babyslm import __version__

        typer.echo(f"babyslm {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find out what a spoken or text language model has learned.

    Start with `babyslm demo`. Add --debug to any command for the traceback of an error.
    """


@app.command(epilog="Example: babyslm demo --out demo")
def demo(
    out: Out = Path("demo"),
    seed: Annotated[int, typer.Option(help="Seed of stimuli, speech and training.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes for synthesis; 0: one a core.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Build a small set, train a spoken and a text learner on it, and set them side by side. No network, no data."""
    from babyslm.demo import run_demo

    summary = run_demo(out, seed=seed, workers=workers)
    say(summary.as_dict(), summary.as_text(), as_json=as_json)


@app.command("build-stimuli", epilog="Example: babyslm build-stimuli all --lang en --out stimuli --voices 10")
def build_stimuli_command(
    task: Annotated[Literal["lexical", "syntactic", "all"], typer.Argument(help="What to build.")] = "all",
    out: Out = Path("stimuli"),
    lang: Annotated[str, typer.Option(help="Language: en or fr, or one with a card.")] = "en",
    lexicon: Annotated[
        Path | None, typer.Option(help="Word list or corpus table; default the shipped child lexicon.")
    ] = None,
    up_to: Annotated[str | None, typer.Option(help="Oldest age band of the words, such as 24-36 (months).")] = None,
    voices: Annotated[int, typer.Option(help="Voices, dev and test together.")] = 10,
    words: Annotated[int | None, typer.Option(help="Most words of the lexical task; default all.")] = None,
    pairs: Annotated[int | None, typer.Option(help="Pairs of the syntactic task; default 10,800.")] = None,
    per_word: Annotated[int, typer.Option(help="Most non-words a word.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed of every choice.")] = 0,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="Acoustic condition beside clean, repeatable: reverberant, home, snr10, ..."),
    ] = None,
    noises: Annotated[Path | None, typer.Option(help="Folder of noise recordings.")] = None,
    responses: Annotated[Path | None, typer.Option(help="Folder of room impulse responses.")] = None,
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Write tables only.")] = False,
    workers: Annotated[int, typer.Option(help="Processes; 0: one a core.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make balanced test sets from the words children hear, with sound."""
    from babyslm.build import build_stimuli

    built = build_stimuli(
        out,
        language=lang,
        tasks=("lexical", "syntactic") if task == "all" else (task,),
        lexicon=lexicon,
        up_to=up_to,
        voices=0 if no_audio else voices,
        words=words,
        pairs=pairs,
        per_word=per_word,
        seed=seed,
        conditions=tuple(condition or []),
        noises=noises,
        responses=responses,
        workers=workers,
    )
    say(built.as_dict(), built.as_text(), as_json=as_json)


@app.command(epilog="Example: babyslm audit stimuli --lang en")
def audit(
    stimuli: Annotated[Path, typer.Argument(help="A stimulus set, ours or foreign.")],
    lang: Annotated[str | None, typer.Option(help="Language; default the card's, otherwise en.")] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="Corpus for the n-gram shortcuts; default the shipped lexicon.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for table, JSON and plots.")] = None,
    sound: Annotated[bool, typer.Option(help="Also look for acoustic shortcuts where there is sound.")] = True,
    as_json: AsJson = False,
) -> None:
    """Look for shortcuts that would solve a set without knowing words or grammar; exit code 1 if one is found."""
    from babyslm.audit import audit_stimuli

    report = audit_stimuli(stimuli, language=lang, corpus=corpus, out=out, sound=sound)
    say(report.as_dict(), report.as_text(), as_json=as_json)
    if not report.passed:
        raise typer.Exit(1)


@app.command(
    epilog="Example: babyslm evaluate --model runs/phone-lstm --stimuli stimuli --split dev --out results/phone-lstm"
)
def evaluate(
    model: Annotated[
        str, typer.Option("--model", help="Model folder, hf:ID[@revision], scores:FOLDER, package.module:object.")
    ],
    stimuli: Stimuli,
    task: Annotated[Task | None, typer.Option(help="Default: both.")] = None,
    split: Annotated[Split | None, typer.Option(help="Default: both.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the result; a stopped run goes on from there.")
    ] = None,
    pooling: Annotated[Literal["mean", "sum"], typer.Option(help="Headline score: mean (official) or sum.")] = "mean",
    condition: Annotated[str, typer.Option(help="Acoustic condition of the sound.")] = "clean",
    heard: Annotated[
        Path | None, typer.Option(help="What the learner was trained on: seen and unseen words are told apart.")
    ] = None,
    official: Annotated[bool, typer.Option("--official", help="Also write the official scripts' files.")] = False,
    words: Annotated[bool, typer.Option("--words", help="Also write the surprisal of every word.")] = False,
    revisions: Annotated[
        str | None, typer.Option(help="all, or names with commas: one result a revision and a learning curve.")
    ] = None,
    device: Device = "auto",
    dtype: Annotated[str | None, typer.Option(help="float32, bfloat16, float16; default float32 on a CPU.")] = None,
    batch_tokens: Annotated[int | None, typer.Option(help="Most symbols a batch.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="Further option of the learner, key=value, repeatable.")
    ] = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Run code that a model folder brings along.")] = False,
    as_json: AsJson = False,
) -> None:
    """Score a learner on stimuli: accuracy as the official scripts give it, with intervals and a report."""
    from babyslm.evaluation.evaluate import evaluate as run
    from babyslm.evaluation.options import learner_options, require_out
    from babyslm.evaluation.revisions import evaluate_revisions
    from babyslm.results.console import as_object, as_text

    options = learner_options(
        device=device, dtype=dtype, batch_tokens=batch_tokens, trust_remote_code=trust_remote_code, extra=option or []
    )
    asked = {
        "task": task,
        "split": split,
        "pooling": pooling,
        "condition": condition,
        "heard": heard,
        "official": official,
        "words": words,
        **({} if model.startswith("scores:") else options),
    }
    place = f"\nreport: {out / 'report.html'}" if out else ""
    if revisions is not None:
        results = evaluate_revisions(model, stimuli, out=require_out(out), which=revisions, **asked)
        text = "\n\n".join(map(as_text, results.values()))
        say({name: as_object(each) for name, each in results.items()}, text + place, as_json=as_json)
        return
    result = run(model, stimuli, out=out, **asked)
    say(as_object(result), as_text(result) + place, as_json=as_json)


@app.command(epilog="Example: babyslm choose --model hf:OpenLLM-France/Lucie-7B-Instruct-v1.1 --stimuli stimuli")
def choose(
    model: Annotated[str, typer.Option("--model", help="An instructed model: hf:ID[@revision] or a folder.")],
    stimuli: Stimuli,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the choices and accuracies.")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the question; default that of the set.")] = None,
    device: Device = "auto",
    dtype: Annotated[str | None, typer.Option(help="float32, bfloat16, float16.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask an instructed model which sentence of each pair is better, in both orders."""
    from babyslm.evaluation.choice import choose_prompted

    figures = choose_prompted(model, stimuli, out=out, language=lang, device=device, dtype=dtype)
    rows = figures.astype(object).where(figures.notna(), None)
    say({"accuracy": rows.to_dict("records")}, figures.to_string(index=False), as_json=as_json)


@app.command(epilog="Example: babyslm compare results/text results/speech --out comparison.html")
def compare(
    results: Annotated[list[Path], typer.Argument(help="Two or more result folders.")],
    out: Annotated[Path | None, typer.Option("--out", help="HTML page to write.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare learners on the pairs they share: paired differences with intervals."""
    from babyslm.results.folders import compare_folders

    table = compare_folders(results, out)
    say({"comparison": table.to_dict("records")}, table.to_string(index=False), as_json=as_json)


@app.command(epilog="Example: babyslm prepare childes utterances.parquet --out corpora/childes")
def prepare(
    kind: Annotated[str, typer.Argument(help="childes")],
    source: Annotated[Path, typer.Argument(help="Where the raw corpus lies.")],
    out: Out,
    lang: Annotated[str, typer.Option(help="Language of the phones.")] = "en",
    role: Annotated[
        list[str] | None, typer.Option(help="Speaker role to keep, repeatable; default all adults.")
    ] = None,
    ages: Annotated[tuple[float, float] | None, typer.Option(help="Youngest and oldest age in months.")] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a raw corpus into training material."""
    from babyslm.corpora.prepare import prepare_corpus

    corpus = prepare_corpus(kind, source, out, language=lang, roles=role, ages=ages)
    card = corpus.card.model_dump(mode="json") if corpus.card else {}
    say(card, f"{out}: {card['utterances']:,} utterances, {card['words']:,} words", as_json=as_json)


@app.command(epilog="Example: babyslm train phone-lstm --out runs/phone-lstm --set corpus=corpora/childes")
def train(
    recipe: Annotated[str, typer.Argument(help="A recipe of baselines/ by name, or a YAML file.")],
    out: Out,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, repeatable.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on where a stopped training left off.")] = True,
    as_json: AsJson = False,
) -> None:
    """Train a learner from a recipe."""
    from babyslm.training.recipe import load_recipe
    from babyslm.training.train import train as run

    record = run(load_recipe(recipe, settings or []), out, resume=resume)
    say(record.as_dict(), record.as_text(), as_json=as_json)


@app.command(epilog="Example: babyslm doctor")
def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, which voices and devices there are, and what each missing extra would bring."""
    from babyslm.doctor import examine

    report = examine()
    say(report.as_dict(), report.as_text(), as_json=as_json)
    if not report.healthy:
        raise typer.Exit(1)
