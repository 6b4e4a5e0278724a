"""``processors try``: the same code as on the site, on a clip, a photo or the sample, at a terminal."""

import json
import wave
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from processors.assets import SAMPLES
from processors.catalogue import load_class
from processors.packages.trial_errors import TrialFailed
from processors.packages.trial_sources import from_camera

FAULTY = str(Path(__file__).parent / "faulty")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, manage) -> Path:
    """A second of the sample with sound, made by the echo without a delay."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    done = manage("try", "echo", "--seconds", "1", "--parameter", "delay=0", "--out", str(path))
    assert done.returncode == 0, done.stderr
    return path


def lines(done) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_photo_gives_its_picture_and_its_results(manage, tmp_path):
    out = tmp_path / "faces.png"
    photo = str(SAMPLES / "portrait.jpg")
    done = manage("try", "faces", "--camera", photo, "--json", "--out", str(out), "--parameter", "draw=on")
    assert done.returncode == 0, done.stderr
    (line,) = lines(done)
    assert line["data"]["count"] == 1
    assert cv2.imread(str(out)).shape == cv2.imread(photo).shape
    assert "last picture" in done.stderr


def test_a_clip_is_processed_frame_by_frame_into_a_clip(manage, clip, tmp_path):
    out = tmp_path / "edges.mp4"
    done = manage("try", "edges", "--camera", str(clip), "--out", str(out), "--parameter", "low=20")
    assert done.returncode == 0, done.stderr
    with av.open(str(clip)) as before, av.open(str(out)) as after:
        assert [round(frame.time, 2) for frame in before.decode(video=0)] == [
            round(frame.time, 2) for frame in after.decode(video=0)
        ]
    assert "calls" in done.stderr


def test_the_sound_of_a_clip_reaches_a_sound_processor(manage, clip, tmp_path):
    out = tmp_path / "louder.wav"
    done = manage("try", "gain", "--camera", str(clip), "--json", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert all(-60 <= line["data"]["level"] <= 0 for line in lines(done))
    with wave.open(str(out)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        assert sound.getnframes() / sound.getframerate() == pytest.approx(1.0, abs=0.1)
    assert np.abs(samples).max() > 1000


def test_a_picture_out_of_sound(manage, clip, tmp_path):
    out = tmp_path / "meter.jpg"
    done = manage("try", "level-meter", "--camera", str(clip), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert cv2.imread(str(out)) is not None


def test_without_out_it_says_that_there_is_no_window(manage):
    done = manage("try", "edges", "--seconds", "0.5")
    assert done.returncode == 0
    assert done.stdout == ""
    assert "--out" in done.stderr
    assert "a second" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "processors list"),
        (["edges", "--camera", "nowhere.mp4"], "There is no file"),
        (["edges", "--camera", "manage.py"], "no clip that can be read"),
        (["edges", "--camera", "63"], "Camera 63 does not open"),
        (["voice", "--camera", "0"], "Record a clip"),
        (["gain", "--camera", str(SAMPLES / "portrait.jpg")], "a clip with sound"),
        (["edges", "--out", "x.gif"], ".mp4, .jpg, .png, .wav"),
        (["edges", "--out", "nowhere/x.mp4"], "Make it first"),
        (["edges", "--out", "x.wav"], "gives video"),
        (["edges", "--parameter", "low"], "NAME=VALUE"),
        (["edges", "--parameter", "low=2000"], "The most is 1000"),
        (["edges", "--parameter", "lower=2"], "low, high"),
        (["edges", "--seconds", "nan"], "--seconds"),
    ],
)
def test_what_cannot_be_is_refused_with_the_next_step(manage, arguments, words):
    done = manage("try", *arguments)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_ten_failed_frames_end_it_with_what_was_raised(manage):
    done = manage("try", "faulty-float-picture", "--json", PYTHONPATH=FAULTY)
    assert done.returncode != 0
    assert [line["code"] for line in lines(done)] == ["wrong_picture"] * 10
    assert "after 10 failed frames" in done.stderr


def test_what_a_processor_prints_stands_not_between_its_results(manage):
    done = manage("try", "faulty-good", "--json", "--seconds", "0.3", PYTHONPATH=FAULTY)
    assert [set(line["data"]) for line in lines(done)] == [{"light"}] * 3
    assert done.stderr.count("I was asked") == 3


def test_a_camera_is_read_until_the_time_is_over_or_it_is_pulled_out(clip):
    cls = load_class("edges")
    seen = list(from_camera(cv2.VideoCapture(str(clip)), cls, 0.001))
    assert seen[0].image.ndim == 2
    with pytest.raises(TrialFailed, match="plugged in"):
        list(from_camera(cv2.VideoCapture(str(clip)), cls, 60))


@pytest.mark.django_db
def test_a_row_brings_its_configuration_and_its_defaults():
    from processors.models import Processor
    from processors.row_lookup import find

    Processor.objects.create(
        title="Ours", slug="ours", key="edges", parameters={"low": 7}, configuration={"a": 1}
    )
    found = find("ours")
    assert (found.key, found.title, found.configuration, found.values) == (
        "edges",
        "Ours",
        {"a": 1},
        {"low": 7},
    )
