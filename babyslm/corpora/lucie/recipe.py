"""Recipe of a corpus from the Lucie Training Dataset, as one YAML file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from babyslm.resources import resource
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.learners.recipes import OverrideError

__all__ = [
    "ChildMixture",
    "Deduplication",
    "EpochMixture",
    "Executor",
    "Filters",
    "LocalExecutor",
    "LucieRecipe",
    "RayExecutor",
    "SlurmExecutor",
    "load_lucie_recipe",
]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LocalExecutor(_Settings):
    """This machine."""

    kind: Literal["local"] = "local"
    workers: int = Field(default=1, ge=1, description="number of parallel tasks")


class SlurmExecutor(_Settings):
    """A Slurm cluster; the folder must be accessible from all nodes."""

    kind: Literal["slurm"]
    partition: str
    time: str = "04:00:00"
    cpus: int = 1
    memory: int = Field(default=4, description="GB per core")
    workers: int = Field(default=-1, description="number of parallel jobs; -1 for all")
    qos: str = "normal"
    environment: str | None = Field(default=None, description="command that sets up Python, such as module load")


class RayExecutor(_Settings):
    """A Ray cluster; the folder must be accessible from all nodes."""

    kind: Literal["ray"]
    address: str | None = Field(default=None, description="auto or ray://HOST:PORT; default this machine")
    cpus: int = 1
    memory: float = Field(default=1.0, description="GB per core")
    workers: int = Field(default=-1, description="number of parallel tasks; -1 for all")


Executor = Annotated[LocalExecutor | SlurmExecutor | RayExecutor, Field(discriminator="kind")]


class Filters(_Settings):
    """Filters, most of them specific to a source; see `babyslm.corpora.lucie.filters`.

    :param languages: languages to keep.
    :param web: apply the rules for web pages to RedPajama.
    :param blocked_domains: domains whose web pages are dropped, since other sources cover them.
    :param language_model: fastText model for documents without a language score.
    :param language_score: smallest language score.
    :param perplexity_models: language -> folder of an n-gram model, for documents without a perplexity. The caps refer
        to the dataset's own models: adapt them for another model.
    :param perplexity_caps: largest perplexity by source, for the mean or median over chunks.
    :param chunk_words: smallest number of words in a chunk.
    :param personal: replace e-mail and public IP addresses by placeholders.
    """

    languages: tuple[str, ...] = ("fr", "en")
    web: bool = True
    blocked_domains: tuple[str, ...] = (
        "wikipedia.org",
        "wiktionary.org",
        "wikisource.org",
        "theses.fr",
        "arxiv.org",
        "ncbi.nlm.nih.gov",
        "philpapers.org",
    )
    language_model: Path | None = None
    language_score: float = 0.65
    perplexity_models: dict[str, Path] = {}
    perplexity_caps: dict[str, float] = {"HAL": 930, "Eurovoc": 1500, "AmericanStories": 2310, "Theses": 2000}
    chunk_words: int = Field(default=200, ge=1)
    personal: bool = True


class Deduplication(_Settings):
    """MinHash settings; the defaults find most pairs of texts that share more than about 72 % of their 5-grams."""

    ngrams: int = Field(default=5, ge=1)
    buckets: int = Field(default=14, ge=1)
    hashes: int = Field(default=8, ge=1)


class EpochMixture(_Settings):
    """Number of epochs per category.

    :param epochs: `category` or `language-category` -> epochs; the longer key has priority.
    :param categories: source -> category, for sources missing from the shipped table.
    :param words: budget of words; None for all epochs without scaling.
    """

    kind: Literal["epochs"] = "epochs"
    epochs: dict[str, float] = {
        "wiki": 3,
        "book": 3,
        "fr-book": 2,
        "math": 3,
        "aligned": 3,
        "code": 2,
        "technical": 2.5,
        "fr-technical": 2,
        "forum": 2.5,
        "legal": 2,
        "en-legal": 1,
        "politics": 2,
        "dialogue": 2,
        "web": 1,
        "en-web": 1.5,
        "newspaper": 1,
        "en-newspaper": 1.5,
    }
    categories: dict[str, str] = {}
    words: int | None = Field(default=None, ge=1)


class ChildMixture(_Settings):
    """Child-plausible subset: children's texts, then dialogue, then texts with a vocabulary close to a child's.

    :param words: budget of words, half of it for each of two languages.
    :param languages: the two languages.
    :param children: patterns for titles, authors and subsets that identify children's texts.
    :param plausible: smallest share of tokens in the child lexicon, for texts that are neither of the first two kinds.
    :param categories: source -> category, for sources missing from the shipped table.
    """

    kind: Literal["child"]
    words: int = Field(ge=2)
    languages: tuple[str, str] = ("fr", "en")
    children: tuple[str, ...] = (
        r"\b(?:contes?|fables?|comptines?|enfants?|fillettes?|garçons?)\b",
        r"\b(?:fairy|nursery|children|child|kids?|bedtime|mother goose|boys|girls)\b",
        r"\bchildes\b",
    )
    plausible: float = Field(default=0.6, ge=0, le=1)
    categories: dict[str, str] = {}


class LucieRecipe(_Settings):
    """Recipe of a corpus from the Lucie Training Dataset.

    :param name: name of the corpus.
    :param configurations: configurations on the hub, such as fr and en, or Claire-fr; ignored for a folder.
    :param revision: v1.1 (main phase), v1.2 or v1.2-recent-web.
    :param tasks: number of tasks, the same for all executors; the selection of documents depends on it.
    :param executor: where the tasks run.
    :param filters: the filters.
    :param deduplication: removal of near-duplicates; null for none.
    :param mixture: the mixture.
    :param phones: also write phones (for languages with a phone set).
    :param seed: seed of all draws.
    """

    name: str
    description: str = ""
    configurations: tuple[str, ...] = ("fr", "en")
    revision: str = "v1.1"
    tasks: int = Field(default=1, ge=1)
    executor: Executor = LocalExecutor()
    filters: Filters = Filters()
    deduplication: Deduplication | None = Deduplication()
    mixture: Annotated[EpochMixture | ChildMixture, Field(discriminator="kind")] = EpochMixture()
    phones: bool = False
    seed: int = Field(default=0, ge=0)


def load_lucie_recipe(recipe: str, overrides: Sequence[str] = ()) -> LucieRecipe:
    """Read and check a recipe.

    :param recipe: a YAML file, or the name of a recipe in `datasets/corpora/`.
    :param overrides: `field=value`, with dots between levels; values are parsed as YAML.
    """
    path = Path(recipe)
    if not path.is_file():
        path = resource("datasets", f"corpora/{path.name.removesuffix('.yaml')}.yaml")
    values = read_yaml(path)
    for override in overrides:
        values = _override(values if isinstance(values, dict) else {}, override)
    return parse_document(LucieRecipe, values, path)


def _override(values: dict[str, Any], text: str) -> dict[str, Any]:
    import yaml

    key, equals, raw = text.partition("=")
    keys = key.split(".")
    if not equals or not all(keys):
        raise OverrideError(text, "is not FIELD=VALUE")
    copy = dict(values)
    at = copy
    for name in keys[:-1]:
        inner = at.get(name)
        at[name] = dict(inner) if isinstance(inner, dict) else {}
        at = at[name]
    at[keys[-1]] = yaml.safe_load(raw)
    return copy
