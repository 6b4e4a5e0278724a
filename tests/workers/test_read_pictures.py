"""Decoded pictures as the arrays that processors ask for."""

import numpy as np
import pytest
from av import VideoFrame

from processors.results import PixelFormat
from workers.video_codecs import to_image, to_picture


def decoded(width: int, height: int) -> VideoFrame:
    image = np.full((height, width, 3), (40, 120, 200), np.uint8)
    return VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")


@pytest.mark.parametrize(
    ("pixel_format", "shape"),
    [("bgr24", (48, 64, 3)), ("rgb24", (48, 64, 3)), ("gray", (48, 64)), ("yuv420p", (72, 64))],
)
def test_each_format_has_its_shape(pixel_format: PixelFormat, shape: tuple[int, ...]) -> None:
    assert to_image(decoded(64, 48), pixel_format).shape == shape


def test_a_picture_of_odd_sides_is_whole_in_colour_and_cut_as_planes() -> None:
    picture = decoded(65, 49)
    assert to_image(picture, "bgr24").shape == (49, 65, 3)
    planes = to_image(picture, "yuv420p")
    assert planes.shape == (72, 64)
    back = to_image(to_picture(planes, "yuv420p"), "bgr24")
    assert np.abs(back.astype(int) - (40, 120, 200)).max() <= 3


@pytest.mark.parametrize(
    ("pixel_format", "shape"), [("bgr24", (48, 64, 3)), ("gray", (48, 64)), ("yuv420p", (72, 64))]
)
def test_a_picture_for_the_encoder_is_its_own(pixel_format: PixelFormat, shape: tuple[int, ...]) -> None:
    """Whatever becomes of the array: its owner writes the next picture there, or lets it go."""
    image = np.random.default_rng(1).integers(0, 255, shape, np.uint8)
    picture, same = to_picture(image, pixel_format), to_picture(image.copy(), pixel_format)
    image[...] = 0
    del image
    others = [np.zeros(72 * 64, np.uint8) for _ in range(100)]
    assert (picture.width, picture.height, len(others)) == (64, 48, 100)
    np.testing.assert_array_equal(picture.to_ndarray(), same.to_ndarray())
    assert picture.to_ndarray().std() > 10
