import cv2
import numpy as np
import pytest

from processors.base import needs_pixels
from processors.catalogue import load_class

from ..desk import grey, plane
from .trial import picture_of, portrait, trial


def test_passthrough_needs_no_pixels():
    assert not needs_pixels(load_class("passthrough"))


def test_invert_gives_the_negative():
    assert np.array_equal(picture_of("invert", portrait()), 255 - portrait())


def test_edges_are_those_of_canny_on_the_y_plane():
    image = cv2.cvtColor(portrait(), cv2.COLOR_BGR2GRAY)
    image.flags.writeable = False  # as the decoder lends it
    assert np.array_equal(picture_of("edges", image, low=20, high=60), cv2.Canny(image, 20, 60))
    assert picture_of("edges", image, low=900, high=1000).max() == 0


def test_cartoon_flattens_colours_and_draws_outlines():
    noisy = np.clip(portrait() + np.random.default_rng(1).normal(0, 6, portrait().shape), 0, 255).astype(
        np.uint8
    )
    flat = picture_of("cartoon", noisy, outlines=False)
    assert cv2.Laplacian(flat, cv2.CV_64F).std() < cv2.Laplacian(noisy, cv2.CV_64F).std() / 3
    drawn = picture_of("cartoon", noisy, outlines=True)
    assert (drawn == 0).all(axis=2).sum() > 1000
    assert drawn.shape == noisy.shape


def test_rotate_turns_by_degrees_per_second_of_media_time():
    image = grey(0, 101, 101)
    image[20:30, 45:56] = 255
    instance = trial("rotate", speed=90)
    instance.picture(image.copy(), 10.0)
    turned = instance.picture(image.copy(), 11.0).image
    assert turned[50, 25].min() == 255
    assert turned[25, 50].max() == 0


def test_rotate_stays_level_at_the_first_frame_and_after_a_reset():
    instance = trial("rotate", speed=90)
    assert np.array_equal(instance.picture(portrait(), 5.0).image, portrait())
    instance.picture(portrait(), 6.0)
    instance.reset()
    assert np.array_equal(instance.picture(portrait(), 7.0).image, portrait())


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("sideways", lambda image: image[:, ::-1]),
        ("upside-down", lambda image: image[::-1]),
        ("both", lambda image: image[::-1, ::-1]),
    ],
)
def test_flip_mirrors(direction, expected):
    assert np.array_equal(picture_of("flip", portrait(), direction=direction), expected(portrait()))


def test_blur_softens_as_much_as_it_is_told():
    image = grey(0, 101, 101)
    image[:, 50:] = 200
    assert np.array_equal(picture_of("blur", image, radius=0), image)
    softer = picture_of("blur", image, radius=20)
    assert 60 < softer[50, 49, 0] < 140
    assert softer[50, 5, 0] == 0


def test_sketch_leaves_paper_white_and_draws_what_differs():
    paper = plane(120, 100, 100)
    assert picture_of("sketch", paper).min() >= 235
    paper[:, 50:] = 30
    drawn = picture_of("sketch", paper)
    assert drawn[50, 51] < 150
    assert drawn[50, 10] >= 235


def test_histogram_charts_the_share_of_each_colour():
    image = grey(0)
    image[:, :, 2] = 255
    image[:24, :, 1] = 130
    outcome = trial("histogram").picture(image, 0.0)
    blue, green, red = outcome.data["histogram"]
    assert (blue[0], red[63]) == (100, 100)
    assert (green[0], green[32]) == (50, 50)
    assert np.array_equal(outcome.image, image)


def test_histogram_can_draw_itself_on_the_picture():
    drawn = picture_of("histogram", portrait(), draw=True, scale="root")
    assert np.array_equal(drawn[:200], portrait()[:200])
    assert not np.array_equal(drawn[300:], portrait()[300:])
