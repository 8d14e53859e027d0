"""Training of a recogniser: pseudo-words, speech made for it, the loss, and whole trainings in miniature."""

from itertools import groupby, product
from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.recogniser.decoding import BLANK
from babyslm.models.recogniser.recogniser import load_recogniser
from babyslm.seeds import generator
from babyslm.speech.neural.voices import load_ranges, pitched_voices
from babyslm.speech.origins import find_origin
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.training.recipe import Recipe, make_recipe
from babyslm.training.recogniser import speech
from babyslm.training.recogniser.problem import CtcProblem
from babyslm.training.recogniser.recipe import MadeSpeech
from babyslm.training.recogniser.speech import find_casts, make_lessons
from babyslm.training.recogniser.words import PseudoWords
from babyslm.training.speech.augmentation.mix import Augmentation
from babyslm.training.speech.augmentation.settings import AugmentationSettings
from babyslm.training.train import train
from babyslm.verify.learners.recipes import CheckpointMismatchError
from tests.training.test_denoising import HEARING

FORMANT = MadeSpeech(utterances=7, drawn=4, synthesizers=("formant",))


@pytest.fixture(scope="module")
def words() -> PseudoWords:
    phone_set = load_phone_set("en")
    strings = [phones for phones in load_lexicon(language="en").words()["phones"] if "|" not in phones.split()]
    return PseudoWords(tuple(sorted(phone_set.inventory)), frozenset(phone_set.vowels), tuple(strings))


def test_pseudo_words_have_every_phone_a_vowel_and_the_lengths_of_words(words: PseudoWords) -> None:
    rng = generator(0, "draws")
    drawn = [tuple(words.word(rng)) for _ in range(3000)]
    assert {phone for word in drawn for phone in word} == set(words.phones)
    assert all(words.vowels & set(word) and len(word) <= 12 for word in drawn)
    assert len(set(drawn)) > 1500
    ours, theirs = np.mean([len(word) for word in drawn]), np.mean([len(word.split()) for word in words.words])
    assert ours == pytest.approx(theirs, abs=1.5)


def test_pseudo_words_follow_the_mixture_of_bigrams_and_trigrams() -> None:
    toy = PseudoWords(("a", "b"), frozenset("a"), ("b a", "a", "a"))
    rng = generator(0, "draws")
    drawn = [tuple(toy.word(rng)) for _ in range(4000)]
    first = np.mean([word[0] == "a" for word in drawn])
    # Words begin with a in two of three; trigram .6 and bigram .4, both smoothed; words without a vowel are redrawn.
    trigram, bigram = (2.01 / 3.03, 1.01 / 3.03, 0.01 / 3.03), (2.3 / 3.9, 1.3 / 3.9, 0.3 / 3.9)
    begins_a, begins_b = (0.6 * trigram[place] + 0.4 * bigram[place] for place in (0, 1))
    assert begins_a / (begins_a + begins_b) - 0.03 < first < begins_a / (begins_a + begins_b) + 0.06
    assert toy.utterance(rng, 3).count("|") == 2


def test_the_speakers_are_those_of_training() -> None:
    casts = find_casts(MadeSpeech(shifted=40, drawn=10), "en", 3)
    spans = load_ranges("hibari-en")["train"]
    neural = [*casts.voices[1], *casts.pitched[1]]
    assert len(neural) == 80
    assert all(any(low <= voice.tract <= high for low, high in spans) for voice in neural)
    ratios = [voice.pitch / voice.tract for voice in casts.pitched[1]]
    assert 0.59 < min(ratios) < 0.8
    assert 1.1 < max(ratios) < 1.31
    assert {voice.split for voices in casts.voices for voice in voices} == {"train"}
    assert not casts.pitched[0]
    assert pitched_voices(find_origin("neural").voices("en", "train", count=2, seed=1), 1)[0].name.endswith("p")


def test_a_lesson_is_decided_by_seed_and_number(
    words: PseudoWords, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "PER_CHUNK", 3)
    hearing = Hearing(HEARING)
    whole = make_lessons(FORMANT, words, "en", hearing, tmp_path / "a", seed=1)
    fewer = make_lessons(FORMANT.model_copy(update={"utterances": 4}), words, "en", hearing, tmp_path / "b", seed=1)
    for number in range(4):
        assert np.array_equal(whole.spectra.utterance(number).numpy(), fewer.spectra.utterance(number).numpy())
        assert whole.phones[number].tolist() == fewer.phones[number].tolist()
    (tmp_path / "a" / "00001.st").unlink()
    kept = (tmp_path / "a" / "00000.st").stat().st_mtime_ns
    again = make_lessons(FORMANT, words, "en", hearing, tmp_path / "a", seed=1)
    assert (tmp_path / "a" / "00000.st").stat().st_mtime_ns == kept
    assert np.array_equal(again.spectra.decibels.numpy(), whole.spectra.decibels.numpy())
    other = make_lessons(FORMANT, words, "en", hearing, tmp_path / "c", seed=2)
    assert other.spectra.counts.tolist() != whole.spectra.counts.tolist()


def test_the_loss_is_the_sum_over_all_alignments_and_blank_around(words: PseudoWords, tmp_path: Path) -> None:
    hearing = Hearing(HEARING)
    lesson = make_lessons(FORMANT, words, "en", hearing, tmp_path, seed=1)
    spectra = lesson.spectra
    # Two utterances of four frames of the network, so that every alignment can be listed.
    spectra.counts = np.array([4 * HEARING.stack, 3 * HEARING.stack], dtype=np.int64)
    spectra.starts = np.array([0, 40], dtype=np.int64)
    phones = [np.array([0, 1]), np.array([1, 1])]
    augmentation = Augmentation(spectra, AugmentationSettings(clean=1.0), stack=HEARING.stack, seed=0)
    both = np.array([0, 1])
    problem = CtcProblem(augmentation, phones, both, both[:0], hearing=HEARING, batch_frames=1000, seed=0)

    class Random(torch.nn.Module):
        def forward(self, frames: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
            torch.manual_seed(7)
            self.logits, self.inside = torch.randn(*inside.shape, 3), inside
            return self.logits

    network = Random()
    torch.manual_seed(1)
    loss = float(problem.loss(network, both, torch.device("cpu")))
    logs = network.logits.log_softmax(dim=2).numpy().astype(np.float64)
    torch.manual_seed(1)
    seed = int(torch.randint(2**62, ()))
    onsets = augmentation(both, seed).before // HEARING.stack + HEARING.frames(HEARING.before) // HEARING.stack
    expected = 0.0
    for row, (onset, length) in enumerate(zip(onsets.tolist(), (4, 3), strict=True)):
        own = logs[row, onset : onset + length]
        wanted = tuple(phones[row] + BLANK + 1)
        chance = sum(
            np.exp(sum(own[t, label] for t, label in enumerate(path)))
            for path in product(range(3), repeat=length)
            if tuple(label for label, _ in groupby(path) if label != BLANK) == wanted
        )
        outside = [t for t in np.flatnonzero(network.inside[row].numpy()).tolist() if not onset <= t < onset + length]
        expected -= np.log(chance) + logs[row, outside, BLANK].sum()
    assert loss == pytest.approx(expected, rel=1e-5)
    assert problem.symbols(both) == 4


def miniature(updates: int = 260, **changes: object) -> Recipe:
    values = {
        "family": "recogniser",
        "name": "small",
        "speech": {"utterances": 40, "drawn": 2, "alone": 1.0, "synthesizers": ["formant"]},
        "hearing": HEARING.model_dump(),
        "network": {"kind": "frames", "width": 64, "inner": 32, "distances": [1, 2, 3]},
        "augmentation": {"clean": 1.0},
        "validation": 0.0,
        "loop": {
            "updates": updates,
            "batch_tokens": 1500,
            "lr": 0.01,
            "schedule": "cosine",
            "warmup": 20,
            "clip": 1.0,
            "threads": 1,
            "checkpoint_updates": 5,
        },
    }
    return make_recipe(values | changes)


def test_a_training_writes_a_recogniser_that_knows_what_it_heard(tmp_path: Path) -> None:
    record = train(miniature(), tmp_path / "model", device="cpu")
    assert record.outcome["speech"]["utterances"] == 40
    assert not (tmp_path / "model" / ".checkpoints").exists()
    recogniser = load_recogniser(tmp_path / "model")
    assert recogniser.language == "en"
    (voice,) = choose_voices("en", split="train", count=1)
    said = ["k æ t", "d ɔ ɡ", "m ɪ l k", "b ɔ l", "s ʌ n"]
    audible = load_mnemonics("en").audible
    sounds = [EspeakSynthesizer().speak(Utterance(tuple(phones.split()), voice)).waveform for phones in said]
    heard = recogniser.transcribe(sounds)
    right = sum(
        phone in written for phones, written in zip(said, heard, strict=True) for phone in audible(phones.split())
    )
    assert right >= 4  # 40 words teach little, and chance gives almost nothing


def test_an_interrupted_training_resumes_to_equal_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train(miniature(updates=12), tmp_path / "whole", device="cpu")

    class Stop(Exception):
        pass

    calls = 0
    original = CtcProblem.loss

    def loss(self: CtcProblem, *given: object) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls > 8:
            raise Stop
        return original(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(CtcProblem, "loss", loss)
    with pytest.raises(Stop):
        train(miniature(updates=12), tmp_path / "parts", device="cpu")
    monkeypatch.setattr(CtcProblem, "loss", original)
    with pytest.raises(CheckpointMismatchError):
        train(miniature(updates=12, seed=3), tmp_path / "parts", device="cpu")
    again = train(miniature(updates=12), tmp_path / "parts", device="cpu")
    assert (tmp_path / "whole/model.safetensors").read_bytes() == (tmp_path / "parts/model.safetensors").read_bytes()
    assert again.outcome["updates"] == whole.outcome["updates"] == 12
