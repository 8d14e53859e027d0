"""The sound of a sentence, told from its words: the same figures as from the sentence itself."""

import numpy as np
import pytest

from babyslm.speech.acoustic_audit import summarize
from babyslm.speech.origins import find_origin
from babyslm.speech.signal.pitch import quick_voicing, track_pitch
from babyslm.speech.synthesis.citation import CitationSynthesizer
from babyslm.speech.synthesis.citation_sound import SUMMARIES, CitationSound, citation_sounds, word_sounds
from babyslm.speech.synthesis.synthesizer import Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.stimulus import SPLITS, Split
from babyslm.stimuli.syntactic.build import build_syntactic
from babyslm.stimuli.syntactic.mirror import Mirror, SentenceSound
from tests.stimuli.test_syntactic import lexicon

PHONES = ["ð ə | m ʌ ŋ k iː z | s l iː p", "ɪ z | ð ə | d ɔ ɡ | w ɛ t", "j ɛ s"]


def test_words_add_up_to_the_summaries_of_the_sentence() -> None:
    voices = choose_voices("en", split="dev")
    told = CitationSound(voices, voicing=True)(PHONES)
    assert CitationSound(voices)(PHONES) == pytest.approx(told[..., :-1])
    assert told.shape == (len(PHONES), len(voices), len(SUMMARIES))
    for phones, row in zip(PHONES, told, strict=True):
        for voice, values in zip(voices, row, strict=True):
            waveform = CitationSynthesizer().speak(Utterance(tuple(phones.split()), voice)).waveform
            heard = summarize(waveform) | {"voicing": float(quick_voicing(waveform).mean())}
            assert values == pytest.approx([heard[name] for name in SUMMARIES], rel=2e-4, abs=2e-3)


def test_quick_voicing_is_that_of_the_pitch_tracker() -> None:
    phones = [tuple(word.split()) for sentence in PHONES for word in sentence.split(" | ")]
    for voice in choose_voices("en", split="dev"):
        for word in phones:
            waveform = CitationSynthesizer().speak(Utterance(word, voice)).waveform
            quick, slow = quick_voicing(waveform), track_pitch(waveform).probability
            assert quick.shape == slow.shape
            assert np.abs(quick - slow).mean() < 0.003
    assert quick_voicing(np.zeros(4000, dtype=np.float32)) == pytest.approx(
        track_pitch(np.zeros(4000, dtype=np.float32)).probability, abs=0.003
    )


def test_no_voice_of_one_split_is_listened_to_for_the_other() -> None:
    sounds = citation_sounds("fr")
    dev, test = (sounds[split] for split in ("dev", "test"))
    assert isinstance(dev, CitationSound)
    assert isinstance(test, CitationSound)
    assert not {voice.name for voice in dev.voices} & {voice.name for voice in test.voices}
    assert {voice.sex for voice in test.voices} == {"female", "male"}


def leaning(*, listened: bool) -> float:
    """Return how far the summaries of a small set's blocks are from mirror images, per unit of their spread."""
    sounds: dict[Split, SentenceSound] = {
        split: CitationSound(choose_voices("en", split="dev", count=1)) for split in SPLITS
    }
    tables = build_syntactic(
        "en", lexicon=lexicon("en"), seed=0, pairs={"noun_verb_agreement": 60}, sounds=sounds if listened else None
    )
    rows = tables["test"]
    phones = dict(zip(rows["filename"], phonemize(list(rows["transcription"]), "en"), strict=True))
    heard = dict(zip(phones, sounds["test"](list(phones.values())), strict=True))
    good, bad = (np.stack([heard[name] for name in rows.loc[rows["correct"] == c, "filename"]]) for c in (1, 0))
    differences = (good - bad)[:, 0, 1:]
    blocks = differences.reshape(-1, 4, differences.shape[1])
    return float(np.sqrt((np.square(blocks.sum(axis=1)) / np.square(differences).mean(axis=0)).mean()))


def test_blocks_that_were_listened_to_are_closer_to_mirror_images() -> None:
    assert leaning(listened=True) < leaning(listened=False) / 2


def test_sentences_are_measured_in_the_voices_of_every_synthesiser() -> None:
    origin = find_origin("neural")
    voices = origin.voices("en", "dev")
    found = citation_sounds("en", {"dev": [(origin.synthesizer, voices)], "test": []})["dev"](PHONES)
    formant = CitationSound(choose_voices("en", split="dev"))(PHONES)
    neural = CitationSound(voices, synthesizer=origin.synthesizer)(PHONES)
    assert np.array_equal(found, np.concatenate([formant, neural], axis=1))


def test_words_are_measured_in_one_voice_of_each_synthesiser() -> None:
    origin = find_origin("neural")
    voices = origin.voices("en", "dev")
    found = word_sounds("en", {"dev": [(origin.synthesizer, voices)]})
    words = ["d ɔ ɡ", "b l ɪ k"]
    assert len(found["dev"]) == 2
    assert len(found["test"]) == 4
    assert found["test"][0](words).shape == (2, 1, 5)
    for turn, sound in enumerate(found["dev"]):
        formant = word_sounds("en")["dev"][turn](words)
        neural = CitationSound([voices[turn]], voicing=True, synthesizer=origin.synthesizer)(words)
        assert np.array_equal(sound(words), np.concatenate([formant, neural], axis=-1))
        assert not np.allclose(formant, neural)


def test_each_half_of_a_block_is_weighed_on_its_own_scale() -> None:
    """The imbalance of small differences of context counts as much as that of large differences of the target."""
    size = np.array([100.0, 100.0, 1.0, 1.0])[:, np.newaxis, np.newaxis]
    mirrored = np.array([1.0, -1.0, 1.0, -1.0])[:, np.newaxis, np.newaxis]
    leaning = [
        size * (mirrored + np.array(lean)[:, np.newaxis, np.newaxis]) for lean in ([0.1, 0, 0, 0], [0, 0, 0.3, 0])
    ]
    mirror = Mirror("en", lambda phones: np.zeros((len(phones), 1, 1)))
    mirror._squares, mirror._seen = np.array([[[1e4]], [[1.0]]]), 1
    assert mirror.best(leaning) == 0
    mirror.add(leaning[0])
    assert mirror.best([leaning[0], -leaning[0], leaning[1]]) == 1  # the opposite block makes up for it
