"""All rules in the order in which they are asked: those that names prove first, those that a shape suggests last."""

from collections.abc import Callable

from . import rules_boxes, rules_maps, rules_points, rules_rows
from .observe import Seen
from .proposal import Guess

Rule = Callable[[Seen], Guess | None]

RULES: tuple[Rule, ...] = (
    rules_boxes.rtdetr,
    rules_boxes.paddle,
    rules_boxes.tf_detection,
    rules_boxes.mmdeploy,
    rules_boxes.boxes_labels_scores,
    rules_boxes.detr,
    rules_boxes.ssd_raw,
    rules_boxes.yunet,
    rules_boxes.gfl,
    rules_points.bodypix,
    rules_points.bodypix_mask,
    rules_points.simcc,
    rules_points.movenet,
    rules_rows.ssd,
    rules_rows.yolov7_end_to_end,
    rules_rows.yolov8_seg,
    rules_rows.yolov8_pose,
    rules_rows.end_to_end,
    rules_rows.nanodet_plus,
    rules_rows.yolov8,
    rules_rows.yolox,
    rules_rows.yolov5,
    rules_maps.fastestdet,
    rules_points.heatmaps,
    rules_maps.image,
    rules_maps.mask,
    rules_maps.argmax,
    rules_maps.scores,
)
