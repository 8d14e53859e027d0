"""Commands on what a learner hears or reads."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from babyslm.cli.app import AsJson, Out, app, say

__all__ = ["prepare"]


class _Kinds(TyperGroup):
    """The kinds of corpora; an unknown one is told which there are."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        from babyslm.verify.corpora.tables import UnknownCorpusKindError

        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise UnknownCorpusKindError(args[0], sorted(self.commands))
        return super().resolve_command(ctx, args)


prepare = typer.Typer(cls=_Kinds, no_args_is_help=True, help="Convert a raw corpus into a training corpus.")
app.add_typer(prepare, name="prepare")

Source = Annotated[Path, typer.Argument(help="Where the raw corpus lies.")]
Language = Annotated[str, typer.Option("--lang", help="Language of the phones.")]
Languages = Annotated[
    list[str] | None, typer.Option("--lang", help="Language of utterances and phones, repeatable; default en.")
]
Lenient = Annotated[
    bool, typer.Option("--lenient", help="Leave faulty items out or mend them, and list them in left_out.tsv.")
]
MostFaults = Annotated[float, typer.Option("--most-faults", help="Share of faulty items above which --lenient stops.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Speaker role to keep, repeatable; default adults.")]
Ages = Annotated[tuple[float, float] | None, typer.Option("--ages", help="Youngest and oldest age in months.")]
Tier = Annotated[
    Literal["mod", "pho"] | None, typer.Option(help="Take phones from this tier if the utterance has it.")
]
Media = Annotated[Path | None, typer.Option(help="Folder of the recordings.")]
Rttm = Annotated[Path | None, typer.Option(help="RTTM file or folder; utterances are intersected with its segments.")]
Labels = Annotated[list[str] | None, typer.Option("--label", help="Label of the RTTM file to use, repeatable.")]
Clips = Annotated[bool, typer.Option("--clips", help="Cut clips (16 kHz, mono) instead of linking to recordings.")]
HeldOut = Annotated[
    list[float] | None,
    typer.Option("--held-out", help="Share held out for dev, then for test; writes train, dev, test."),
]
Budgets = Annotated[
    list[str] | None,
    typer.Option("--budget", help="Nested budget: 0.5h, 100000w, or all (0.5, 1, 2 ... 128 hours); repeatable."),
]
Seed = Annotated[int, typer.Option(help="Seed of splits and random orders.")]


def _tell(out: Path, corpus: Any, *, as_json: bool) -> None:
    card = corpus.card.model_dump(mode="json")
    hours = f", {card['hours']:.2f} hours" if card["hours"] else ""
    say(card, f"{out}: {card['utterances']:,} utterances, {card['words']:,} words{hours}", as_json=as_json)


def _sound(media: Path | None, rttm: Path | None, labels: list[str] | None, least: float) -> Any:
    from babyslm.corpora.recorded.transcript_sound import Sound

    return None if media is None else Sound(media, rttm, tuple(labels or ()), least)


def _leniency(lenient: bool, most: float) -> Any:
    from babyslm.corpora.accounting import Leniency

    return Leniency(lenient, most)


def _parts(held_out: list[float] | None, budgets: list[str] | None, order: Any, seed: int, by: str = "source") -> Any:
    from babyslm.corpora.parts import Parts

    return Parts(tuple(held_out or ()), tuple(budgets or ()), order, seed, by) if held_out or budgets else None


@prepare.command(epilog="Example: babyslm prepare childes utterances.parquet --out corpora/childes --held-out 0.05")
def childes(
    source: Source,
    out: Out,
    lang: Languages = None,
    role: Roles = None,
    ages: Ages = None,
    with_children: Annotated[bool, typer.Option("--with-children", help="Also keep the speech of children.")] = False,
    wording: Annotated[
        Literal["intended", "heard"],
        typer.Option(help="Words as intended (retracings once, omissions filled in), or as heard."),
    ] = "intended",
    tier: Tier = None,
    media: Media = None,
    rttm: Rttm = None,
    label: Labels = None,
    min_seconds: Annotated[float, typer.Option(help="Minimum duration of a clip in seconds.")] = 0.0,
    held_out: HeldOut = None,
    budget: Budgets = None,
    order: Annotated[
        Literal["age", "shuffled"], typer.Option(help="Order in which utterances enter the budgets.")
    ] = "age",
    seed: Seed = 0,
    lenient: Lenient = False,
    most_faults: MostFaults = 0.05,
    as_json: AsJson = False,
) -> None:
    """Prepare CHAT transcripts (a .cha file or a folder of them) or a table in the format of childes-db."""
    from babyslm.corpora.prepare import prepare_corpus

    corpus = prepare_corpus(
        "childes",
        source,
        out,
        language=tuple(lang or ("en",)),
        roles=role,
        ages=ages,
        with_children=with_children,
        wording=wording,
        tier=tier,
        sound=_sound(media, rttm, label, min_seconds),
        parts=_parts(held_out, budget, order, seed),
        leniency=_leniency(lenient, most_faults),
    )
    _tell(out, corpus, as_json=as_json)


@prepare.command(epilog="Example: babyslm prepare providence transcripts --media sound --out corpora/providence")
def providence(
    source: Source,
    out: Out,
    lang: Languages = None,
    role: Roles = None,
    ages: Ages = None,
    tier: Tier = None,
    media: Media = None,
    rttm: Rttm = None,
    label: Labels = None,
    min_seconds: Annotated[float, typer.Option(help="Minimum duration of a clip in seconds.")] = 0.5,
    held_out: HeldOut = None,
    budget: Budgets = None,
    order: Annotated[
        Literal["age", "shuffled"], typer.Option(help="Order in which utterances enter the budgets.")
    ] = "age",
    seed: Seed = 0,
    lenient: Lenient = False,
    most_faults: MostFaults = 0.05,
    as_json: AsJson = False,
) -> None:
    """Prepare Providence: transcripts with recordings, or the clips published with BabySLM."""
    from babyslm.corpora.prepare import prepare_corpus

    corpus = prepare_corpus(
        "providence",
        source,
        out,
        language=tuple(lang or ("en",)),
        roles=role,
        ages=ages,
        tier=tier,
        sound=_sound(media, rttm, label, min_seconds),
        parts=_parts(held_out, budget, order, seed),
        leniency=_leniency(lenient, most_faults),
    )
    _tell(out, corpus, as_json=as_json)


@prepare.command(
    epilog="Example: babyslm prepare librivox LibriSpeech/dev-clean --out corpora/dev-clean --budget 0.5h"
)
def librivox(
    source: Source,
    out: Out,
    lang: Language = "en",
    below: Annotated[float, typer.Option(help="Threshold of speech, in dB below the loudest frame.")] = 40.0,
    min_seconds: Annotated[float, typer.Option(help="Minimum duration of a segment in seconds.")] = 0.5,
    max_seconds: Annotated[
        float, typer.Option(help="Maximum duration in seconds; longer segments are cut at quiet frames.")
    ] = 20.0,
    clips: Clips = False,
    held_out: HeldOut = None,
    budget: Budgets = None,
    order: Annotated[
        Literal["balanced", "shuffled"], typer.Option(help="Order in which utterances enter the budgets.")
    ] = "balanced",
    seed: Seed = 0,
    lenient: Lenient = False,
    most_faults: MostFaults = 0.05,
    as_json: AsJson = False,
) -> None:
    """Prepare folders of read speech: LibriSpeech with its words, or chapters cut at pauses."""
    from babyslm.corpora.prepare import prepare_corpus
    from babyslm.corpora.recorded.voice_activity import Activity

    corpus = prepare_corpus(
        "librivox",
        source,
        out,
        language=lang,
        activity=Activity(below=below, least=min_seconds, most=max_seconds),
        clips=clips,
        parts=_parts(held_out, budget, order, seed, by="speaker"),
        leniency=_leniency(lenient, most_faults),
    )
    _tell(out, corpus, as_json=as_json)


@prepare.command(epilog="Example: babyslm prepare longform recordings --rttm segments --out corpora/homes --label FEM")
def longform(
    source: Source,
    out: Out,
    rttm: Annotated[Path, typer.Option(help="RTTM file or folder with the speech segments.")],
    lang: Language = "en",
    label: Labels = None,
    min_seconds: Annotated[float, typer.Option(help="Shortest segment.")] = 0.5,
    max_seconds: Annotated[float, typer.Option(help="Longest segment; longer ones are left out.")] = 20.0,
    gap: Annotated[float, typer.Option(help="Seconds of silence that are bridged.")] = 0.0,
    clips: Clips = False,
    held_out: HeldOut = None,
    budget: Budgets = None,
    order: Annotated[
        Literal["balanced", "shuffled"], typer.Option(help="Order in which utterances enter the budgets.")
    ] = "shuffled",
    seed: Seed = 0,
    lenient: Lenient = False,
    most_faults: MostFaults = 0.05,
    as_json: AsJson = False,
) -> None:
    """Prepare home recordings, using the segments of a voice-type classifier."""
    from babyslm.corpora.recorded.longform import ADULTS
    from babyslm.corpora.prepare import prepare_corpus

    corpus = prepare_corpus(
        "longform",
        source,
        out,
        rttm=rttm,
        language=lang,
        labels=label or ADULTS,
        least=min_seconds,
        most=max_seconds,
        gap=gap,
        clips=clips,
        parts=_parts(held_out, budget, order, seed),
        leniency=_leniency(lenient, most_faults),
    )
    _tell(out, corpus, as_json=as_json)


@prepare.command(epilog="Example: babyslm prepare text histoires --lang fr --out corpora/histoires --budget 100000w")
def text(
    source: Source,
    out: Out,
    lang: Language = "en",
    licence: Annotated[str, typer.Option(help="Licence recorded in the card.")] = "as stated by the source",
    held_out: HeldOut = None,
    budget: Budgets = None,
    seed: Seed = 0,
    lenient: Lenient = False,
    most_faults: MostFaults = 0.05,
    as_json: AsJson = False,
) -> None:
    """Prepare plain text with one utterance per line: a file or a folder of .txt files."""
    from babyslm.corpora.prepare import prepare_corpus

    parts = _parts(held_out, budget, "shuffled", seed)
    corpus = prepare_corpus(
        "text", source, out, language=lang, licence=licence, parts=parts, leniency=_leniency(lenient, most_faults)
    )
    _tell(out, corpus, as_json=as_json)


@prepare.command(
    epilog="Example: babyslm prepare lucie OpenLLM-France/Lucie-Training-Dataset --recipe lucie-child --out child"
)
def lucie(
    source: Annotated[str, typer.Argument(help="Name of the dataset on the hub, or folder of its parquet files.")],
    out: Out,
    recipe: Annotated[str, typer.Option(help="A shipped recipe (lucie-child, lucie-mix) or a YAML file.")],
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, repeatable.")] = None,
    lenient: Lenient = False,
    most_faults: MostFaults = 0.05,
    as_json: AsJson = False,
) -> None:
    """Prepare the Lucie Training Dataset: filter, remove near-duplicates, mix languages."""
    from babyslm.corpora.lucie.mixture import as_text
    from babyslm.corpora.lucie.prepare import prepare_lucie
    from babyslm.corpora.lucie.recipe import load_lucie_recipe
    from babyslm.models.ngram.perplexity import NgramPerplexity

    card, shares = prepare_lucie(
        source,
        out,
        load_lucie_recipe(recipe, settings or []),
        perplexity=NgramPerplexity,
        leniency=_leniency(lenient, most_faults),
    )
    text = f"{out}: {card.utterances:,} utterances, {card.words:,} words\n{as_text(shares)}"
    say(card.model_dump(mode="json"), text, as_json=as_json)
