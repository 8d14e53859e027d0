"""Published codebooks are taken over, and a pickle runs nothing."""

import argparse
import json
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from sklearn.cluster import KMeans, MiniBatchKMeans
from typer.testing import CliRunner

from babyslm.cli import app
from babyslm.models.encoders.states import read_state
from babyslm.models.inert import Inert, load_joblib, load_tensors
from babyslm.models.units.codebook import Codebook
from babyslm.models.units.published import import_codebook, read_centroids
from babyslm.verify.learners.units import CodebookFileError, PickleNotTrustedError


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((300, 6)).astype(np.float32)


@pytest.fixture(scope="module", params=["mini-batch", "lloyd"])
def kmeans(request: pytest.FixtureRequest, features: np.ndarray) -> KMeans:
    kind = MiniBatchKMeans if request.param == "mini-batch" else KMeans
    # Published ones were fitted with a generator of numpy's, which is pickled along with the centroids.
    return kind(12, n_init=1, random_state=np.random.RandomState(1)).fit(features)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_a_k_means_of_scikit_learn_quantises_as_it_did(
    kmeans: KMeans, features: np.ndarray, compress: int | tuple[str, int], tmp_path: Path
) -> None:
    joblib.dump(kmeans, tmp_path / "km.bin", compress=compress)
    codebook = import_codebook(tmp_path / "km.bin", tmp_path / "out", trust_pickle=True, deduplicate=False)
    np.testing.assert_array_equal(codebook.centroids, kmeans.cluster_centers_)
    np.testing.assert_array_equal(codebook.quantise([features])[0], kmeans.predict(features))
    back = Codebook.load(tmp_path / "out")
    assert back.digest == codebook.digest
    assert json.loads((tmp_path / "out" / "origin.json").read_text())["file"] == "km.bin"


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_plain_pickle_serves_as_well(kmeans: KMeans, protocol: int, tmp_path: Path) -> None:
    (tmp_path / "km.pkl").write_bytes(pickle.dumps(kmeans, protocol=protocol))
    found = read_centroids(tmp_path / "km.pkl", trust_pickle=True)
    np.testing.assert_array_equal(found, kmeans.cluster_centers_)


def test_a_k_means_in_a_dictionary_is_found(kmeans: KMeans, tmp_path: Path) -> None:
    joblib.dump({"kmeans": kmeans, "layer": 6}, tmp_path / "km.joblib")
    np.testing.assert_array_equal(
        read_centroids(tmp_path / "km.joblib", trust_pickle=True), kmeans.cluster_centers_.astype(np.float32)
    )


def test_the_clustering_of_cpc_and_bare_centroids_need_no_trust(tmp_path: Path) -> None:
    centroids = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)
    state = {"state_dict": {"Ck": torch.from_numpy(centroids)[None]}, "n_clusters": 5, "dim": 4}
    torch.save(state | {"args": argparse.Namespace(level=2)}, tmp_path / "cpc.pt")
    np.save(tmp_path / "c.npy", centroids.astype(np.float64))
    save_file({"centroids": centroids}, tmp_path / "c.safetensors")
    for name in ("cpc.pt", "c.npy", "c.safetensors"):
        np.testing.assert_array_equal(read_centroids(tmp_path / name), centroids)


class Trap:
    """Would make a file if its pickle were run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.path,))


def test_a_pickle_runs_nothing(kmeans: KMeans, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    holder = {"kmeans": kmeans, "trap": Trap(sprung)}
    joblib.dump(holder, tmp_path / "km.joblib")
    (tmp_path / "eval.pkl").write_bytes(b"c__builtin__\neval\n(S'1/0'\ntR.")
    torch.save({"state_dict": {"Ck": torch.ones(2, 3)}, "trap": Trap(sprung)}, tmp_path / "km.pt")
    assert len(read_centroids(tmp_path / "km.joblib", trust_pickle=True)) == 12
    assert isinstance(load_joblib(tmp_path / "eval.pkl"), Inert)
    assert read_centroids(tmp_path / "km.pt").shape == (2, 3)
    assert isinstance(load_tensors(tmp_path / "km.pt")["trap"], Inert)
    assert not sprung.exists()
    pickle.loads((tmp_path / "km.joblib").read_bytes()[:0] or pickle.dumps(Trap(sprung)))
    assert sprung.exists()  # the trap does work where a pickle is run


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    joblib.dump({"centroids": np.array([Trap(sprung), None], dtype=object)}, tmp_path / "objects.joblib")
    with pytest.raises(CodebookFileError, match="array of Python objects"):
        read_centroids(tmp_path / "objects.joblib", trust_pickle=True)
    assert not sprung.exists()
    np.save(tmp_path / "objects.npy", np.array([1, None], dtype=object), allow_pickle=True)
    with pytest.raises(CodebookFileError, match=r"objects\.npy: cannot be read"):
        read_centroids(tmp_path / "objects.npy")


def test_a_pickle_is_refused_unless_trusted(
    kmeans: KMeans, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    joblib.dump(kmeans, tmp_path / "km.bin")
    with pytest.raises(PickleNotTrustedError, match=r"km\.bin: is a pickle.*--trust-pickle"):
        import_codebook(tmp_path / "km.bin", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    read_centroids(tmp_path / "km.bin", trust_pickle=True)
    assert "is a pickle" in capsys.readouterr().err


def test_files_that_hold_no_codebook_are_named(tmp_path: Path) -> None:
    joblib.dump({"a": 1}, tmp_path / "other.joblib")
    joblib.dump({"centroids": np.zeros((3, 2), dtype=int)}, tmp_path / "whole.joblib")
    joblib.dump({"centroids": np.full((3, 2), np.nan)}, tmp_path / "nan.joblib")
    (tmp_path / "text.joblib").write_text("no pickle at all")
    (tmp_path / "empty.joblib").touch()
    (tmp_path / "bad.safetensors").write_bytes(b"abc")
    np.save(tmp_path / "flat.npy", np.zeros(4))
    faults = {
        "gone.npy": "is not a file",
        "other.joblib": "has no k-means",
        "whole.joblib": "of type int64",
        "nan.joblib": "not finite",
        "text.joblib": "cannot be read",
        "empty.joblib": "cannot be read",
        "bad.safetensors": "cannot be read",
        "flat.npy": r"of shape \(4,\)",
    }
    for name, reason in faults.items():
        with pytest.raises(CodebookFileError, match=f"{name}: .*{reason}"):
            read_centroids(tmp_path / name, trust_pickle=True)


def test_the_command_writes_a_codebook_and_says_how_to_use_it(kmeans: KMeans, tmp_path: Path) -> None:
    joblib.dump(kmeans, tmp_path / "km.bin")
    arguments = ["import-codebook", str(tmp_path / "km.bin"), "--out", str(tmp_path / "out")]
    run = CliRunner().invoke(app, [*arguments, "--trust-pickle", "--keep-runs", "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout) == {"units": 12, "dimensions": 6, "out": str(tmp_path / "out")}
    assert not Codebook.load(tmp_path / "out").deduplicate


class Task:
    """Stands for a class of the program that wrote a checkpoint."""

    def __init__(self) -> None:
        self.vocabulary = ["a", "b"]


def test_a_training_checkpoint_gives_its_tensors_whatever_else_it_holds(tmp_path: Path) -> None:
    weights = {"encoder.weight": torch.arange(6.0).reshape(2, 3), "bias": torch.ones(2, dtype=torch.float16)}
    checkpoint = {"model": weights, "args": argparse.Namespace(arch="hubert"), "task_state": {"task": Task()}}
    for name, zipped in (("new.pt", True), ("old.pt", False)):
        torch.save(checkpoint, tmp_path / name, _use_new_zipfile_serialization=zipped)
        with pytest.raises(pickle.UnpicklingError):
            torch.load(tmp_path / name, weights_only=True)
        found = read_state(tmp_path / name, inside=("model",))
        assert found.keys() == weights.keys()
        for key, tensor in found.items():
            torch.testing.assert_close(tensor, weights[key], rtol=0, atol=0)
