"""What decides a corpus made of the Lucie Training Dataset, in one YAML file."""

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
    workers: int = Field(default=1, ge=1, description="tasks at a time")


class SlurmExecutor(_Settings):
    """A cluster under Slurm; the folder must be one that all nodes see."""

    kind: Literal["slurm"]
    partition: str
    time: str = "04:00:00"
    cpus: int = 1
    memory: int = Field(default=4, description="GB a core")
    workers: int = Field(default=-1, description="jobs at a time; -1 for all")
    qos: str = "normal"
    environment: str | None = Field(default=None, description="command that makes Python ready, such as module load")


class RayExecutor(_Settings):
    """A Ray cluster; the folder must be one that all nodes see."""

    kind: Literal["ray"]
    address: str | None = Field(default=None, description="auto or ray://HOST:PORT; default this machine alone")
    cpus: int = 1
    memory: float = Field(default=1.0, description="GB a core")
    workers: int = Field(default=-1, description="tasks at a time; -1 for all")


Executor = Annotated[LocalExecutor | SlurmExecutor | RayExecutor, Field(discriminator="kind")]


class Filters(_Settings):
    """Documented filters; each source has its own, see `babyslm.corpora.lucie.filters`.

    :param languages: languages that are kept; others are dropped.
    :param web: apply the rules of web pages to RedPajama.
    :param blocked_domains: domains of which web pages are dropped, being covered by other sources.
    :param language_model: fastText model for documents that carry no language score.
    :param language_score: least score.
    :param perplexity_models: language -> n-gram model folder, for documents that carry no perplexity. The caps are on
        the scale of the dataset's own models: set them anew for another model.
    :param perplexity_caps: most perplexity by source; mean or median over chunks must be within.
    :param chunk_words: least words of a chunk.
    :param personal: replace e-mail and public IP addresses by examples.
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
    """MinHash; the defaults find most pairs of texts that share more than about 72 % of their 5-grams."""

    ngrams: int = Field(default=5, ge=1)
    buckets: int = Field(default=14, ge=1)
    hashes: int = Field(default=8, ge=1)


class EpochMixture(_Settings):
    """How often each category is read.

    :param epochs: `category` or `language-category` -> epochs; the longer key goes first.
    :param categories: source -> category, for sources that the shipped table lacks.
    :param words: budget of words; None takes all epochs as they are.
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
    """A subset such as a child could meet: children's texts, then dialogue, then what is nearest to a child's words.

    :param words: budget of words, half of it for each of two languages.
    :param languages: the two languages.
    :param children: patterns of titles, authors and subsets that name texts for children.
    :param plausible: least share of running words that the child lexicon knows, for texts that are neither.
    :param categories: source -> category, for sources that the shipped table lacks.
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
    """A corpus made of the Lucie Training Dataset.

    :param name: name of the corpus.
    :param configurations: of the dataset on the hub, such as fr and en, or Claire-fr; not used for a folder.
    :param revision: v1.1 (main phase), v1.2 or v1.2-recent-web.
    :param tasks: parts that the work is cut into, the same on any executor; decides which documents are drawn.
    :param executor: where the tasks run.
    :param filters: the filters.
    :param deduplication: near-duplicate removal; null for none.
    :param mixture: what is drawn.
    :param phones: also write phones (languages with a phone set).
    :param seed: decides draws.
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
    """Read a recipe and check it.

    :param recipe: a YAML file, or the name of one shipped in `datasets/corpora/`.
    :param overrides: `field=value` with dots between levels; values are read as YAML.
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
        raise OverrideError(text, "is no FIELD=VALUE")
    copy = dict(values)
    at = copy
    for name in keys[:-1]:
        inner = at.get(name)
        at[name] = dict(inner) if isinstance(inner, dict) else {}
        at = at[name]
    at[keys[-1]] = yaml.safe_load(raw)
    return copy
