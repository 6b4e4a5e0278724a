"""How a picture becomes a tensor, and how what is found there comes back."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processors.inference.preprocess import place, prepare
from processors.inference.spec import InputSpec

SPEC = InputSpec(name="images", width=64, height=64, colours="bgr")
WIDE = np.random.default_rng(1).integers(0, 256, (50, 100, 3), np.uint8)
CORNERS = np.array([[0, 0, 100, 50]], np.float32)


def test_stretched() -> None:
    tensor, _ = prepare(WIDE, SPEC)
    assert (tensor.shape, tensor.dtype) == ((1, 3, 64, 64), np.float32)
    np.testing.assert_array_equal(tensor[0].transpose(1, 2, 0), cv2.resize(WIDE, (64, 64)))


def test_the_right_size_is_left_alone() -> None:
    tensor, _ = prepare(WIDE, replace(SPEC, width=100, height=50, layout="nhwc", type="uint8"))
    np.testing.assert_array_equal(tensor[0], WIDE)


def test_letterbox_lies_in_the_middle() -> None:
    tensor, placement = prepare(WIDE, replace(SPEC, fit="letterbox", pad=7))
    assert (placement.left, placement.top, placement.width, placement.height) == (0, 16, 64, 32)
    assert (tensor[0, :, :16] == 7).all()
    assert (tensor[0, :, 48:] == 7).all()
    np.testing.assert_array_equal(tensor[0, :, 16:48].transpose(1, 2, 0), cv2.resize(WIDE, (64, 32)))


def test_letterbox_lies_in_the_corner() -> None:
    tensor, placement = prepare(WIDE, replace(SPEC, fit="letterbox-corner"))
    assert (placement.left, placement.top) == (0, 0)
    assert (tensor[0, :, 32:] == 114).all()


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "letterbox-corner"])
def test_boxes_and_points_come_back(fit: str) -> None:
    placement = place(100, 50, replace(SPEC, fit=fit))
    left, top = placement.left, placement.top
    inner = np.array([[left, top, left + placement.width, top + placement.height]], np.float32)
    np.testing.assert_allclose(placement.boxes(inner), CORNERS, atol=1e-4)
    points = np.array([[[left + placement.width, top + placement.height, 0.5]]], np.float32)
    np.testing.assert_allclose(placement.points(points), [[[100, 50, 0.5]]], atol=1e-4)


def test_maps_come_back_without_the_padding() -> None:
    values = np.zeros((32, 32), np.float32)
    values[8:24] = 1  # where the picture lies, at half of the resolution
    placement = place(100, 50, replace(SPEC, fit="letterbox"))
    assert placement.map(values, cv2.INTER_LINEAR).shape == (50, 100)
    assert placement.map(values, cv2.INTER_LINEAR).min() == 1


def test_colours() -> None:
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[..., 0] = 255
    assert prepare(blue, SPEC)[0][0, :, 0, 0].tolist() == [255, 0, 0]
    assert prepare(blue, replace(SPEC, colours="rgb"))[0][0, :, 0, 0].tolist() == [0, 0, 255]
    assert prepare(blue, replace(SPEC, colours="gray"))[0].shape == (1, 1, 64, 64)


def test_mean_and_deviation_follow_the_order_of_the_colours() -> None:
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[..., 0] = 200
    spec = replace(SPEC, colours="rgb", mean=(10.0, 20.0, 30.0), std=(1.0, 2.0, 4.0))
    assert prepare(blue, spec)[0][0, :, 0, 0].tolist() == [-10, -10, 42.5]


@pytest.mark.parametrize("kind", ["float32", "float16", "uint8", "int32"])
def test_types(kind: str) -> None:
    assert prepare(WIDE, replace(SPEC, type=kind))[0].dtype == kind


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_extreme_pictures(size: tuple[int, int]) -> None:
    for fit in ("stretch", "letterbox", "letterbox-corner"):
        assert prepare(np.zeros((*size, 3), np.uint8), replace(SPEC, fit=fit))[0].shape == (1, 3, 64, 64)
