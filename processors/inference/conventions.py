"""The names of all output conventions and the tasks that each can serve. The decoders are in ``decoders``."""

TASKS = ("detection", "faces", "classification", "segmentation", "keypoints", "image")

BOXES = ("detection", "faces")

CONVENTIONS: dict[str, tuple[str, ...]] = {
    "yolox": BOXES,
    "yolov8": BOXES,
    "yolov5": BOXES,
    "end-to-end": BOXES,
    "ssd": BOXES,
    "yolov7-end-to-end": BOXES,
    "tf-detection": BOXES,
    "boxes-labels-scores": BOXES,
    "mmdeploy": BOXES,
    "rtdetr": BOXES,
    "detr": BOXES,
    "paddle": BOXES,
    "ssd-raw": BOXES,
    "gfl": BOXES,
    "fastestdet": BOXES,
    "yunet": ("faces",),
    "yolov8-pose": ("keypoints", *BOXES),
    "movenet": ("keypoints",),
    "simcc": ("keypoints",),
    "heatmaps": ("keypoints",),
    "bodypix": ("keypoints", "segmentation"),
    "mask": ("segmentation",),
    "argmax": ("segmentation",),
    "yolov8-seg": ("segmentation", "detection"),
    "scores": ("classification",),
    "image": ("image",),
}

# Those that say all they know, without a least score or an overlap to choose by.
WITHOUT_THRESHOLD = ("argmax", "bodypix", "heatmaps", "image", "mask", "scores", "simcc")

# Models that hear instead of see; their specs are in ``sound_spec``.
SOUND_TASKS = ("voice",)
SOUND_CONVENTIONS: dict[str, tuple[str, ...]] = {"silero": ("voice",)}
