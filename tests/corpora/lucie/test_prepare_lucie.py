"""The pipeline from end to end: a folder of parquet files, the dataset's own loading path, local and Ray."""

import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

pytest.importorskip("datatrove")
pytest.importorskip("datasets")

from babyslm.corpora.accounting import Leniency
from babyslm.corpora.corpus import load_corpus
from babyslm.corpora.lucie.execution import Stage, slurm_executors
from babyslm.corpora.lucie.prepare import prepare_lucie
from babyslm.corpora.lucie.reading import hub_reader, verify_source
from babyslm.corpora.lucie.recipe import LucieRecipe, SlurmExecutor, load_lucie_recipe
from babyslm.corpora.prepare import prepare_corpus
from babyslm.files import sha256_file
from babyslm.models.ngram.perplexity import NgramPerplexity
from babyslm.training.recipe import make_recipe
from babyslm.training.train import train
from babyslm.verify.corpora.faults import FaultsError
from babyslm.verify.corpora.lucie import (
    DatasetMissingError,
    EmptyMixtureError,
    LucieColumnsError,
    PerplexityModelError,
)
from babyslm.verify.corpora.tables import EmptyCorpusError
from babyslm.verify.documents import DocumentError
from babyslm.verify.learners.recipes import OverrideError
from tests.corpora.lucie.rows import mixed, prose, row, sentences, write


def recipe(**more: object) -> LucieRecipe:
    return LucieRecipe.model_validate({"name": "t", "tasks": 2} | more)


@pytest.mark.slow
def test_a_mixture_keeps_to_its_plan_and_drops_doubles(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "data", mixed())
    capfd.readouterr()
    card, shares = prepare_lucie(str(source), tmp_path / "a", recipe())
    assert capfd.readouterr() == ("", "")  # silence in a pipe
    assert {line["language"] for line in shares} == {"fr", "en"}
    assert all(abs(float(str(line["points_apart"]))) < 1 for line in shares)
    assert card.settings["dropped"] == {"short": 3, "unmeasured": 3, "near-duplicate": 20}
    corpus = load_corpus(tmp_path / "a")
    assert card.words == corpus.words == sum(int(str(line["obtained_words"])) for line in shares)
    texts = set(corpus.utterances["source"])
    once = {name.split("#")[0] for name in texts}
    assert len(once) == 60 + 40 + 9 + 12 + 15 + 6
    assert any(name.endswith("#3") for name in texts)  # wiki is read three times
    assert not (tmp_path / "a" / ".stages").exists()
    again, _ = prepare_lucie(str(source), tmp_path / "b", recipe(executor={"kind": "local", "workers": 2}))
    assert again.sha256 == card.sha256
    assert sha256_file(tmp_path / "a" / "card.yaml") == sha256_file(tmp_path / "b" / "card.yaml")


def test_a_subset_for_a_child_is_at_parity(tmp_path: Path) -> None:
    rows = [
        *(row(prose("en", 60, i), "en", "Claire", i) for i in range(30)),
        *(row(f"[speaker001:] {prose('fr', 60, i)}", "fr", "Claire", i) for i in range(30, 60)),
        *(row(prose("fr", 400, i), "fr", "Gutenberg", i, title="Contes") for i in range(60, 62)),
        row("the lessee shall indemnify the lessor " * 30, "en", "FreeLaw", 99),
    ]
    source = write(tmp_path / "data", rows, files=2)
    child = recipe(mixture={"kind": "child", "words": 2000}, phones=True, deduplication=None)
    card, shares = prepare_lucie(str(source), tmp_path / "c", child)
    assert [line["obtained_words"] for line in shares] == [1000, 1000]
    assert card.words == pytest.approx(
        2000, abs=20
    )  # turn marks count as words of documents, and are none of utterances
    rows_made = load_corpus(tmp_path / "c").utterances
    assert rows_made["phones"].notna().all()
    sources = set(rows_made["source"].str.split("/").str[1])
    assert sources == {"Claire", "Gutenberg"}
    assert rows_made["speaker"].dropna().unique().tolist() == ["speaker001"]
    assert not rows_made["text"].str.contains("speaker").any()


def repository(folder: Path) -> Path:
    """A folder laid out and configured as the dataset's repository is."""
    configs = []
    for language, source in (("fr", "Claire"), ("en", "Claire"), ("fr", "Wikipedia")):
        place = f"data/v1.1/natural/{language}/{source}"
        rows = [row(prose(language, 50, i), language, source, i, extra={"subset": "x"}) for i in range(12)]
        write(folder / place, rows, files=2)
        configs.append(
            {"config_name": f"{source}-{language}", "data_files": [{"split": "train", "path": f"{place}/*.parquet"}]}
        )
    configs += [
        {"config_name": name, "data_files": [{"split": "train", "path": f"data/v1.1/natural/{name}/*/*.parquet"}]}
        for name in ("fr", "en")
    ]
    (folder / "README.md").write_text(f"---\n{yaml.safe_dump({'configs': configs})}---\n", encoding="utf-8")
    return folder


def test_the_loading_path_of_the_dataset(tmp_path: Path) -> None:
    folder = repository(tmp_path / "Lucie-Training-Dataset")
    documents = list(hub_reader(str(folder), "fr", None).run())
    assert len(documents) == 24
    assert {each.metadata["source"] for each in documents} == {"Claire", "Wikipedia"}
    assert documents[0].metadata["extra"] == {"subset": "x"}
    parts = [
        [each.text for each in hub_reader(str(folder), "Claire-fr", None).run(rank=r, world_size=2)] for r in (0, 1)
    ]
    assert sorted(parts[0] + parts[1]) == sorted(
        each.text for each in documents if each.metadata["source"] == "Claire"
    )


def test_a_source_that_does_not_fit_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissingError, match="nobody/nothing"):
        verify_source("nobody/nothing", ("fr",), "v1.1")
    with pytest.raises(DatasetMissingError, match="no parquet file"):
        verify_source(str(tmp_path), (), "v1.1")
    pd.DataFrame({"text": ["a"], "lang": ["fr"]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(LucieColumnsError, match=r"x\.parquet: lacks the column\(s\) language, source"):
        verify_source(str(tmp_path), (), "v1.1")
    rows = [row("a b c", "fr", "Claire", 1), row("a b c", "fr", "Claire", 2) | {"extra": "{oops"}]
    source = write(tmp_path / "bad", rows, files=1)
    with pytest.raises(FaultsError, match=r"part-00\.parquet:2: extra is not a JSON"):
        prepare_lucie(str(source), tmp_path / "c", recipe(tasks=1))


def test_recipes_are_read_and_checked(tmp_path: Path) -> None:
    child = load_lucie_recipe("lucie-child", ["mixture.words=5000", "executor.kind=ray", "filters.web=false"])
    assert (child.mixture.words, child.executor.kind, child.filters.web) == (5000, "ray", False)
    assert load_lucie_recipe("lucie-mix").mixture.kind == "epochs"
    with pytest.raises(DocumentError, match="tasks"):
        load_lucie_recipe("lucie-mix", ["tasks=0"])
    with pytest.raises(OverrideError):
        load_lucie_recipe("lucie-mix", ["tasks"])


def test_slurm_jobs_wait_for_one_another(tmp_path: Path) -> None:
    stages = [Stage("one", list, 3), Stage("two", list, 14)]
    runs = slurm_executors(stages, SlurmExecutor(kind="slurm", partition="cpu", time="01:00:00"), tmp_path)
    assert [run.tasks for run in runs] == [3, 14]
    assert runs[1].depends is runs[0]
    script = runs[0].get_launch_file_contents(runs[0].get_sbatch_args(1), "srun -l launch")
    assert "#SBATCH --partition=cpu" in script
    assert "#SBATCH --time=01:00:00" in script


def test_perplexity_is_that_of_the_definition(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n".join(sentences("en")[:800]), encoding="utf-8")
    told = {"family": "ngram", "name": "w", "symbols": "words", "order": 2, "corpus": str(tmp_path / "text.txt")}
    train(make_recipe(told), tmp_path / "m")
    perplexity = NgramPerplexity(tmp_path / "m")
    model = perplexity.model()
    line = sentences("en")[3]
    history: list[int] = []
    product = 1.0
    [numbers] = model.vocabulary.encode([line])
    for symbol in [*numbers, 1]:
        product *= model.distribution(history)[symbol]
        history.append(symbol)
    assert perplexity([line])[0] == pytest.approx(product ** (-1 / len(history)))
    fluent, garbled, empty = perplexity([f"{line}\n{line}", "zq xx vv", " "])
    assert 1 < fluent < garbled
    assert empty == float("inf")
    told = told | {"symbols": "phones"}
    train(make_recipe(told), tmp_path / "p")
    with pytest.raises(PerplexityModelError, match="reads phones"):
        NgramPerplexity(tmp_path / "p")


def test_noise_of_ocr_is_dropped_by_a_real_model(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n".join(sentences("en")), encoding="utf-8")
    told = {"family": "ngram", "name": "c", "symbols": "characters", "order": 4, "corpus": str(tmp_path / "text.txt")}
    train(make_recipe(told), tmp_path / "m")
    clean = [row(prose("en", 80, i), "en", "AmericanStories", i) for i in range(8)]
    noisy = [row("".join(sorted(prose("en", 80, i)))[::-1] + " x", "en", "AmericanStories", i) for i in range(8, 12)]
    source = write(tmp_path / "data", clean + noisy, files=1)
    made = recipe(
        tasks=1,
        filters={"perplexity_models": {"en": str(tmp_path / "m")}, "perplexity_caps": {"AmericanStories": 20}},
        deduplication=None,
    )
    card, _ = prepare_lucie(str(source), tmp_path / "c", made, perplexity=NgramPerplexity)
    assert card.settings["dropped"] == {"perplexity": 4}


def test_addresses_are_replaced(tmp_path: Path) -> None:
    rows = [row(f"write to jean.dupont{i}@exemple.fr or 8.8.4.{i + 1} now", "en", "Claire", i) for i in range(4)]
    prepare_lucie(str(write(tmp_path / "d", rows, files=1)), tmp_path / "c", recipe(tasks=1, deduplication=None))
    told = " ".join(load_corpus(tmp_path / "c").utterances["text"])
    assert "dupont" not in told
    assert "8.8.4" not in told
    assert "@example" in told


@pytest.mark.slow
def test_ray_gives_the_same_documents(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    source = write(tmp_path / "data", mixed())
    local, _ = prepare_lucie(str(source), tmp_path / "local", recipe())
    cluster = recipe(executor={"kind": "ray", "memory": 0.1, "workers": 2})
    ray, _ = prepare_lucie(str(source), tmp_path / "ray", cluster)
    pd.testing.assert_frame_equal(load_corpus(tmp_path / "local").utterances, load_corpus(tmp_path / "ray").utterances)
    assert ray.sha256 == local.sha256


def test_the_registry_of_kinds_points_here(tmp_path: Path) -> None:
    from babyslm.verify.corpora.tables import UnknownCorpusKindError

    with pytest.raises(UnknownCorpusKindError, match="lucie"):
        prepare_corpus("wax", tmp_path, tmp_path / "o")
    assert json.loads(row("a", "fr", "x", 1)["id"]) == {"idx": 1}


@pytest.mark.slow
def test_rows_that_are_no_documents_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = [row(prose("en", 60, i), "en", "Claire", i) for i in range(20)]
    rows += [row(prose("en", 60, 20), "de", "Claire", 20), row("", "en", "Claire", 21)]
    rows += [
        row("a b c", "en", "Claire", 22) | {"extra": "{oops"},
        row("a b c", "en", "Claire", 23) | {"source": None},
    ]
    source = write(tmp_path / "data", rows, files=2)
    asked = recipe(deduplication=None, filters={"languages": ["en"]}, mixture={"kind": "epochs", "words": 600})
    with pytest.raises(FaultsError, match=r"2 faults: .*extra is not a JSON string.*source is None"):
        prepare_lucie(str(source), tmp_path / "c", asked)
    card, _ = prepare_lucie(str(source), tmp_path / "c", asked, leniency=Leniency(lenient=True, most=0.1))
    count = card.account["documents"]
    assert count.read == len(rows)
    kept = {name.split("#")[0] for name in load_corpus(tmp_path / "c").utterances["source"]}
    assert count.kept == len(kept)
    assert count.left_out == {"empty": 1, "faulty row": 2, "language": 1, "not drawn": 20 - len(kept)}
    assert (tmp_path / "c" / "left_out.tsv").read_text(encoding="utf-8").count("faulty row") == 2


KINDS = ["whole", "whole", "whole", "german", "empty", "no JSON", "no source", "short", "again"]


@pytest.mark.slow
@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@example(["no source"], True, False)  # nothing is left for the stages after the first
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=25), st.booleans(), st.booleans())
def test_every_document_is_accounted_for(kinds: list[str], unique: bool, subset: bool) -> None:
    """Kept and left out add up to the documents of the source, with and without near-duplicates and drawing."""

    def document(number: int, kind: str) -> dict[str, object]:
        text = {"empty": "", "short": "a b", "again": prose("en", 90, 0)}.get(kind) or prose("en", 90, number)
        changed: dict[str, object] = {"no JSON": {"extra": "{oops"}, "no source": {"source": None}}.get(kind, {})
        text = "" if kind == "empty" else text
        return row(text, "de" if kind == "german" else "en", "Claire", number) | changed

    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        source = write(place / "data", [document(*each) for each in enumerate(kinds, start=1)], files=1)
        asked = recipe(
            filters={"languages": ["en"]},
            mixture={"kind": "epochs"} | ({"words": 200} if subset else {}),
            **({} if unique else {"deduplication": None}),
        )
        try:
            card, _ = prepare_lucie(str(source), place / "c", asked, leniency=Leniency(lenient=True, most=1.0))
        except (EmptyMixtureError, EmptyCorpusError):
            assert not {"whole", "again", "short"} & set(kinds) or subset
            return
        count = card.account["documents"]
        assert count.read == len(kinds) == count.kept + sum(count.left_out.values())
        texts = load_corpus(place / "c").utterances["source"].str.split("#").str[0]
        assert count.kept == texts.nunique() <= sum(kind in ("whole", "again", "short") for kind in kinds)
        assert count.left_out.get("faulty row", 0) == kinds.count("no JSON") + kinds.count("no source")
        assert count.left_out.get("empty", 0) == kinds.count("empty")
