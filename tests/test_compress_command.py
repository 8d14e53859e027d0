"""The command: from a learner and a file of texts to a folder that is scored, and to what it forgot."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from babyslm.commands.compress import Compression, compress
from babyslm.commands.forgetting import forgetting
from babyslm.compression.settings import make_settings
from babyslm.models.encoders.published.huggingface import build_hugging_face
from babyslm.models.encoders.settings import HuggingFaceSettings
from babyslm.models.load import load_model
from babyslm.results.result import load_result
from babyslm.speech.audio import write_audio
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.compression import (
    CompressionSettingError,
    EncoderEvaluationError,
    KeepError,
    LayoutError,
    NoCalibrationError,
    NoTextLearnerError,
    OtherCompressionError,
    SmallCalibrationError,
    UnreachableTargetError,
    UnsupportedFamilyError,
)
from tests.command import run_here
from tests.compression.networks import NETWORKS, hubert
from tests.tables import write_set
from tests.text_folders import causal_folder, masked_folder
from tests.tiny_networks import llama, opt

PHONES = [*"ktpdbwnlfzmsvhæɔɡəɹʌðɑɪɛ", "iː", "uː"]
TEXT = "the dog runs\nthe cats see a big dog\na cat sees the dogs\nthe big cat runs\n"


def phone_folder(folder: Path) -> Path:
    """A tiny Llama over phones."""
    vocabulary = {symbol: i for i, symbol in enumerate(["<s>", "</s>", "<unk>", "<pad>", "|", *PHONES])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    folder.mkdir(parents=True)
    made.save(str(folder / "tokenizer.json"))
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(names | {"tokenizer_class": "PreTrainedTokenizerFast"}))
    llama(vocab_size=len(vocabulary), bos_token_id=0, eos_token_id=1, pad_token_id=3).save_pretrained(folder)
    return folder


def phone_lines(path: Path, count: int = 120) -> Path:
    rng = np.random.default_rng(0)
    lines = [" ".join(rng.choice([*PHONES, "|"], size=int(rng.integers(4, 12)))) for _ in range(count)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def small(**changes: Any) -> Any:
    return make_settings(**({"keep": 0.7, "length": 16, "rows": 4} | changes))


def run(model: Path, calibration: Path, out: Path, **changes: Any) -> Compression:
    others = {key: changes.pop(key) for key in ("form", "stimuli", "input", "dtype") if key in changes}
    return compress(str(model), calibration, out, small(**changes), device="cpu", **others)


@pytest.fixture(scope="module")
def learner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return phone_folder(tmp_path_factory.mktemp("learner") / "phone-llama")


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return phone_lines(tmp_path_factory.mktemp("data") / "child.phones")


def test_the_report_tells_what_was_forgotten_beside_the_baselines(learner: Path, phones: Path, tmp_path: Path) -> None:
    stimuli = write_set(tmp_path / "set", voices=("",))
    out = tmp_path / "out"
    done = run(learner, phones, out, stimuli=str(stimuli), input="phonemic")
    table = done.differences
    assert table is not None
    assert set(table["version"]) == {"distilled", "output components", "weight SVD"}
    lexical = table[(table["task"] == "lexical") & (table["attribute"] == "frequency")]
    assert set(lexical["value"]) == {"0", "1-4", "20-99", ">=100"}
    syntactic = table[(table["task"] == "syntactic") & (table["attribute"] == "phenomenon")]
    assert set(syntactic["value"]) == {"adj_noun_order", "noun_verb_agreement"}
    teacher, student = (load_result(out / "evaluation" / name) for name in ("teacher", "student"))
    for task in ("lexical", "syntactic"):
        row = table[(table["task"] == task) & (table["attribute"] == "") & (table["version"] == "distilled")].iloc[0]
        assert row["teacher_accuracy"] == pytest.approx(teacher.accuracy(task))
        assert row["difference"] == pytest.approx(student.accuracy(task) - teacher.accuracy(task))
        assert row["low"] <= row["difference"] <= row["high"]
    assert not (out / ".work").exists()
    page = (out / "evaluation" / "forgetting.html").read_text(encoding="utf-8")
    assert "weight SVD" in page
    stored = json.loads((out / "evaluation" / "forgetting.json").read_text())
    assert len(stored["rows"]) == len(table)
    # The untrained versions have the student's size.
    sizes = {
        name: load_result(out / "evaluation" / name).record.model["settings"]["parameters"]
        for name in ("student", "outputs", "weight")
    }
    assert set(sizes.values()) == {done.card.parameters_after}


def test_the_folder_is_a_learner_and_says_what_it_is(learner: Path, phones: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(learner, phones, out, input="phonemic")
    card = json.loads((out / "compression.json").read_text())
    assert card == done.card.as_dict()
    assert card["settings"]["keep"] == 0.7
    assert card["kept"] == pytest.approx(0.7, abs=0.01)
    assert card["calibration"]["source"] == "child.phones"
    assert card["seconds"] > 0
    assert card["peak_memory"] > 1 << 20
    assert card["perplexity_before"] > 1
    assert card["perplexity_after"] > 1
    readme = (out / "README.md").read_text()
    assert all(f"| `{name}` | {rank} |" in readme for name, rank in card["ranks"].items())
    model: Any = load_model(str(out), device="cpu", input="phonemic")
    assert model.settings["parameters"] == card["parameters_after"]
    stimuli = [Stimulus("a", phones=("k", "æ", "t")), Stimulus("b", phones=("d", "ɔ", "ɡ", "|", "p"))]
    ours = model.score(stimuli).log_probability
    dense = run(learner, phones, tmp_path / "dense", input="phonemic", form="dense")
    plain: Any = load_model(str(dense.folder), device="cpu", input="phonemic")
    assert type(plain.network).__name__ == "LlamaForCausalLM"
    assert plain.score(stimuli).log_probability == pytest.approx(ours, abs=1e-4)
    assert model.path.name == "tree", "a compressed Llama is scored as fast as any"


def test_a_finished_compression_is_not_done_twice(learner: Path, phones: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(learner, phones, out, input="phonemic")
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert run(learner, phones, out, input="phonemic").card == first.card
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()} == before
    with pytest.raises(OtherCompressionError, match="holds another compression"):
        run(learner, phones, out, input="phonemic", keep=0.6)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(OtherCompressionError, match=r"holds something else \(thesis.txt\)"):
        run(learner, phones, tmp_path / "mine", input="phonemic")


def test_an_interrupted_evaluation_goes_on_without_compressing_again(
    learner: Path, phones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import babyslm.commands.compress as module

    stimuli = str(write_set(tmp_path / "set", voices=("",)))
    out = tmp_path / "out"

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "evaluate", stop)
        with pytest.raises(KeyboardInterrupt):
            run(learner, phones, out, stimuli=stimuli, input="phonemic")
    monkeypatch.setattr(module, "compress_network", stop)
    assert run(learner, phones, out, stimuli=stimuli, input="phonemic").differences is not None


def test_written_text_and_masked_models(tmp_path: Path) -> None:
    text = tmp_path / "child.txt"
    text.write_text(TEXT * 20)
    causal = run(causal_folder(tmp_path / "llama"), text, tmp_path / "causal")
    assert causal.card.calibration["layout"] == "packed"
    masked = run(masked_folder(tmp_path / "bert"), text, tmp_path / "masked")
    assert masked.card.calibration["layout"] == "lines"
    for out in (tmp_path / "causal", tmp_path / "masked"):
        model = load_model(str(out), device="cpu")
        assert np.isfinite(model.score([Stimulus("a", text="the dog sees a cat")]).log_probability).all()


def test_sounds_compress_an_encoder_that_loads_as_any_other(tmp_path: Path) -> None:
    hubert().save_pretrained(tmp_path / "hubert")
    (tmp_path / "hubert" / "preprocessor_config.json").write_text(json.dumps({"do_normalize": True}))
    rng = np.random.default_rng(0)
    for number in range(6):
        write_audio(tmp_path / "sounds" / f"{number}.wav", 0.1 * rng.standard_normal(8000 + 400 * number))
    done = run(tmp_path / "hubert", tmp_path / "sounds", tmp_path / "out", length=8)
    assert done.card.perplexity_before is None
    assert done.card.calibration["unit"] == "samples"
    settings = HuggingFaceSettings(source=str(tmp_path / "out"), layer=2)
    encoder = build_hugging_face(settings, torch.device("cpu"))
    assert type(encoder.model).__name__ == "LowRankHubertModel"
    assert encoder.normalise
    assert sum(each.numel() for each in encoder.model.parameters()) == done.card.parameters_after
    with pytest.raises(EncoderEvaluationError, match="is a speech encoder"):
        run(tmp_path / "hubert", tmp_path / "sounds", tmp_path / "other", stimuli=str(tmp_path))


def test_what_cannot_be_done_is_said_in_one_line(learner: Path, phones: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(KeepError, match="--keep 1.5: must lie between 0 and 1"):
        small(keep=1.5)
    with pytest.raises(CompressionSettingError, match="--lr -1.0: Input should be greater than 0"):
        small(lr=-1.0)
    with pytest.raises(UnreachableTargetError, match="--keep 0.01: out of reach"):
        run(learner, phones, out, input="phonemic", keep=0.01)
    with pytest.raises(NoCalibrationError, match=r"--calibration .*nowhere.txt: no such file or folder"):
        run(learner, tmp_path / "nowhere.txt", out, input="phonemic")
    with pytest.raises(SmallCalibrationError, match=r"fills 1 row\(s\) of 16 positions"):
        run(learner, phones, out, input="phonemic", tokens=16)
    with pytest.raises(NoTextLearnerError, match="name a Hugging Face folder"):
        run(tmp_path, phones, out)
    opt().save_pretrained(tmp_path / "opt")
    with pytest.raises(UnsupportedFamilyError, match="its family is opt"):
        run(tmp_path / "opt", phones, out)
    mixed = phone_folder(tmp_path / "mixtral")
    network = NETWORKS["mixtral"]()
    network.save_pretrained(mixed)
    with pytest.raises(LayoutError, match="not for mixtral"):
        run(mixed, phones, out, input="phonemic", layout="lines")
    assert not out.exists() or not list(out.iterdir())


def test_equal_results_differ_nowhere(learner: Path, tmp_path: Path) -> None:
    from babyslm.evaluation.evaluate import evaluate

    result = evaluate(str(learner), str(write_set(tmp_path / "set", voices=("",))), input="phonemic", device="cpu")
    table = forgetting(result, {"same": result})
    assert (table["difference"] == 0).all()
    assert (table["p_holm"] == 1).all()


@pytest.mark.slow
def test_the_command_prints_one_object_and_fails_in_one_line(learner: Path, phones: Path, tmp_path: Path) -> None:
    base = ["compress", "--model", str(learner), "--calibration", str(phones)]
    base += ["--option", "input=phonemic", "--length", "16", "--device", "cpu", "--json"]
    done = run_here(*base, "--keep", "0.7", "--out", str(tmp_path / "out"), "--ranks", "uniform")
    assert json.loads(done.stdout)["settings"]["ranks"] == "uniform"
    failed = run_here(*base, "--keep", "7", "--out", str(tmp_path / "other"), code=2)
    lines = failed.stderr.strip().splitlines()
    assert len(lines) == 1
    assert "--keep 7.0: must lie between 0 and 1, such as 0.8 for 80 % of all parameters" in lines[0]
