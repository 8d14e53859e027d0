"""Construction of a stimulus set: words and non-words, minimal pairs, their sound, and the card of the set."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm import __version__
from babyslm.commands.hearing import describe_recogniser, drop_blocks, find_recogniser, open_ear
from babyslm.engines import workers_for
from babyslm.files import exclusive
from babyslm.resources import resource_names
from babyslm.seeds import derive
from babyslm.speech.cast import Cast, find_cast
from babyslm.speech.conditions.condition import Surroundings
from babyslm.speech.conditions.conditioned import condition_table
from babyslm.speech.ear import Ear
from babyslm.speech.speak import Prosody, speak_table
from babyslm.speech.synthesis.citation_sound import Others, citation_sounds, word_sounds
from babyslm.stimuli.card import CARD_NAME, StimulusCard
from babyslm.stimuli.lexical.build import build_lexical
from babyslm.stimuli.official import save_official
from babyslm.stimuli.stimulus import SPLITS, Split, Task
from babyslm.stimuli.stimulus_set import CONDITIONS, StimulusSet, StimulusTable
from babyslm.stimuli.syntactic.build import build_syntactic
from babyslm.stimuli.words.kept import keep_lexicon
from babyslm.stimuli.words.lexicon import Lexicon, load_lexicon

__all__ = ["Built", "build_stimuli"]


@dataclass(frozen=True)
class Built:
    """A built set.

    :param stimuli: the set.
    :param folder: its folder.
    :param figures: counts and shares, by task.
    """

    stimuli: StimulusSet
    folder: Path
    figures: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON-serialisable values, for `--json`."""
        tables = {
            f"{t.task}/{t.split}": {"pairs": int(t.pairs["id"].nunique()), "voices": list(t.voices), "rows": len(t)}
            for t in self.stimuli
        }
        return {"folder": str(self.folder), "tables": tables, "figures": self.figures}

    def as_text(self) -> str:
        """Return the counts as readable text."""
        lines = [f"{self.folder}"]
        for table in self.stimuli:
            voices = f", {len(table.voices)} voices" if table.folder else ", written only"
            lines.append(f"  {table.task}/{table.split}: {table.pairs['id'].nunique():,} pairs{voices}")
        return "\n".join(lines)


def build_stimuli(
    out: Path,
    *,
    language: str = "en",
    tasks: Sequence[Task] = ("lexical", "syntactic"),
    lexicon: Path | None = None,
    dictionary: Path | None = None,
    up_to: str | None = None,
    synthesizers: Sequence[str] = ("formant",),
    voices: int | None = None,
    voice_names: Sequence[str] = (),
    words: int | None = None,
    pairs: int | None = None,
    per_word: int = 10,
    seed: int = 0,
    conditions: Sequence[str] = (),
    noises: Path | None = None,
    responses: Path | None = None,
    prosody: Prosody = "citation",
    recogniser: Path | None = None,
    workers: int = 0,
) -> Built:
    """Build a set in the official layout.

    The result does not depend on the number of workers. An interrupted build resumes and keeps finished sound files.
    The card is written last, so a folder with a card is complete.

    :param out: folder of the set.
    :param language: language of lexicon, templates and voices.
    :param tasks: tasks to build.
    :param lexicon: word list or corpus; default the shipped child lexicon. If it has no categories, the minimal pairs
        use the words of the shipped lexicon that occur in it.
    :param dictionary: pronunciations for the lexical task in CMUdict's text format, preferred over those of espeak-ng.
    :param up_to: oldest age band of the tested words, such as `24-36` (months); default all. Non-words are balanced
        against, and kept distinct from, the words of the whole lexicon.
    :param synthesizers: the synthesisers; see `babyslm.speech.origins.FORMS`. Each adds its own voices.
    :param voices: number of voices per synthesiser, dev and test together; 0: no sound; default 10 formant voices, and
        all of another synthesiser.
    :param voice_names: the voices by name instead of their number; at least one of each split.
    :param words: largest number of words of the lexical task; default all. The set is balanced over these words.
    :param pairs: number of pairs of the syntactic task; default the official 10,800.
    :param per_word: largest number of non-words per word.
    :param seed: seed of all random choices.
    :param conditions: acoustic conditions in which the stimuli are rendered in addition to clean sound.
    :param noises: folder of noise recordings; default babble and speech-shaped noise.
    :param responses: folder of measured impulse responses; default rooms are simulated.
    :param prosody: `citation` synthesises the words of a sentence in isolation, so that prosody carries no information
        on word order; `sentence` synthesises connected speech.
    :param recogniser: model folder of a recogniser of phones, which hears every item of a set with sound. Items that
        are not said as asked (`babyslm.speech.said`) are left out together with their partners; default none is heard.
    :param workers: processes on this machine; 0: one per core. On a cluster, all that fit are used.
    """
    cast = find_cast(synthesizers, language, voices, voice_names)
    chosen = cast.voices
    spoken = bool(chosen["test"])
    heard_in = [
        Surroundings.find(name, language, seed=derive(seed, "conditions"), noises=noises, responses=responses)
        for name in conditions
    ]
    processes = workers_for(workers)
    listener = find_recogniser(recogniser, language) if recogniser and spoken else None
    ear = open_ear(recogniser, cast, language, processes) if recogniser and listener else None
    with exclusive(out):
        (out / CARD_NAME).unlink(missing_ok=True)
        known = load_lexicon(lexicon, language=language, dictionary=dictionary)
        figures: dict[str, Any] = {}
        tables: dict[tuple[Task, Split], StimulusTable] = {}
        for task in tasks:
            made, figures[task] = _make(
                task, known, language, up_to, words, pairs, per_word, seed, processes, cast=cast, ear=ear
            )
            for split, rows in made.items():
                folder = out / task / split
                if not chosen[split]:
                    tables[task, split] = StimulusTable(task, split, rows)
                    continue
                heard = speak_table(
                    rows,
                    task,
                    folder,
                    chosen[split],
                    workers=processes,
                    prosody=prosody,
                    synthesizer=cast.synthesizer,
                )
                if listener and task == "syntactic":
                    sentences = drop_blocks(StimulusTable(task, split, heard, folder), listener, rows.attrs["block"])
                    heard = sentences.rows
                    figures[task].setdefault("said", {})[split] = sentences.figures
                    figures[task]["pairs"][split] = int(heard["id"].nunique())
                tables[task, split] = StimulusTable(task, split, heard, folder)
                for surroundings in heard_in:
                    place = folder / CONDITIONS / surroundings.condition.name
                    condition_table(tables[task, split], place, surroundings, workers=processes)
        card = StimulusCard(
            name=out.resolve().name,
            version="1",
            language=language,
            licence="Apache-2.0",
            sources=[
                str(lexicon.name) if lexicon else f"child-{language}.tsv of babyslm {__version__}",
                str(dictionary.name) if dictionary else "",
                "templates of babyslm" if "syntactic" in tasks else "",
                *(f"voices of {origin.name}" for origin in cast.origins if spoken),
            ],
            generator={
                "babyslm": __version__,
                "seed": seed,
                "up_to": up_to,
                "words": words,
                "pairs": pairs,
                "per_word": per_word,
                "voices": {split: [voice.name for voice in chosen[split]] for split in SPLITS},
                "synthesizers": [origin.describe() for origin in cast.origins] if spoken else [],
                "prosody": prosody if spoken and "syntactic" in tasks else None,
                "conditions": [surroundings.describe() for surroundings in heard_in] if spoken else [],
                **({"recogniser": describe_recogniser(recogniser, listener)} if recogniser and listener else {}),
            },
            audit={key: value for key, value in figures.items() if value},
        )
        card = card.model_copy(update={"sources": [source for source in card.sources if source]})
        stimuli = StimulusSet(card.name, tables, card, out)
        beside = keep_lexicon(known.words(), out) if "lexical" in tasks else {}
        save_official(stimuli, out, card, beside=beside)
    return Built(stimuli, out, figures)


def _make(
    task: Task,
    lexicon: Lexicon,
    language: str,
    up_to: str | None,
    words: int | None,
    pairs: int | None,
    per_word: int,
    seed: int,
    workers: int,
    *,
    cast: Cast,
    ear: Ear | None,
) -> tuple[dict[Split, pd.DataFrame], dict[str, Any]]:
    young = lexicon.up_to(up_to) if up_to else lexicon
    # The formant voices also determine the balance of a set without sound, so that its stimuli are those of the set
    # spoken by them.
    voiced = resource_names("datasets", f"voices/{language}.yaml")
    if task == "syntactic":
        told = bool(young.entries["animacy"].any())
        if not told:
            young = load_lexicon(None, language=language, corpus=lexicon.source)
        tables = build_syntactic(
            language,
            lexicon=young,
            seed=derive(seed, task),
            pairs=pairs,
            at_least=0 if told else 1,
            sounds=citation_sounds(language, _others(cast)) if voiced else None,
        )
        return tables, {"pairs": _pairs(tables), **tables["test"].attrs}
    build = build_lexical(
        lexicon,
        language=language,
        seed=derive(seed, task),
        per_word=per_word,
        targets=None if up_to is None else frozenset(young.words()["phones"]),
        most=words,
        sounds=partial(word_sounds, language, _others(cast)) if voiced else None,
        said=ear,
        workers=workers,
    )
    return build.tables, build.figures | ({"said": ear.as_dict()} if ear else {})


def _others(cast: Cast) -> Others:
    """Return the neural synthesisers of a set with their voices, by which non-words and sentences are chosen as well.

    A program of the user takes as long for a word as others take for a hundred, and no choice waits for it.
    """
    return {
        split: [
            (origin.synthesizer, own)
            for origin in cast.origins
            if origin.kind == "neural" and (own := cast.voices_of(origin, split))
        ]
        for split in SPLITS
    }


def _pairs(tables: dict[Split, pd.DataFrame]) -> dict[Split, int]:
    return {split: len(table) // 2 for split, table in tables.items()}
