"""Runs without Showroom, to compare with: the input as each model's authors prepare it, and a bare onnxruntime."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

CAFFE_MEAN, CAFFE_STD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
ZERO_TO_ONE = ((0, 0, 0), (255, 255, 255))
SIGNED = ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5))
ULTRAFACE = ((127, 127, 127), (128, 128, 128))


def stretched(
    image: Any,
    size: tuple[int, int],
    values: tuple[Any, Any] | None = None,
    rgb: bool = True,
    channels_last: bool = False,
) -> Any:
    small = cv2.resize(image, size)
    pixels = (cv2.cvtColor(small, cv2.COLOR_BGR2RGB) if rgb else small).astype(np.float32)
    if values is not None:
        mean, std = (np.array(each, np.float32) for each in values)
        pixels = (pixels - mean) / std
    return pixels[None] if channels_last else np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def in_a_corner(image: Any, side: int, ground: int) -> Any:
    """BGR from 0 to 255, at its own shape in the left upper corner of a square."""
    factor = min(side / image.shape[0], side / image.shape[1])
    small = cv2.resize(image, (int(image.shape[1] * factor), int(image.shape[0] * factor)))
    canvas = np.full((side, side, 3), ground, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas.transpose(2, 0, 1)[None].astype(np.float32)


INPUTS: dict[str, Callable[[Any], Any]] = {
    "yolox-nano/yolox_nano.onnx": partial(in_a_corner, side=416, ground=114),
    "person-lite/person_lite.onnx": partial(in_a_corner, side=192, ground=114),
    "yunet/face_detection_yunet_2023mar.onnx": partial(in_a_corner, side=640, ground=0),
    "fastestdet/fastestdet.onnx": partial(stretched, size=(352, 352), values=ZERO_TO_ONE, rgb=False),
    "nanodet-m/nanodet_m.onnx": partial(
        stretched, size=(416, 416), values=(CAFFE_MEAN, CAFFE_STD), rgb=False
    ),
    "ultraface/version-RFB-320.onnx": partial(stretched, size=(320, 240), values=ULTRAFACE),
    "selfie-segmentation/selfie_segmentation.onnx": partial(
        stretched, size=(256, 256), values=ZERO_TO_ONE, channels_last=True
    ),
    "selfie-segmentation/selfie_segmentation_landscape.onnx": partial(
        stretched, size=(256, 144), values=ZERO_TO_ONE, channels_last=True
    ),
    "deeplab-v3/deeplab_v3_mnv2_dm05_257.onnx": partial(
        stretched, size=(257, 257), values=SIGNED, channels_last=True
    ),
    "bodypix/bodypix_mobilenetv1_050_stride16.onnx": partial(
        stretched, size=(513, 385), values=SIGNED, channels_last=True
    ),
    "style-nc8/mosaic_nc8_256x256.onnx": partial(stretched, size=(256, 256)),
    "style-nc16/candy_nc16_256x256.onnx": partial(stretched, size=(256, 256)),
    "style-nc16/rain-princess_nc16_256x256.onnx": partial(stretched, size=(256, 256)),
    "style-nc16/udnie_nc16_256x256.onnx": partial(stretched, size=(256, 256)),
}


def plain_outputs(path: Path, tensor: Any, outputs: list[str] | None = None) -> list[Any]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return list(session.run(outputs or None, {session.get_inputs()[0].name: tensor}))


def peak_signal_to_noise(one: np.ndarray, other: np.ndarray) -> float:
    """In decibels; the same picture is infinitely good."""
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
