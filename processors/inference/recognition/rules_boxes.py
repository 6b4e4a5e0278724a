"""Detectors that several outputs or the names of inputs and outputs give away."""

import numpy as np

from ..decoders.grids import stride_of
from ..reasons import reason
from . import inputs
from .observe import Output, Seen
from .proposal import Guess
from .shapes import between, is_rows, labels_for, named, sums_to_one, told, without


def rtdetr(seen: Seen) -> Guess | None:
    labels, boxes, scores = named(seen, "label"), named(seen, "box"), named(seen, "score")
    if "orig_target_sizes" not in seen.extra_inputs or not (labels and boxes and scores):
        return None
    return Guess(
        "detection",
        "rtdetr",
        (labels.name, boxes.name, scores.name),
        reason("rtdetr"),
        0.98,
        inputs.RGB_SCALED,
        "coco80",
    )


def paddle(seen: Seen) -> Guess | None:
    rows = [each for each in seen.outputs if len(each.shape) == 2 and each.shape[1] == 6]
    if not {"im_shape", "scale_factor"} & seen.extra_inputs.keys() or not rows:
        return None
    return Guess(
        "detection",
        "paddle",
        (rows[0].name,),
        reason("paddle"),
        0.95,
        inputs.RGB_IMAGENET,
        seen.facts.labels or "coco80",
    )


def tf_detection(seen: Seen) -> Guess | None:
    found = [named(seen, f"detection_{part}") for part in ("boxes", "scores", "classes")]
    names = tuple(each.name for each in found if each)
    if len(names) != 3:
        return None
    why = reason("tf-detection")
    return Guess(
        "detection", "tf-detection", names, why, 0.97, inputs.RGB_PLAIN, seen.facts.labels or "coco91"
    )


def mmdeploy(seen: Seen) -> Guess | None:
    for rows in (each for each in seen.outputs if len(each.shape) == 3 and each.shape[2] == 5):
        labels = [each for each in seen.outputs if each.shape == rows.shape[:2] and is_whole(each)]
        if labels:
            why = reason("mmdeploy", rows=told(rows), labels=told(labels[0]))
            names = (rows.name, labels[0].name)
            known = seen.facts.labels or "coco80"
            return Guess("detection", "mmdeploy", names, why, 0.93, inputs.BGR_MMDETECTION, known)
    return None


def boxes_labels_scores(seen: Seen) -> Guess | None:
    """By names, and where these say nothing by types: labels are whole numbers."""
    if seen.extra_inputs or named(seen, "detection_boxes"):
        return None
    boxes = next((each for each in seen.outputs if len(each.shape) in (2, 3) and each.shape[-1] == 4), None)
    lists = [each for each in seen.outputs if boxes and each.shape == boxes.shape[:-1]]
    labels = next(
        (each for each in lists if is_whole(each) or "label" in each.name or "class" in each.name), None
    )
    scores = (
        next((each for each in without(lists, labels) if each.array.dtype.kind == "f"), None)
        if labels
        else None
    )
    if boxes is None or labels is None or scores is None:
        return None
    first = 0 if named(seen, "num_det", "det_") else 1
    known = seen.facts.labels or ("coco80" if first == 0 else "coco91")
    why = reason("boxes-labels-scores", boxes=told(boxes), labels=told(labels), scores=told(scores))
    names = (boxes.name, labels.name, scores.name)
    options = {"first_class": first}
    return Guess(
        "detection", "boxes-labels-scores", names, why, 0.85, inputs.RGB_SCALED, known, decoder=options
    )


def detr(seen: Seen) -> Guess | None:
    pair = scores_and_boxes(seen)
    if pair is None or pair[0].array.min() >= 0:
        return None
    logits, boxes = pair
    count = logits.shape[2]
    softmax = count == 92
    options = {
        "activation": "softmax" if softmax else "sigmoid",
        "first_class": 1 if count in (91, 92) else 0,
    }
    return Guess(
        "detection",
        "detr",
        (logits.name, boxes.name),
        reason("detr" if softmax else "detr-sigmoid", logits=told(logits), boxes=told(boxes)),
        0.9,
        inputs.RGB_IMAGENET if softmax or count == 91 else inputs.RGB_SCALED,
        "coco91" if count in (91, 92) else labels_for(seen, count),
        decoder=options,
    )


def ssd_raw(seen: Seen) -> Guess | None:
    pair = scores_and_boxes(seen)
    if pair is None or not between(pair[0].array):
        return None
    scores, boxes = pair
    background = sums_to_one(scores.array[0], 1) and scores.shape[2] > 1
    classes = scores.shape[2] - background
    faces = classes == 1 and bool(background)
    return Guess(
        "faces" if faces else "detection",
        "ssd-raw",
        (scores.name, boxes.name),
        reason("ssd-raw-background" if background else "ssd-raw", scores=told(scores), boxes=told(boxes)),
        0.92,
        inputs.RGB_128 if faces else inputs.BGR_SIGNED,
        "face" if faces else labels_for(seen, classes),
        threshold=0.7 if faces else 0.5,
        iou=0.3 if faces else 0.45,
        decoder={"first_class": int(background)},
    )


def scores_and_boxes(seen: Seen) -> tuple[Output, Output] | None:
    """Two outputs of the same length: [1, N, classes] and [1, N, 4]."""
    if len(seen.outputs) != 2 or not all(is_rows(each) for each in seen.outputs):
        return None
    boxes = [each for each in seen.outputs if each.shape[2] == 4]
    scores = [each for each in seen.outputs if each.shape[2] != 4]
    if len(boxes) == 2:  # four classes: names must tell
        boxes = [each for each in seen.outputs if "box" in each.name.lower()][:1]
        scores = without(seen.outputs, *boxes)
    if len(boxes) != 1 or len(scores) != 1 or boxes[0].shape[1] != scores[0].shape[1]:
        return None
    return scores[0], boxes[0]


def yunet(seen: Seen) -> Guess | None:
    by_width = {
        width: sorted(
            (each for each in seen.outputs if each.shape[-1] == width), key=lambda each: -each.shape[-2]
        )
        for width in (1, 4, 10)
        if all(len(each.shape) >= 2 for each in seen.outputs)
    }
    if len(seen.outputs) != 12 or [len(by_width.get(width, ())) for width in (1, 4, 10)] != [6, 3, 3]:
        return None
    single = by_width[1]  # two for each stride; which is which makes no difference to their product
    ordered = (*single[0::2], *single[1::2], *by_width[4], *by_width[10])
    why = reason("yunet")
    names = tuple(each.name for each in ordered)
    return Guess("faces", "yunet", names, why, 0.98, inputs.YUNET, "face", threshold=0.6, iou=0.3)


def gfl(seen: Seen) -> Guess | None:
    """Pairs of [1, cells, classes] and [1, cells, 4 x bins]."""
    pairs = len(seen.outputs) // 2
    if pairs < 2 or len(seen.outputs) % 2 or not all(len(each.shape) in (2, 3) for each in seen.outputs):
        return None
    ordered = sorted(seen.outputs, key=lambda each: -each.shape[-2])
    scores = [each for each in ordered if between(each.array)]
    distances = without(ordered, *scores)
    if len(scores) != pairs or len({each.shape[-1] for each in distances}) != 1 or distances[0].shape[-1] % 4:
        return None
    if not all(stride_of(seen.input.width, seen.input.height, each.shape[-2]) for each in scores):
        return None
    why = reason("gfl", pairs=pairs, scores=told(scores[0]), distances=told(distances[0]))
    names = tuple(each.name for each in (*scores, *distances))
    known = labels_for(seen, scores[0].shape[-1])
    return Guess("detection", "gfl", names, why, 0.92, inputs.BGR_IMAGENET, known, threshold=0.4, iou=0.5)


def is_whole(output: Output) -> bool:
    return np.issubdtype(output.array.dtype, np.integer)
