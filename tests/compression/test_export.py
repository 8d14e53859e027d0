"""Folders: loaded by plain transformers without babyslm, and by babyslm without the code that travels with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from babyslm.compression.export import export_network
from babyslm.compression.learner import Learner
from babyslm.models.low_rank.classes import modeling_source, register_classes
from babyslm.models.low_rank.families.find import FAMILIES
from tests.compression.networks import NETWORKS, calibration_for, outputs
from tests.compression.test_compress import compressed

ALONE = """
import sys
sys.modules["babyslm"] = None  # importing it is an error
import torch, transformers
torch.set_num_threads(1)
for auto, folder, trust in [line.split() for line in sys.stdin]:
    data = torch.load(f"{folder}/data.pt")
    network = getattr(transformers, auto).from_pretrained(folder, trust_remote_code=trust == "yes").eval()
    with torch.no_grad():
        given = network(**data["inputs"])
    found = given.logits if hasattr(given, "logits") else given.last_hidden_state
    difference = (found - data["outputs"]).abs().max() / data["outputs"].abs().max().clamp_min(1.0)
    refused = False
    if trust == "yes":
        try:  # without its code a folder must be refused, and not filled at random
            getattr(transformers, auto).from_pretrained(folder, trust_remote_code=False)
        except ValueError as error:
            refused = "trust_remote_code" in str(error)
    print(folder.rsplit("/", 1)[1], type(network).__name__, float(difference), refused)
"""


@pytest.mark.slow
def test_factors_and_dense_load_in_a_process_without_babyslm(tmp_path: Path) -> None:
    lines = []
    for name, build in NETWORKS.items():
        network = build()
        family = FAMILIES[name]
        compressed(network, name, tmp_path / f"work-{name}", epochs=1)
        batch = calibration_for(name).held_out[0]
        expected = {"inputs": batch.inputs, "outputs": outputs(network, batch)}
        for form, trust in (("factors", "yes"), ("dense", "no")):
            folder = tmp_path / f"{name}-{form}"
            folder.mkdir()
            export_network(Learner(network, family, name), folder, form, name=name)  # type: ignore[arg-type]
            torch.save(expected, folder / "data.pt")
            lines.append(f"{family.auto_class} {folder} {trust}")
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"HF_MODULES_CACHE": str(tmp_path / "modules")},
    )
    assert done.returncode == 0, done.stderr
    found = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert len(found) == 2 * len(NETWORKS)
    for folder, (architecture, difference, refused) in found.items():
        assert float(difference) < 1e-4, folder
        assert (refused == "True") == folder.endswith("factors")
        assert architecture.startswith("LowRank") == folder.endswith("factors")


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_babyslm_s_own_classes_load_what_it_wrote(name: str, tmp_path: Path) -> None:
    import transformers

    register_classes()
    network = NETWORKS[name]()
    family = FAMILIES[name]
    compressed(network, name, tmp_path / "work", epochs=1)
    folder = tmp_path / "out"
    folder.mkdir()
    export_network(Learner(network, family, name), folder, "factors", name=name)
    again, report = getattr(transformers, family.auto_class).from_pretrained(
        folder, trust_remote_code=False, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    for ours, theirs in zip(again.parameters(), network.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_the_file_that_travels_imports_nothing_of_babyslm(name: str) -> None:
    source = modeling_source(FAMILIES[name])
    compile(source, name, "exec")
    assert "babyslm" not in source
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert {line.split()[1].split(".")[0] for line in imports} == {"collections", "typing", "torch", "transformers"}
