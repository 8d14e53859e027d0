"""Preparation of a corpus from the Lucie Training Dataset."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from datatrove.pipeline.formatters import PIIFormatter

from babyslm.corpora.accounting import STRICT, Account, Leniency
from babyslm.corpora.corpus import CorpusCard
from babyslm.corpora.lucie.child import ChildSubset, Cut, choose
from babyslm.corpora.lucie.execution import LOGS, Stage, run_stages
from babyslm.corpora.lucie.faults import DOCUMENTS, Counted, read_accounts
from babyslm.corpora.lucie.filters import LanguageChosen, Perplexity, SourceRules
from babyslm.corpora.lucie.lines import lines_of
from babyslm.corpora.lucie.mixture import Cell, Draw, plan_mixture
from babyslm.corpora.lucie.near_duplicates import Signatures, buckets, clusters, config_of, unique
from babyslm.corpora.lucie.reading import describe, readers, reread, verify_source, writer
from babyslm.corpora.lucie.recipe import ChildMixture, EpochMixture, LucieRecipe, SlurmExecutor
from babyslm.corpora.lucie.tally import Tally, read_cells, read_ranked
from babyslm.corpora.lucie.web_pages import WebPages
from babyslm.corpora.stream import stream_corpus
from babyslm.files import exclusive, sha256_text, write_json
from babyslm.verify.corpora.lucie import EmptyMixtureError
from babyslm.verify.documents import read_json
from babyslm.verify.errors import BabySLMError

__all__ = ["prepare_lucie"]

WORK, READ = ".stages", "read"
LICENCE = "CC BY-NC-SA 4.0 (Lucie Training Dataset); its sources keep their own licences"


def prepare_lucie(
    source: str,
    out: Path,
    recipe: LucieRecipe,
    *,
    perplexity: Callable[[Path], Perplexity] | None = None,
    leniency: Leniency = STRICT,
) -> tuple[CorpusCard, list[dict[str, object]]]:
    """Prepare a corpus.

    An interrupted run resumes with the remaining tasks if recipe and source are unchanged.

    :param source: name of the dataset on the hub, or a folder of parquet files with its columns.
    :param out: corpus folder to write.
    :param recipe: what is kept and how it is mixed.
    :param perplexity: makes what computes perplexity of a model folder; default nothing does.
    :param leniency: what is done with rows that are no documents; default an error that lists them.
    :returns: the card, and the shares of languages as planned and as obtained.
    """
    verify_source(source, recipe.configurations, recipe.revision)
    models = {name: perplexity(path) for name, path in recipe.filters.perplexity_models.items()} if perplexity else {}
    with exclusive(out):
        work = _work(out, source, recipe)
        kept = work / ("unique" if recipe.deduplication else "filtered")
        account = _read(_first_stages(source, recipe, models, work), recipe, work, leniency)
        step, planned = _drawing(work, recipe)
        steps = [_tally(work / "drawn-tally", recipe), writer(work / "drawn")]
        run_stages([Stage("drawn", lambda: [reread(kept), step, *steps], recipe.tasks)], recipe.executor, work)
        shares = planned(read_cells(work / "drawn-tally"))
        dropped = _dropped(work)
        for rule, count in dropped.items():
            account.leave(DOCUMENTS, rule, 0 if rule == "unmeasured" else count)
        account.keep(DOCUMENTS, _drawn(work))
        account.leave(DOCUMENTS, "not drawn", account.open(DOCUMENTS))
        card = stream_corpus(
            lines_of(work / "drawn", phones=recipe.phones),
            out,
            name=recipe.name,
            language=_language(shares),
            licence=LICENCE,
            sources=[describe(source, recipe.configurations, recipe.revision)],
            settings={"recipe": _told(recipe), "shares": shares, "dropped": dropped},
            account=account,
        )
        shutil.rmtree(work)
    return card, shares


def _read(stages: list[Stage], recipe: LucieRecipe, work: Path, leniency: Leniency) -> Account:
    """Run the first stages, and return the account of what was read.

    Faults end a strict reading after the first stage, except on Slurm, which takes all stages at once.
    """
    together = isinstance(recipe.executor, SlurmExecutor)
    run_stages(stages if together else stages[:1], recipe.executor, work)
    account = read_accounts(work / READ, leniency)
    try:
        account.verify()
    except BabySLMError:
        shutil.rmtree(work)  # what is read again may have been corrected
        raise
    if not together and not any((work / "filtered").rglob("*.parquet")):
        raise EmptyMixtureError(recipe.name)
    run_stages([] if together else stages[1:], recipe.executor, work)
    return account


def _work(out: Path, source: str, recipe: LucieRecipe) -> Path:
    """Return the working folder, emptied if it was made with another recipe."""
    work = out / WORK
    told = recipe.model_dump(mode="json", exclude={"executor", "description"})
    identity = {"key": sha256_text(json.dumps([source, told], sort_keys=True))}
    path = work / "identity.json"
    if work.exists() and (not path.is_file() or read_json(path) != identity):
        shutil.rmtree(work)
    write_json(path, identity)
    return work


def _first_stages(source: str, recipe: LucieRecipe, models: Mapping[str, Perplexity], work: Path) -> list[Stage]:
    """Return the stages up to the counts of the remaining documents."""

    def filtered() -> list[Any]:
        filters = recipe.filters
        steps: list[Any] = [
            *readers(source, recipe.configurations, recipe.revision),
            Counted(work / READ),
            LanguageChosen(filters.languages),
            *([WebPages(filters)] if filters.web else []),
            SourceRules(filters, models),
            *([PIIFormatter()] if filters.personal else []),
        ]
        return [*steps, *([] if recipe.deduplication else [tally()]), writer(work / "filtered")]

    def tally() -> Any:
        return _tally(work / "tally", recipe)

    stages = [Stage("filtered", filtered, recipe.tasks)]
    if recipe.deduplication is None:
        return stages
    settings = config_of(recipe.deduplication, recipe.seed)
    signatures, pairs, removed = work / "signatures", work / "pairs", work / "removed"
    return [
        *stages,
        Stage("signatures", lambda: [reread(work / "filtered"), Signatures(signatures, settings)], recipe.tasks),
        Stage("buckets", lambda: [buckets(signatures, pairs, settings)], recipe.deduplication.buckets),
        Stage("clusters", lambda: [clusters(pairs, removed, settings)], 1),
        Stage(
            "unique",
            lambda: [reread(work / "filtered"), unique(removed), tally(), writer(work / "unique")],
            recipe.tasks,
        ),
    ]


def _tally(folder: Path, recipe: LucieRecipe) -> Tally:
    mixture = recipe.mixture
    child = (mixture, recipe.seed) if isinstance(mixture, ChildMixture) and folder.name == "tally" else None
    return Tally(folder, mixture.categories, child)


def _drawing(work: Path, recipe: LucieRecipe) -> tuple[Any, Callable[[dict[Cell, int]], list[dict[str, object]]]]:
    """Return the step that draws documents, and a function from obtained words to the table of shares."""
    there = read_cells(work / "tally")
    if not sum(there.values()):
        raise EmptyMixtureError(recipe.name)
    match recipe.mixture:
        case EpochMixture() as mixture:
            plan = plan_mixture(there, mixture)
            return Draw(plan.rates, mixture.categories), plan.table
        case ChildMixture() as mixture:
            cuts = choose(read_ranked(work / "tally"), mixture)
            return ChildSubset(mixture, cuts, recipe.seed), lambda obtained: _parity(cuts, obtained)


def _parity(cuts: dict[str, Cut], obtained: dict[Cell, int]) -> list[dict[str, object]]:
    got = {name: sum(words for (own, _), words in obtained.items() if own == name) for name in cuts}
    total, planned = sum(got.values()), sum(cut.taken for cut in cuts.values())
    return [
        {
            "language": name,
            "planned_words": cut.taken,
            "planned_share": round(cut.taken / planned, 4),
            "obtained_words": got[name],
            "obtained_share": round(got[name] / total, 4),
            "points_apart": round(100 * (got[name] / total - cut.taken / planned), 2),
        }
        for name, cut in cuts.items()
    ]


def _language(shares: list[dict[str, object]]) -> str:
    names = [str(row["language"]) for row in shares if row["obtained_words"]]
    return names[0] if len(names) == 1 else "mul"


def _told(recipe: LucieRecipe) -> dict[str, object]:
    told = recipe.model_dump(mode="json", exclude={"executor", "description"})
    filters = told["filters"]
    filters["language_model"] = Path(filters["language_model"]).name if filters["language_model"] else None
    filters["perplexity_models"] = {name: Path(path).name for name, path in filters["perplexity_models"].items()}
    result: dict[str, object] = told
    return result


def _drawn(work: Path) -> int:
    """Return how many documents were drawn, each counted once."""
    steps = read_json(work / LOGS / "drawn" / "stats.json")
    found = [step["stats"]["drawn"] for step in steps if "drawn" in (step.get("stats") or {})]
    return sum(int(value["total"] if isinstance(value, dict) else value) for value in found)


def _dropped(work: Path) -> dict[str, int]:
    """Return the number of documents dropped by each rule, and of those that no rule could measure."""
    found: dict[str, int] = {}
    for stage in ("filtered", "unique"):
        path = work / LOGS / stage / "stats.json"
        for step in read_json(path) if path.is_file() else []:
            for name, value in (step.get("stats") or {}).items():
                rule = name.removeprefix("dropped_")
                if rule == "dropped" and stage == "unique":
                    rule = "near-duplicate"
                elif rule in (name, "dropped") and name != "unmeasured":
                    continue
                count = value["total"] if isinstance(value, dict) else value
                found[rule] = found.get(rule, 0) + int(count)
    return found
