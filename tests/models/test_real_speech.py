"""Every encoder on real speech: words and non-words of the official samples get finite, reproducible scores."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from babyslm.models.encoders.cpc import CpcNetwork
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.published.torchaudio_bundles import TorchaudioEncoder
from babyslm.models.encoders.settings import (
    CpcSettings,
    Fairseq2Settings,
    HuggingFaceSettings,
    LogMelSettings,
    MfccSettings,
    TorchaudioSettings,
)
from babyslm.models.spoken import SpokenLanguageModel
from babyslm.models.symbols.lstm import LstmLanguageModel, LstmNetwork, LstmSizes
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.models.units.codebook import Codebook
from babyslm.models.units.encoding import encode_units
from babyslm.speech.audio import Samples, read_audio, write_audio
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.units.kmeans import mean_distance, train_centroids
from babyslm.verify.speech.audio import SampleRateError
from tests.models.test_network_encoders import fairseq2_model, hugging_face, torchaudio_model

pytestmark = pytest.mark.realdata

CPU = torch.device("cpu")
UNITS = 20


def cpc(folder: Path) -> Encoder:
    torch.manual_seed(0)
    save_file(CpcNetwork(16, 12, 2).state_dict(), folder / "cpc.safetensors")
    return make_encoder(CpcSettings(weights=folder / "cpc.safetensors", layer=2), device="cpu")


def from_hub(kind: str, *, stable: bool) -> Callable[[Path], Encoder]:
    def made(folder: Path) -> Encoder:
        hugging_face(kind, stable=stable).save_pretrained(folder / kind)
        return make_encoder(HuggingFaceSettings(source=str(folder / kind), layer=2), device="cpu")

    return made


def from_torchaudio(kind: str, mode: str) -> Callable[[Path], Encoder]:
    settings = TorchaudioSettings(bundle="HUBERT_BASE", layer=2)
    return lambda _: TorchaudioEncoder(torchaudio_model(kind, mode), settings, normalise=mode == "layer_norm").ready(
        CPU
    )


def fairseq2(_: Path) -> Encoder:
    pytest.importorskip("fairseq2")
    from babyslm.models.encoders.published.fairseq2_hub import Fairseq2Encoder

    return Fairseq2Encoder(fairseq2_model(stable=False), Fairseq2Settings(card="tiny", layer=2)).ready(CPU)


ENCODERS: dict[str, Callable[[Path], Encoder]] = {
    "mfcc": lambda _: make_encoder(MfccSettings()),
    "log-mel": lambda _: make_encoder(LogMelSettings()),
    "cpc": cpc,
    "hubert-base": from_hub("hubert", stable=False),
    "hubert-large": from_hub("hubert", stable=True),
    "wav2vec2": from_hub("wav2vec2", stable=False),
    "wavlm": from_hub("wavlm", stable=False),
    "torchaudio-base": from_torchaudio("wav2vec2", "group_norm"),
    "torchaudio-large": from_torchaudio("wav2vec2", "layer_norm"),
    "torchaudio-wavlm": from_torchaudio("wavlm", "group_norm"),
    "fairseq2": fairseq2,
}


@pytest.fixture(params=sorted(ENCODERS))
def encoder(request: pytest.FixtureRequest, tmp_path: Path) -> Encoder:
    return ENCODERS[request.param](tmp_path)


@pytest.fixture(scope="module")
def heard(realdata: Path) -> list[Samples]:
    """Official stimuli, read speech as FLAC and WAV, digits at 8 kHz: the first two seconds of each."""
    files = sorted((realdata / "babyslm_samples").glob("*.wav"))
    files += sorted((realdata / "speech").glob("*.flac"))[:3] + sorted((realdata / "speech").glob("*.wav"))[:3]
    digits = sorted((realdata / "digits").glob("*.wav"))[::40]
    return [read_audio(path)[:32_000] for path in files] + [read_audio(path, resample=True) for path in digits]


def codebook_for(encoder: Encoder, sounds: list[Samples]) -> Codebook:
    frames = np.concatenate(encoder.encode(sounds))
    centroids = train_centroids([frames], UNITS, seed=0)
    return Codebook(centroids, penalty=0.1 * mean_distance([frames], centroids))


def test_features_are_finite_and_a_files_own(encoder: Encoder, heard: list[Samples]) -> None:
    together = encoder.encode(heard)
    for sound, features in zip(heard, together, strict=True):
        assert np.isfinite(features).all()
        assert len(features) == pytest.approx(len(sound) / 16_000 * encoder.frame_rate, abs=2)
    for place in (0, len(heard) - 1):
        np.testing.assert_allclose(together[place], encoder.encode([heard[place]])[0], atol=1e-4)


def test_words_and_non_words_of_the_samples_get_finite_reproducible_scores(
    encoder: Encoder, heard: list[Samples], realdata: Path, tmp_path: Path
) -> None:
    stimuli = [Stimulus(path.stem, audio=path) for path in sorted((realdata / "babyslm_samples").glob("*.wav"))]
    for path in sorted((realdata / "digits").glob("*.wav"))[::40]:  # what comes at 8 kHz is brought to 16 first
        with pytest.raises(SampleRateError):
            read_audio(path)
        write_audio(tmp_path / path.name, read_audio(path, resample=True))
        stimuli.append(Stimulus(path.stem, audio=tmp_path / path.name))
    stimuli += [Stimulus(path.stem, audio=path) for path in sorted((realdata / "speech").glob("*.flac"))[:1]]
    codebook = codebook_for(encoder, heard)
    torch.manual_seed(0)
    sizes = LstmSizes(embedding=4, hidden=8, layers=1, output=4)
    vocabulary = Vocabulary.of_units(UNITS)
    below = LstmLanguageModel(LstmNetwork(len(vocabulary), sizes), vocabulary, sizes, device="cpu")
    learner = SpokenLanguageModel(encoder, codebook, below, cache=False)
    first, second, backwards = learner.score(stimuli), learner.score(stimuli), learner.score(stimuli[::-1])
    assert np.isfinite(first.log_probability).all()
    assert (first.log_probability < 0).all()
    assert len(set(first.log_probability.tolist())) == len(stimuli)
    np.testing.assert_array_equal(first.log_probability, second.log_probability)
    np.testing.assert_allclose(first.log_probability, backwards.log_probability[::-1], atol=1e-4)
    np.testing.assert_array_equal(first.symbols, backwards.symbols[::-1])


def test_a_long_recording_of_real_speech_has_the_units_of_its_windows(realdata: Path, tmp_path: Path) -> None:
    speech = [read_audio(path) for path in sorted((realdata / "speech").glob("*.flac"))]
    whole = np.concatenate(speech)
    whole = np.tile(whole, 1 + 70 * 16_000 // len(whole))
    encoder = make_encoder(MfccSettings())
    codebook = codebook_for(encoder, speech)
    long = next(iter(encode_units([whole], [encoder], codebook)))[0]
    np.testing.assert_array_equal(long, codebook.quantise(encoder.encode([whole]))[0])
    assert len(np.unique(long)) == UNITS
