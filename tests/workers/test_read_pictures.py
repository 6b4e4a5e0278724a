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
