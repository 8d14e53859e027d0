"""Augmentation on mel power spectra: every part against its formula, and nothing that depends on the batch."""

import numpy as np
import pytest
import torch
import yaml

from babyslm.resources import resource
from babyslm.training.speech.augmentation.babble import NUMBERS, babble
from babyslm.training.speech.augmentation.channel import channel_gains, clip_frames, octaves, smooth_curve
from babyslm.training.speech.augmentation.draws import Draws, NoiseTape
from babyslm.training.speech.augmentation.levels import add_powers, mean_power, scale_to_ratio
from babyslm.training.speech.augmentation.mix import Augmentation
from babyslm.training.speech.augmentation.noise import coloured_noise
from babyslm.training.speech.augmentation.padding import draw_layout, lay_out_spectra
from babyslm.training.speech.augmentation.rooms import draw_rooms, reverberate
from babyslm.training.speech.augmentation.settings import AugmentationSettings
from babyslm.training.speech.augmentation.warp import warp_bands
from babyslm.training.speech.spectra import Spectra

COUNTS = np.array([40, 25, 61, 33, 50, 18, 77])
CENTRES = np.geomspace(100, 7000, 8)
CPU = torch.device("cpu")


def spectra() -> Spectra:
    torch.manual_seed(0)
    decibels = (15 * torch.randn(int(COUNTS.sum()), 8) - 20).half()
    return Spectra(decibels, COUNTS, CENTRES, 0.01)


def augmentation(**settings: object) -> Augmentation:
    return Augmentation(spectra(), AugmentationSettings(**settings), stack=2, seed=0)


def only(**parts: object) -> AugmentationSettings:
    nothing = {"clean": 0, "room": 0, "babble": 0, "noise": 0, "low_pass": 0, "tilt": (0, 0), "equaliser": 0}
    return AugmentationSettings(**(nothing | {"clipping": 0, "warp": 0} | parts))


def test_an_augmented_utterance_depends_on_seed_and_utterance_alone() -> None:
    augment = augmentation()
    together = augment(np.arange(7), 11)
    for number in range(7):
        alone = augment(np.array([number]), 11)
        length = int(alone.lengths[0])
        assert (length, int(alone.before[0])) == (int(together.lengths[number]), int(together.before[number]))
        torch.testing.assert_close(alone.power[0], together.power[number, :length], rtol=1e-4, atol=1e-9)
        assert not together.power[number, length:].any()
    again, other = augment(np.arange(7), 11), augment(np.arange(7), 12)
    assert torch.equal(again.power, together.power)
    assert other.power.shape != together.power.shape or not torch.allclose(other.power, together.power)


def test_nothing_chosen_leaves_the_utterance_and_silence() -> None:
    store = spectra()
    augment = Augmentation(store, only(), stack=2, seed=0)
    found = augment(np.array([2, 5]), 3)
    for row, number in enumerate((2, 5)):
        begin, count = int(found.before[row]), int(COUNTS[number])
        wanted = 10 ** (store.utterance(number) / 10)
        torch.testing.assert_close(found.power[row, begin : begin + count], wanted, rtol=1e-4, atol=0)
        assert not found.power[row, :begin].any()
        assert not found.power[row, begin + count :].any()


def test_silence_has_the_drawn_lengths_in_whole_frames_of_the_network() -> None:
    settings = AugmentationSettings(before=(0.1, 0.3), after=(0.2, 0.2))
    layout = draw_layout(Draws(0, range(7)), COUNTS, settings, 0.01, 2)
    assert (layout.before % 2 == 0).all()
    assert layout.before.min() >= 10
    assert layout.before.max() <= 30
    assert len(set(layout.before.tolist())) > 2
    assert (layout.lengths == layout.before + COUNTS + COUNTS % 2 + 20).all()
    assert layout.frames == layout.lengths.max()
    power, inside = lay_out_spectra(spectra(), np.arange(7), layout)
    assert power.shape == (7, layout.frames, 8)
    assert inside.sum(dim=1).tolist() == COUNTS.tolist()


def test_a_room_adds_an_exponential_tail_in_each_band() -> None:
    draws = np.random.default_rng(0)
    power = torch.from_numpy(draws.random((3, 20, 4)).astype(np.float32))
    decay, energy = draws.uniform(0.3, 0.9, (3, 4)), np.array([0.5, 2.0, 0.0])
    found = reverberate(power, torch.tensor(decay).float(), torch.tensor(energy).float(), 32)
    wanted = power.numpy().astype(np.float64).copy()
    for sound in range(3):
        for t in range(20):
            for k in range(1, t + 1):
                scale = energy[sound] * (1 - decay[sound]) / decay[sound]
                wanted[sound, t] += scale * decay[sound] ** k * power[sound, t - k].numpy()
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-4)
    pulse = torch.zeros(1, 4000, 1)
    pulse[0, 0] = 1
    tail = reverberate(pulse, torch.tensor([[0.9]]), torch.tensor([1.5]), 4000)
    assert float(tail.sum()) == pytest.approx(2.5, rel=1e-4)


def test_energy_of_a_room_falls_by_60_db_in_its_time_and_faster_in_high_bands() -> None:
    settings = AugmentationSettings(reverberation=(0.5, 0.5), reverberant=(-3.0, -3.0))
    uniform = np.array([[0.2, 0.0, 0.4], [0.2, 1.0, 0.4]])
    decay, energy = draw_rooms(uniform, np.array([True, False]), settings, 5, 0.01)
    np.testing.assert_allclose(10 * np.log10(decay[0] ** 50), -60)
    assert (np.diff(decay[1]) < 0).all()
    assert energy == pytest.approx([10**-0.3, 0.0])


def test_babble_is_other_utterances_at_their_levels_naively() -> None:
    store = spectra()
    settings = only(babble=1.0, talkers=3)
    numbers, lengths = np.array([1, 4]), np.array([30, 44])
    uniform = Draws(5, numbers.tolist()).take(NUMBERS)
    found = babble(store, numbers, lengths, 44, uniform, np.array([True, True]), settings)
    powers = 10 ** (store.decibels.float().numpy().astype(np.float64) / 10)
    owners = np.repeat(np.arange(7), COUNTS)
    for row, number in enumerate(numbers):
        wanted = np.zeros((lengths[row], 8))
        for talker in range(min(3, 1 + int(3 * uniform[row, 0] ** 2))):
            own = uniform[row, 1 + 6 * talker : 7 + 6 * talker]
            other = int(own[0] * 6)
            other += other >= number
            start = int(COUNTS[:other].sum())
            said = np.zeros((lengths[row], 8))
            for t in range(lengths[row]):
                place = (start + t) % len(powers)
                said[t] = powers[place] * (owners[place] != number)
            wanted += 10 ** ((-7 + 14 * own[1]) / 10) * said / said.sum(axis=1).mean()
        np.testing.assert_allclose(found[row, : lengths[row]].numpy(), wanted, rtol=2e-3)


def test_the_number_of_talkers_and_their_rooms_are_drawn() -> None:
    store = spectra()
    shares = [
        babble(store, np.arange(7), COUNTS, 77, Draws(seed, range(7)).take(NUMBERS), np.ones(7, dtype=bool), settings)
        for settings in (only(babble=1.0, talkers=1), only(babble=1.0), only(babble=1.0, room=1.0))
        for seed in (0,)
    ]
    assert not torch.allclose(shares[0], shares[1])
    assert not torch.allclose(shares[1], shares[2])
    silent = babble(
        store, np.arange(7), COUNTS, 77, Draws(0, range(7)).take(NUMBERS), np.zeros(7, dtype=bool), only(babble=1.0)
    )
    assert not silent.any()


@pytest.mark.parametrize(("noise", "talk"), [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_the_ratio_of_the_utterance_to_what_is_added_is_that_drawn(noise: float, talk: float) -> None:
    store = spectra()
    clean = Augmentation(store, only(), stack=2, seed=0)(np.arange(7), 4)
    ratios = []
    for snr in (0.0, 12.0):
        settings = only(noise=noise, babble=talk, snr=(snr, snr))
        found = Augmentation(store, settings, stack=2, seed=0)(np.arange(7), 4)
        for row in range(7):
            span = slice(int(clean.before[row]), int(clean.before[row]) + int(COUNTS[row]))
            speech = float(clean.power[row, span].sum())
            ratios.append(10 * np.log10(speech / (float(found.power[row, span].sum()) - speech)) - snr)
    assert np.abs(ratios).max() < 3.5  # the cross terms of single frames do not cancel in short utterances
    assert abs(np.mean(ratios)) < 0.8


def test_scaling_to_a_ratio_counts_the_frames_of_the_utterance_only() -> None:
    draws = np.random.default_rng(1)
    speech, other = (torch.from_numpy(draws.random((2, 9, 3)).astype(np.float32)) for _ in range(2))
    inside = torch.arange(9)[None] < torch.tensor([[9], [4]])
    scaled = scale_to_ratio(speech, other, inside, torch.tensor([6.0, -3.0]))
    for row, (count, wanted) in enumerate(((9, 6.0), (4, -3.0))):
        ratio = speech[row, :count].sum() / scaled[row, :count].sum()
        assert 10 * np.log10(float(ratio)) == pytest.approx(wanted, abs=1e-3)
    assert mean_power(speech, inside)[1] == pytest.approx(float(speech[1, :4].sum()) / 4)
    assert not scale_to_ratio(speech, torch.zeros_like(other), inside, torch.zeros(2)).any()


def test_powers_add_with_a_cross_term_whose_mean_is_zero() -> None:
    first, second = torch.full((200_000,), 4.0), torch.full((200_000,), 1.0)
    torch.manual_seed(0)
    noise = torch.randn(200_000)
    found = add_powers(first, second, noise)
    assert torch.allclose(found, (5 + 1.2 * noise).clamp_min(0))
    assert float(found.mean()) == pytest.approx(5.0, abs=0.01)
    assert (add_powers(first, torch.zeros_like(first), noise) == first).all()


def test_coloured_noise_has_the_drawn_slope() -> None:
    tape = NoiseTape(0, CPU)
    for slope in (-6.0, 1.0):
        settings = AugmentationSettings(noise_slope=(slope, slope))
        found = coloured_noise(Draws(1, range(60)), tape, 300, CENTRES, 0.01, settings)
        mean = 10 * np.log10(found.mean(dim=1).numpy())
        slopes = np.polyfit(octaves(CENTRES), mean.T, 1)[0]
        assert slopes.mean() == pytest.approx(slope, abs=0.4)
        assert found.std() > 0


def test_a_field_of_the_tape_does_not_depend_on_its_length() -> None:
    tape = NoiseTape(3, CPU)
    places = np.array([0.1, 0.7])
    long, short = tape.read(places, 50, 8), tape.read(places[1:], 20, 8)
    assert torch.equal(long[1, :20], short[0])
    assert abs(float(long.mean())) < 0.2
    assert float(long.std()) == pytest.approx(1.0, abs=0.1)


def test_channel_gains_are_the_sum_of_filter_tilt_and_equaliser() -> None:
    flat = only(low_pass=1.0, cutoff=(3000.0, 3000.0))
    centres = np.geomspace(100, 7000, 400)
    gains = channel_gains(Draws(0, range(5)), centres, flat)
    at = np.array([np.interp(3000, centres, gain) for gain in gains])
    np.testing.assert_allclose(at, -3.01, atol=0.05)
    assert (np.diff(gains, axis=1) <= 0).all()
    assert gains[:, 0] == pytest.approx(0, abs=1e-2)
    tilted = channel_gains(Draws(0, range(5)), CENTRES, only(tilt=(2.0, 2.0)))
    np.testing.assert_allclose(tilted, np.tile(2 * np.log2(CENTRES / 1000), (5, 1)))
    curve = smooth_curve(np.random.default_rng(0).random((50, 4)), 40, 5.0)
    assert np.abs(curve).max() <= 5
    assert np.abs(curve).max() > 1
    assert np.abs(np.diff(curve, axis=1)).max() < 2


def test_clipping_limits_loud_frames_and_spreads_distortion() -> None:
    power = torch.ones(2, 4, 2)
    power[:, 2] = 9.0
    inside = torch.ones(2, 4, dtype=torch.bool)
    found = clip_frames(power, inside, torch.tensor([1.0, 1.0]), torch.tensor([0.1, 0.1]), torch.tensor([True, False]))
    mean = (3 * 2 + 18) / 4
    assert found[0, 2].sum() == pytest.approx(mean + 0.1 * (18 - mean))
    assert torch.equal(found[0, 0], power[0, 0])
    assert torch.equal(found[1], power[1])


def test_a_warp_moves_a_peak_to_the_warped_frequency() -> None:
    centres = np.linspace(100, 4000, 40)
    power = torch.zeros(3, 2, 40)
    power[:, :, 19] = 1  # 2000 Hz
    found = warp_bands(power, centres, np.array([1.0, 1.1, 0.9]))
    torch.testing.assert_close(found[0], power[0])
    for row, wanted in ((1, 2200), (2, 1800)):
        weights = found[row, 0].numpy()
        assert float((weights * centres).sum() / weights.sum()) == pytest.approx(wanted, rel=0.02)
    draws = torch.rand(1, 3, 40)
    naive = [
        np.interp(np.interp(centres / 1.07, centres, np.arange(40)), np.arange(40), row) for row in draws[0].numpy()
    ]
    np.testing.assert_allclose(warp_bands(draws, centres, np.array([1.07]))[0].numpy(), naive, atol=1e-5)


def test_parameters_are_not_those_of_the_test_conditions() -> None:
    told = AugmentationSettings()
    for name, condition in yaml.safe_load(resource("datasets", "conditions.yaml").read_text()).items():
        assert list(told.snr) != condition.get("noise", {}).get("snr"), name
        assert list(told.reverberation) != condition.get("room", {}).get("rt60"), name
        assert told.cutoff[0] != condition.get("recorder", {}).get("lowpass"), name


def test_ranges_must_rise() -> None:
    with pytest.raises(ValueError, match="snr must be"):
        AugmentationSettings(snr=(3.0, 1.0))
    with pytest.raises(ValueError, match="cutoff must be above 0"):
        AugmentationSettings(cutoff=(0.0, 100.0))


def test_spectra_come_back_from_their_file(tmp_path) -> None:
    store = spectra()
    store.save(tmp_path / "s.safetensors")
    found = Spectra.load(tmp_path / "s.safetensors")
    assert torch.equal(found.decibels, store.decibels)
    assert (found.counts.tolist(), found.hop) == (store.counts.tolist(), store.hop)
    np.testing.assert_array_equal(found.centres, store.centres)
