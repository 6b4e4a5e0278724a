import base64
import time

import cv2
import numpy as np
import pytest

from processors.builtin.style import NAMES, own_picture

from ..desk import grey
from .trial import picture_of, portrait, trial


def lab_mean(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_BGR2Lab).reshape(-1, 3).mean(axis=0)


@pytest.mark.parametrize("name", NAMES)
def test_the_colours_become_those_of_the_style_picture(name):
    wanted = lab_mean(own_picture(name))
    styled = lab_mean(picture_of("style", portrait(), style=name, strength=1, strokes=False))
    assert np.abs(styled - wanted).max() < 12
    assert np.abs(styled - wanted).sum() < np.abs(lab_mean(portrait()) - wanted).sum()


def test_strength_zero_keeps_the_colours():
    same = picture_of("style", portrait(), strength=0, strokes=False)
    assert np.abs(same.astype(int) - portrait()).mean() < 3


def test_strokes_flatten_areas_and_keep_strong_edges():
    image = grey(60, 120, 120)
    image[:, 60:] = 190
    noisy = np.clip(image + np.random.default_rng(1).normal(0, 10, image.shape), 0, 255).astype(np.uint8)
    painted = picture_of("style", noisy, strength=0, strokes=True)
    assert painted[20:100, 10:50].std() < noisy[20:100, 10:50].std() / 2
    assert int(painted[60, 64, 1]) - int(painted[60, 55, 1]) > 100


def test_an_own_style_picture_replaces_the_menu():
    blue = cv2.imencode(".png", np.full((40, 40, 3), (200, 60, 20), np.uint8))[1].tobytes()
    upload = {"name": "blue.png", "type": "image/png", "data": base64.b64encode(blue).decode()}
    styled = picture_of("style", portrait(), own=upload, strength=1)
    assert np.abs(styled.reshape(-1, 3).mean(axis=0) - (200, 60, 20)).max() < 12


def test_the_colours_do_not_flicker_when_a_frame_is_darker():
    instance = trial("style", strokes=False)
    first = instance.picture(portrait(), 0.0).image
    darker = instance.picture((portrait() * 0.8).astype(np.uint8), 0.03).image
    assert (
        first.mean() - darker.mean() > 8
    )  # the darker frame stays darker, instead of being pulled up at once


@pytest.mark.slow
def test_style_takes_at_most_15_ms_at_640_by_480_on_one_core():
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        instance = trial("style")
        picture = cv2.resize(portrait(), (640, 480))
        took = [milliseconds(lambda: instance.picture(picture.copy(), 0.0)) for _ in range(60)]
    finally:
        cv2.setNumThreads(threads)
    assert np.median(took) <= 15


def milliseconds(call) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000
