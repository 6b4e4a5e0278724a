"""Colours become planes and planes colours, as decoders give them and encoders take them."""

import av
import numpy as np
import pytest

from processors.planes import crossing_format, even_sides, has_planes, image_of, planes_of, shape_of_planes
from processors.results import PixelFormat

RED_BGR = (0, 0, 255)


def flat(colour: tuple[int, int, int], width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def test_red_has_the_planes_of_bt601() -> None:
    planes = planes_of(flat(RED_BGR), "bgr24").astype(int)
    chroma = planes[48:].reshape(2, -1)
    assert planes.shape == (72, 64)
    # ITU-R BT.601, video range: Y 81, Cb 90, Cr 240.
    assert (planes[0, 0], chroma[0, 0], chroma[1, 0]) == pytest.approx((81, 90, 240), abs=1)


@pytest.mark.parametrize("pixel_format", ["bgr24", "rgb24"])
def test_colours_come_back(pixel_format: PixelFormat) -> None:
    image = flat((40, 120, 200))
    back = image_of(planes_of(image, pixel_format), pixel_format)
    assert np.abs(back.astype(int) - image).max() <= 2


def test_planes_are_those_of_the_codec_library() -> None:
    rows = np.linspace(0, 255, 48, dtype=np.uint8)
    image = np.dstack([np.tile(rows[:, np.newaxis], 64)] * 3)
    by_codec_library = (
        av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p").to_ndarray()
    )
    assert np.abs(planes_of(image, "bgr24").astype(int) - by_codec_library).max() <= 2


def test_planes_are_written_where_they_are_wanted() -> None:
    image = flat((1, 2, 3))
    place = np.zeros(shape_of_planes(image), np.uint8)
    assert planes_of(image, "bgr24", into=place) is place
    assert place.any()


def test_only_colours_of_even_sides_have_planes() -> None:
    assert has_planes(flat(RED_BGR), "bgr24")
    assert not has_planes(flat(RED_BGR, 63, 48), "bgr24")
    assert not has_planes(flat(RED_BGR, 64, 47), "rgb24")
    assert not has_planes(np.zeros((48, 64), np.uint8), "gray")
    assert even_sides(flat(RED_BGR, 63, 47)).shape == (46, 62, 3)


def test_colours_cross_as_planes_and_the_rest_as_it_is() -> None:
    assert [crossing_format(each) for each in ("bgr24", "rgb24", "gray", "yuv420p")] == [
        "yuv420p", "yuv420p", "gray", "yuv420p",
    ]  # fmt: skip
