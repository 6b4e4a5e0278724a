"""One decoder per output convention; the names are those of ``conventions.CONVENTIONS``.

A decoder takes the outputs as the model gave them (the batch of one still in front) and returns boxes and points in
pixels of the model's input; the way back to the picture is the caller's.
"""

from collections.abc import Callable

from ..decoded import Decoded
from . import (
    argmax,
    bodypix,
    boxes_labels_scores,
    detr,
    end_to_end,
    fastestdet,
    gfl,
    heatmaps,
    image,
    mask,
    mmdeploy,
    movenet,
    paddle,
    rtdetr,
    scores,
    simcc,
    ssd,
    ssd_raw,
    tf_detection,
    yolov5,
    yolov7_end_to_end,
    yolov8,
    yolov8_pose,
    yolov8_seg,
    yolox,
    yunet,
)
from .reading import Outputs, Reading

Decoder = Callable[[Outputs, Reading], Decoded]

DECODERS: dict[str, Decoder] = {
    "yolox": yolox.decode,
    "yolov8": yolov8.decode,
    "yolov5": yolov5.decode,
    "end-to-end": end_to_end.decode,
    "ssd": ssd.decode,
    "yolov7-end-to-end": yolov7_end_to_end.decode,
    "tf-detection": tf_detection.decode,
    "boxes-labels-scores": boxes_labels_scores.decode,
    "mmdeploy": mmdeploy.decode,
    "rtdetr": rtdetr.decode,
    "detr": detr.decode,
    "paddle": paddle.decode,
    "ssd-raw": ssd_raw.decode,
    "gfl": gfl.decode,
    "fastestdet": fastestdet.decode,
    "yunet": yunet.decode,
    "yolov8-pose": yolov8_pose.decode,
    "movenet": movenet.decode,
    "simcc": simcc.decode,
    "heatmaps": heatmaps.decode,
    "bodypix": bodypix.decode,
    "mask": mask.decode,
    "argmax": argmax.decode,
    "yolov8-seg": yolov8_seg.decode,
    "scores": scores.decode,
    "image": image.decode,
}

__all__ = ["DECODERS", "Decoder", "Outputs", "Reading"]
