"""How the real models of the test folder are run, as their authors document it."""

from typing import Any

CAFFE_MEAN = [103.53, 116.28, 123.675]
CAFFE_STD = [57.375, 57.12, 58.395]
SIGNED: dict[str, Any] = {"mean": [127.5] * 3, "std": [127.5] * 3}


def spec(task: str, convention: str, picture: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"task": task, "convention": convention, "input": picture, **more}


def picture(name: str, width: int, height: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "width": width, "height": height, **more}


def yolox(side: int, labels: str) -> dict[str, Any]:
    shown = picture("images", side, side, colours="bgr", fit="letterbox-corner")
    return spec("detection", "yolox", shown, labels=labels, threshold=0.5, iou=0.45)


def style(name: str) -> dict[str, Any]:
    return spec("image", "image", picture(name, 256, 256))


def selfie(height: int) -> dict[str, Any]:
    shown = picture("input_1:0", 256, height, layout="nhwc", std=[255] * 3)
    return spec("segmentation", "mask", shown)


REAL_SPECS: dict[str, dict[str, Any]] = {
    "yolox-nano/yolox_nano.onnx": yolox(416, "coco80"),
    "person-lite/person_lite.onnx": yolox(192, "person"),
    "fastestdet/fastestdet.onnx": spec(
        "detection",
        "fastestdet",
        picture("input.1", 352, 352, colours="bgr", std=[255] * 3),
        labels="coco80",
        threshold=0.6,
    ),
    "nanodet-m/nanodet_m.onnx": spec(
        "detection",
        "gfl",
        picture("input.1", 416, 416, colours="bgr", mean=CAFFE_MEAN, std=CAFFE_STD),
        labels="coco80",
        threshold=0.4,
        iou=0.5,
    ),
    "ultraface/version-RFB-320.onnx": spec(
        "faces",
        "ssd-raw",
        picture("input", 320, 240, mean=[127] * 3, std=[128] * 3),
        labels="face",
        threshold=0.7,
        iou=0.3,
    ),
    "yunet/face_detection_yunet_2023mar.onnx": spec(
        "faces",
        "yunet",
        picture("input", 640, 640, colours="bgr", fit="letterbox-corner", pad=0),
        labels="face",
        threshold=0.6,
        iou=0.3,
    ),
    "selfie-segmentation/selfie_segmentation.onnx": selfie(256),
    "selfie-segmentation/selfie_segmentation_landscape.onnx": selfie(144),
    "deeplab-v3/deeplab_v3_mnv2_dm05_257.onnx": spec(
        "segmentation", "argmax", picture("sub_7", 257, 257, layout="nhwc", **SIGNED), labels="voc21"
    ),
    "bodypix/bodypix_mobilenetv1_050_stride16.onnx": spec(
        "keypoints",
        "bodypix",
        picture("input", 513, 385, layout="nhwc", **SIGNED),
        labels="coco17",
        outputs=["heatmaps", "short_offsets", "segments"],
    ),
    "style-nc8/mosaic_nc8_256x256.onnx": style("input.1"),
    "style-nc16/candy_nc16_256x256.onnx": style("input.1"),
    "style-nc16/rain-princess_nc16_256x256.onnx": style("input.1"),
    "style-nc16/udnie_nc16_256x256.onnx": style("input.1"),
}
DETECTORS = [name for name, each in REAL_SPECS.items() if each["task"] in ("detection", "faces")]
STYLES = [name for name, each in REAL_SPECS.items() if each["task"] == "image"]
SELFIES = [name for name in REAL_SPECS if name.startswith("selfie")]
