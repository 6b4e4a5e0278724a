import cv2
import numpy as np
import pytest

from ..desk import decibels, grey, plane, tone
from .trial import sound_of, trial


def pitch(samples: np.ndarray, rate: int = 48000) -> float:
    spectrum = np.abs(np.fft.rfft(samples[0] * np.hanning(samples.shape[1])))
    return float(spectrum.argmax() * rate / samples.shape[1])


@pytest.mark.parametrize("gain", [-10, 0, 6, 10])
def test_a_tone_comes_back_at_the_same_pitch_and_louder_by_the_gain(gain):
    sent = tone(440, 1.0, amplitude=0.2)
    back = sound_of(trial("gain", decibels=gain), sent)
    assert decibels(back) - decibels(sent) == pytest.approx(gain, abs=0.5)
    assert pitch(back) == pytest.approx(440, abs=1)


def test_gain_never_exceeds_full_scale_and_bends_before_it():
    back = np.abs(sound_of(trial("gain", decibels=12), tone(440, 0.5, amplitude=0.25)))
    assert 0.9 < back.max() < 0.99
    assert np.abs(sound_of(trial("gain", decibels=20), tone(440, 0.5, amplitude=0.9))).max() <= 1.0


def test_a_change_of_gain_does_not_click():
    instance = trial("gain", decibels=0)
    quiet = sound_of(instance, tone(440, 0.1))
    instance.apply({"decibels": 10.0})
    loud = sound_of(instance, tone(440, 0.1))
    assert abs(float(loud[0, 0]) - float(quiet[0, -1])) < 0.05


def test_gain_shows_the_level():
    outcome = trial("gain", decibels=0).samples(tone(440, 0.02, amplitude=0.5), 0.0)
    assert outcome.data["level"] == pytest.approx(-9.0, abs=0.5)


@pytest.mark.parametrize(("semitones", "expected"), [(12, 440), (-12, 110), (0, 220), (7, 329.6)])
def test_the_voice_is_raised_and_lowered(semitones, expected):
    back = sound_of(trial("voice", effect="pitch", semitones=semitones), tone(220, 2.0))
    assert back.shape == (1, 96000)
    assert pitch(back[:, 48000:]) == pytest.approx(expected, rel=0.02)
    assert decibels(back[:, 48000:]) == pytest.approx(decibels(tone(220, 1.0)), abs=1)


def test_the_robot_speaks_on_one_note_whatever_the_voice():
    voices = [sound_of(trial("voice", effect="robot"), tone(hertz, 2.0))[:, 48000:] for hertz in (170, 290)]
    assert pitch(voices[0]) % 93.75 == pytest.approx(pitch(voices[1]) % 93.75, abs=2)
    assert all(decibels(voice) > -30 for voice in voices)


def test_the_effect_changes_while_it_runs():
    instance = trial("voice", effect="pitch", semitones=0)
    sound_of(instance, tone(220, 0.5))
    instance.apply({"semitones": 12})
    assert pitch(sound_of(instance, tone(220, 1.0))[:, 24000:]) == pytest.approx(440, rel=0.02)


def test_the_level_meter_draws_the_loudness_at_15_pictures_a_second():
    instance = trial("level-meter")
    assert instance.cls.output_fps == 15
    quiet = instance.render(0.0)
    instance.samples(tone(440, 0.1, amplitude=0.5), 0.0)
    loud = instance.render(1 / 15)
    assert loud.image.shape == (360, 640, 3)
    assert loud.data["level"] == pytest.approx(-6, abs=0.2)
    assert quiet.data["level"] == -60
    assert columns_lit(loud.image) - columns_lit(quiet.image) == pytest.approx(520 * 54 / 60, abs=15)


def columns_lit(image: np.ndarray) -> int:
    return int((image[180].max(axis=1) > 150).sum())


def test_the_level_sinks_slowly():
    instance = trial("level-meter")
    instance.samples(tone(440, 0.1, amplitude=1.0), 0.0)
    levels = [instance.render(number / 15).data["level"] for number in range(4)]
    assert levels == [pytest.approx(0, abs=0.1), *(pytest.approx(-1.5 * n, abs=0.1) for n in (1, 2, 3))]


def test_the_frame_counter_counts_every_frame_and_shows_it_five_times_a_second():
    instance = trial("frame-counter")
    for number in range(90):
        instance.picture(plane(1, 320, 240), number / 30)
    outcome = instance.render(3.0)
    assert (instance.cls.every_frame, instance.cls.output_fps) == (True, 5)
    assert outcome.data == {"count": 90, "rate": 30}
    assert outcome.image.shape == (240, 320, 3)
    assert outcome.image.max() > 200


def numbered(number: int) -> np.ndarray:
    """A picture whose brightness is its number."""
    return grey(number, 128, 96)


def shown_number(image: np.ndarray) -> int:
    return round(float(cv2.mean(image)[0]))


@pytest.mark.parametrize("delay", [0, 0.5, 1, 2.35, 5])
def test_the_echo_shows_the_picture_of_the_set_time_ago(delay):
    instance = trial("echo", delay=delay)
    shown, errors = 0, []
    for number in range(200):
        outcome = instance.picture(numbered(number), number / 30)
        if outcome.image is not None:
            shown = shown_number(outcome.image)
        if number / 30 >= delay + 0.1:
            errors.append(abs((number - shown) / 30 - delay))
    assert max(errors) <= 0.05


@pytest.mark.parametrize("delay", [0, 0.5, 1, 2.35, 5])
def test_the_echo_repeats_the_sound_of_the_set_time_ago(delay):
    sent = np.random.default_rng(5).normal(0, 0.1, (1, 48000 * 8)).astype(np.float32).clip(-1, 1)
    back = sound_of(trial("echo", delay=delay), sent)
    shift = round(delay * 48000)
    assert np.array_equal(back[:, shift:], sent[:, : sent.shape[1] - shift])
    assert not back[:, :shift].any()


def test_a_new_delay_acts_at_once_in_both_directions():
    instance = trial("echo", delay=1)
    for number in range(120):
        instance.picture(numbered(number), number / 30)
    instance.apply({"delay": 3.0})
    assert shown_number(instance.picture(numbered(120), 4.0).image) == pytest.approx(30, abs=1)
    instance.apply({"delay": 0.5})
    assert shown_number(instance.picture(numbered(121), 121 / 30).image) == pytest.approx(106, abs=1)


def test_the_echo_says_how_long_it_takes_until_there_is_a_past():
    outcome = trial("echo", delay=2).picture(numbered(200), 0.0)
    assert outcome.image.shape == (96, 128, 3)
    assert shown_number(outcome.image) < 60


def test_the_echo_keeps_a_bounded_past():
    from processors.builtin.echo import PICTURES_BYTES

    instance = trial("echo")
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    for number in range(120):
        instance.picture(noise, number / 30)
        assert instance.processor.bytes <= PICTURES_BYTES
    for number in range(400):
        instance.picture(numbered(1), 10 + number / 30)
    assert len(instance.processor.pictures) <= 152


def test_the_echo_starts_again_when_the_clock_jumps_back():
    instance = trial("echo", delay=0)
    instance.picture(numbered(10), 1000.0)
    assert shown_number(instance.picture(numbered(20), 0.0).image) == 20


@pytest.mark.parametrize("key", ["gain", "voice", "echo"])
def test_a_broken_packet_without_a_sample_costs_nothing(key):
    instance, nothing = trial(key), np.zeros((1, 0), np.float32)
    assert instance.samples(nothing, 0.0).samples.shape == (1, 0)
    assert instance.samples(tone(440, 0.02), 0.02).samples.shape == (1, 960)
