"""Why a model is taken for what it is. Written where no language is known: a code, and the values for its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass


def gettext_noop(text: str) -> str:
    """Mark a sentence for the translators; the page that shows it looks up the translation."""
    return text


_ = gettext_noop

REASONS = {
    "rtdetr": _(
        "An input orig_target_sizes, and labels, boxes and scores: RT-DETR or D-FINE with its post-processing."
    ),
    "paddle": _("Inputs im_shape or scale_factor, and rows of class, score and box: PaddleDetection."),
    "tf-detection": _(
        "Outputs detection_boxes, detection_scores and detection_classes: TensorFlow's Object Detection API."
    ),
    "mmdeploy": _("%(rows)s with boxes and scores, and %(labels)s with classes: MMDeploy."),
    "boxes-labels-scores": _(
        "%(boxes)s, %(labels)s and %(scores)s: boxes, labels and scores, nothing left to suppress."
    ),
    "detr": _(
        "%(logits)s with numbers below 0 and %(boxes)s: softmax with a last class for nothing, as in DETR."
    ),
    "detr-sigmoid": _("%(logits)s with numbers below 0 and %(boxes)s: as in RT-DETR."),
    "ssd-raw": _("%(scores)s and %(boxes)s: one box per anchor, not yet suppressed, no background."),
    "ssd-raw-background": _(
        "%(scores)s and %(boxes)s: one box per anchor, not yet suppressed, the first class is the background."
    ),
    "yunet": _("Twelve outputs: classes, objectness, boxes and five landmarks for three strides: YuNet."),
    "gfl": _(
        "%(pairs)s outputs with scores and %(pairs)s with distances as distributions, %(scores)s and %(distances)s "
        "for the finest cells: generalised focal loss, as in NanoDet and PicoDet."
    ),
    "fastestdet": _(
        "%(output)s: one box, one objectness and %(classes)s classes per cell of %(cell)s pixels: FastestDet."
    ),
    "image": _("%(output)s: three colours, as large as the picture: another picture."),
    "mask-one": _("%(output)s: one map: a mask."),
    "mask-two": _("%(output)s: two maps, background and foreground: a mask."),
    "argmax": _("%(output)s of whole numbers: the class of every pixel."),
    "class-maps": _("%(output)s: %(count)s maps, one for every class."),
    "scores": _("%(output)s: one number for each of %(count)s classes: a classifier."),
    "bodypix": _(
        "Outputs heatmaps, short_offsets and segments: BodyPix, the key points of one person and the mask of all."
    ),
    "simcc": _("%(along_x)s and %(along_y)s, %(factor)s numbers per pixel: SimCC, as in RTMPose."),
    "movenet": _("%(output)s: y, x and score of 17 key points: MoveNet."),
    "heatmaps": _("%(output)s: %(count)s maps of a quarter of the size, one for every key point."),
    "ssd": _("%(rows)s: picture, class, score, box: the DetectionOutput of Caffe and OpenVINO."),
    "yolov7-end-to-end": _("%(rows)s: picture, box, class, score: YOLOv7 with suppression inside."),
    "yolov8-seg": _(
        "%(rows)s with coefficients and %(prototypes)s with prototypes: Ultralytics segmentation."
    ),
    "yolov8-pose": _(
        "%(rows)s: a box, a score and %(width)s numbers of key points in each row: Ultralytics pose."
    ),
    "end-to-end": _(
        "%(rows)s: box, score and class of at most %(count)s objects: YOLOv10, or suppression inside."
    ),
    "nanodet-plus": _(
        "%(rows)s: cells of four strides with %(classes)s scores and four distributions: NanoDet-plus."
    ),
    "yolov8": _("%(rows)s: box and %(classes)s classes for every cell: YOLOv8, YOLO11 and their like."),
    "yolox": _(
        "%(rows)s: one row for every cell of the strides %(strides)s, and the boxes are relative to their cell: YOLOX "
        "with %(classes)s classes."
    ),
    "yolox-one": _(
        "%(rows)s: one row for every cell of the strides %(strides)s, and the boxes are relative to their cell: YOLOX "
        "with one class."
    ),
    "yolov5": _(
        "%(rows)s: box, objectness and %(classes)s classes for every anchor: YOLOv5, YOLOv6 or YOLOv7."
    ),
    "silero": _(
        "Sound, a state and a rate go in, a probability and the next state come out: voice activity as of Silero. "
        "It gives %(voice)s for a made voice and %(silence)s for silence."
    ),
    "tried-alone": _("Pixels as %(pixels)s do %(quality)s of 1 on the sample pictures."),
    "tried": _("Pixels as %(pixels)s do %(quality)s of 1 on the sample pictures (%(others)s)."),
}


@dataclass(frozen=True)
class Reason:
    code: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        return REASONS[self.code] % self.values

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "values": dict(self.values)}


@dataclass(frozen=True)
class Reasoned:
    """What has reasons."""

    confidence: float  # 0 to 1
    reasons: tuple[Reason, ...]

    @property
    def reason(self) -> str:
        return " ".join(map(str, self.reasons))

    def reasons_as_json(self) -> dict[str, object]:
        return {
            "confidence": round(self.confidence, 3),
            "reason": self.reason,
            "reasons": [each.as_json() for each in self.reasons],
        }


def reason(code: str, **values: object) -> Reason:
    return Reason(code, {name: str(value) for name, value in values.items()})
