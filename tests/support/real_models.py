"""The weights of the folder of test models, as rows of the catalogue name them.

Written out here and not taken from the catalogue of known models: a test must not trust what it tests.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Any

FROM_ZERO_TO_ONE = {"std": [255, 255, 255]}
FROM_MINUS_ONE = {"mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]}

FILES: dict[str, tuple[str, str]] = {
    "yolox-nano": ("YOLOX-nano", "yolox-nano/yolox_nano.onnx"),
    "ultraface": ("UltraFace", "ultraface/version-RFB-320.onnx"),
    "mosaic": ("Mosaic", "style-nc8/mosaic_nc8_256x256.onnx"),
    "candy": ("Candy", "style-nc16/candy_nc16_256x256.onnx"),
    "selfie": ("Selfie segmentation", "selfie-segmentation/selfie_segmentation.onnx"),
    "deeplab": ("DeepLab v3", "deeplab-v3/deeplab_v3_mnv2_dm05_257.onnx"),
    "bodypix": ("BodyPix", "bodypix/bodypix_mobilenetv1_050_stride16.onnx"),
}


def picture_input(name: str, width: int, height: int, **others: Any) -> dict[str, Any]:
    return {"name": name, "width": width, "height": height, **others}


def style(**others: Any) -> dict[str, Any]:
    return {
        "task": "image",
        "convention": "image",
        "input": picture_input("input.1", 256, 256),
        **others,
    }


SPECS: dict[str, dict[str, Any]] = {
    "yolox-nano": {
        "task": "detection",
        "convention": "yolox",
        "labels": "coco80",
        "input": picture_input("images", 416, 416, colours="bgr", fit="letterbox-corner"),
    },
    "ultraface": {
        "task": "faces",
        "convention": "ssd-raw",
        "labels": "face",
        "iou": 0.3,
        "threshold": 0.6,
        "input": picture_input("input", 320, 240, mean=[127, 127, 127], std=[128, 128, 128]),
    },
    "mosaic": style(),
    "candy": style(),
    "selfie": {
        "task": "segmentation",
        "convention": "mask",
        "input": picture_input("input_1:0", 256, 256, layout="nhwc", **FROM_ZERO_TO_ONE),
    },
    "deeplab": {
        "task": "segmentation",
        "convention": "argmax",
        "labels": "voc21",
        "input": picture_input("sub_7", 257, 257, layout="nhwc", **FROM_MINUS_ONE),
    },
    "bodypix": {
        "task": "keypoints",
        "convention": "bodypix",
        "labels": "coco17",
        "outputs": ["heatmaps", "short_offsets", "segments"],
        "input": picture_input("input", 513, 385, layout="nhwc", **FROM_MINUS_ONE),
    },
}


def configuration(models_folder: Path, *names: str) -> dict[str, Any]:
    return {"models": [entry(models_folder, name) for name in names]}


def entry(models_folder: Path, name: str) -> dict[str, Any]:
    title, path = FILES[name]
    return {"name": name, "title": title, "sha256": sha256(models_folder / path), "spec": SPECS[name]}


def publish(models_folder: Path, folder: Path, *names: str) -> None:
    """Put the files where a site looks for installed models."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        file = models_folder / FILES[name][1]
        shutil.copy(file, folder / f"{sha256(file)}.onnx")


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
