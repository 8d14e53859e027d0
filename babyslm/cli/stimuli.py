"""Commands on stimuli: building and auditing."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from babyslm.cli.app import AsJson, EngineOption, Out, RayAddress, SynthesizerOption, app, say
from babyslm.stimuli.stimulus import Task
from babyslm.verify.stimuli.frozen import FixedOptionError

__all__ = ["audit", "build_stimuli_command"]

RecogniserOption = Annotated[
    Path | None,
    typer.Option(
        "--recogniser",
        help="Folder of a recogniser of phones, which hears whether items are said as asked.",
    ),
]


FIXED = (
    "lang",
    "lexicon",
    "dictionary",
    "up_to",
    "synthesizer",
    "voices",
    "voice",
    "words",
    "pairs",
    "per_word",
    "seed",
    "noises",
    "responses",
    "prosody",
    "recogniser",
)
"""Options that a frozen set fixes."""


@app.command("build-stimuli", epilog="Example: babyslm build-stimuli all --lang en --out stimuli --voices 10")
def build_stimuli_command(
    context: typer.Context,
    task: Annotated[Literal["lexical", "syntactic", "all"], typer.Argument(help="Tasks to build.")] = "all",
    out: Out = Path("stimuli"),
    frozen: Annotated[
        str | None,
        typer.Option(help="A frozen set, such as babyslm-en-1, whose pairs, voices and seed never change."),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language: en, fr, or a language with its own cards.")] = "en",
    lexicon: Annotated[
        Path | None, typer.Option(help="Word list or corpus table. Default: the shipped child lexicon.")
    ] = None,
    dictionary: Annotated[
        Path | None, typer.Option(help="Pronunciations in CMUdict's format; they take precedence over espeak-ng.")
    ] = None,
    up_to: Annotated[str | None, typer.Option(help="Oldest age band of the words in months, such as 24-36.")] = None,
    synthesizer: SynthesizerOption = None,
    voices: Annotated[
        int | None,
        typer.Option(
            help="Voices per synthesiser, dev and test together. Default: 10 formant voices, all neural voices."
        ),
    ] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option(help="Voice by name, repeatable, instead of --voices; at least one of dev and one of test."),
    ] = None,
    words: Annotated[
        int | None, typer.Option(help="Maximum number of words of the lexical task. Default: all.")
    ] = None,
    pairs: Annotated[int | None, typer.Option(help="Number of pairs of the syntactic task. Default: 10,800.")] = None,
    per_word: Annotated[int, typer.Option(help="Maximum number of non-words per word.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed of all random choices.")] = 0,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="Acoustic condition in addition to clean, repeatable: reverberant, home, snr10, ..."),
    ] = None,
    noises: Annotated[Path | None, typer.Option(help="Folder of noise recordings.")] = None,
    responses: Annotated[Path | None, typer.Option(help="Folder of room impulse responses.")] = None,
    prosody: Annotated[
        Literal["citation", "sentence"],
        typer.Option(help="Synthesise sentences word by word (no acoustic trace of word order) or as a whole."),
    ] = "citation",
    recogniser: RecogniserOption = None,
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Write tables only.")] = False,
    workers: Annotated[int, typer.Option(help="Number of processes on this machine; 0: one per core.")] = 0,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    as_json: AsJson = False,
) -> None:
    """Build balanced test sets from the words that children hear, with sound."""
    from babyslm.commands.build import build_stimuli
    from babyslm.commands.frozen import build_frozen
    from babyslm.engines import using

    tasks: tuple[Task, ...] = ("lexical", "syntactic") if task == "all" else (task,)
    if frozen is not None:
        _verify_not_fixed(context, frozen)
        with using(engine, address=ray_address):
            built = build_frozen(
                frozen, out, tasks=tasks, audio=not no_audio, conditions=tuple(condition or []), workers=workers
            )
        say(built.as_dict(), built.as_text(), as_json=as_json)
        return
    with using(engine, address=ray_address):
        built = build_stimuli(
            out,
            language=lang,
            tasks=tasks,
            lexicon=lexicon,
            dictionary=dictionary,
            up_to=up_to,
            synthesizers=synthesizer or ("formant",),
            voices=0 if no_audio else voices,
            voice_names=tuple(voice or []),
            words=words,
            pairs=pairs,
            per_word=per_word,
            seed=seed,
            conditions=tuple(condition or []),
            noises=noises,
            responses=responses,
            prosody=prosody,
            recogniser=recogniser,
            workers=workers,
        )
    say(built.as_dict(), built.as_text(), as_json=as_json)


def _verify_not_fixed(context: typer.Context, key: str) -> None:
    """Refuse options that a frozen set fixes."""
    given = [name for name in FIXED if getattr(context.get_parameter_source(name), "name", "DEFAULT") != "DEFAULT"]
    if given:
        raise FixedOptionError(key, [f"--{name.replace('_', '-')}" for name in given])


@app.command(epilog="Example: babyslm audit stimuli --lang en")
def audit(
    stimuli: Annotated[Path, typer.Argument(help="Any stimulus set.")],
    lang: Annotated[str | None, typer.Option(help="Language. Default: that of the card, otherwise en.")] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="Corpus for the n-gram shortcuts. Default: the shipped lexicon.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Output folder for the table, JSON and plots.")] = None,
    sound: Annotated[bool, typer.Option(help="Also test for acoustic shortcuts if the set has sound.")] = True,
    recogniser: RecogniserOption = None,
    workers: Annotated[int, typer.Option(help="Number of processes on this machine; 0: one per core.")] = 0,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    as_json: AsJson = False,
) -> None:
    """Test a set for shortcuts that solve it without words or grammar; exit code 1 if one is found."""
    from babyslm.commands.audit import audit_stimuli
    from babyslm.engines import using

    with using(engine, address=ray_address):
        report = audit_stimuli(
            stimuli, language=lang, corpus=corpus, out=out, sound=sound, recogniser=recogniser, workers=workers
        )
    say(report.as_dict(), report.as_text(), as_json=as_json)
    if not report.passed:
        raise typer.Exit(1)
