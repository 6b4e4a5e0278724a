"""Detectors with one output of rows, told apart by how many rows and columns there are."""

import numpy as np

from ..reasons import reason
from . import inputs
from .observe import Output, Seen
from .proposal import Guess
from .shapes import anchored, follows_grid, is_rows, labels_for, strides, told

LARGEST_LIST = 1000
COEFFICIENTS = 32
COLUMNS_OF_COCO_POINTS = 51
BINS_OF_NANODET_PLUS = 32


def ssd(seen: Seen) -> Guess | None:
    rows = only(seen)
    if rows is None or len(rows.shape) != 4 or rows.shape[:2] != (1, 1) or rows.shape[3] != 7:
        return None
    why = reason("ssd", rows=told(rows))
    usual = inputs.GREY if seen.input.colours == "gray" else inputs.BGR_SIGNED
    return Guess("detection", "ssd", (rows.name,), why, 0.96, usual, seen.facts.labels or "voc20")


def yolov7_end_to_end(seen: Seen) -> Guess | None:
    rows = only(seen)
    if rows is None or len(rows.shape) != 2 or rows.shape[1] != 7:
        return None
    why = reason("yolov7-end-to-end", rows=told(rows))
    known = seen.facts.labels or "coco80"
    return Guess("detection", "yolov7-end-to-end", (rows.name,), why, 0.93, inputs.ULTRALYTICS, known)


def yolov8_seg(seen: Seen) -> Guess | None:
    if len(seen.outputs) != 2:
        return None
    prototypes = next((each for each in seen.outputs if len(each.shape) == 4), None)
    rows = next((each for each in seen.outputs if is_rows(each)), None)
    if rows is None or prototypes is None or prototypes.shape[1] != COEFFICIENTS:
        return None
    ended = rows.shape[2] == 6 + COEFFICIENTS and rows.shape[1] <= LARGEST_LIST
    classes = len(seen.facts.labels) if ended else columns(rows) - 4 - COEFFICIENTS
    if not ended and (classes < 1 or not anchored(seen, cells(rows))):
        return None
    known = labels_for(seen, classes) if classes else "coco80"
    return Guess(
        "detection",
        "yolov8-seg",
        (rows.name, prototypes.name),
        reason("yolov8-seg", rows=told(rows), prototypes=told(prototypes)),
        0.97,
        inputs.ULTRALYTICS,
        known,
        decoder={"end_to_end": True} if ended else {},
    )


def yolov8_pose(seen: Seen) -> Guess | None:
    rows, shape = first_rows(seen), seen.facts.key_points
    if rows is None:
        return None
    width = shape[0] * shape[1] if shape else COLUMNS_OF_COCO_POINTS
    ended = rows.shape[2] == 6 + width and rows.shape[1] <= LARGEST_LIST and not anchored(seen, rows.shape[1])
    plain = anchored(seen, cells(rows)) and (
        columns(rows) > 4 + width if shape else columns(rows) == 5 + width
    )
    if not (ended or plain):
        return None
    known: str | tuple[str, ...] = "coco17" if shape is None or shape[0] == 17 else ()
    decoder = {"key_points": list(shape or (17, 3))} | ({"end_to_end": True} if ended else {})
    why = reason("yolov8-pose", rows=told(rows), width=width)
    sureness = 0.97 if shape else 0.85
    return Guess(
        "keypoints", "yolov8-pose", (rows.name,), why, sureness, inputs.ULTRALYTICS, known, decoder=decoder
    )


def end_to_end(seen: Seen) -> Guess | None:
    rows = first_rows(seen)
    if rows is None or rows.shape[2] != 6 or rows.shape[1] > LARGEST_LIST or not finished(rows):
        return None
    if strides(seen, rows.shape[1]) and not seen.facts.end_to_end:
        return None
    why = reason("end-to-end", rows=told(rows), count=rows.shape[1])
    sureness = 0.97 if seen.facts.end_to_end else 0.9
    known = seen.facts.labels or "coco80"
    return Guess("detection", "end-to-end", (rows.name,), why, sureness, inputs.ULTRALYTICS, known)


def nanodet_plus(seen: Seen) -> Guess | None:
    rows = first_rows(seen)
    if (
        rows is None
        or strides(seen, rows.shape[1]) != (8, 16, 32, 64)
        or rows.shape[2] <= BINS_OF_NANODET_PLUS
    ):
        return None
    classes = rows.shape[2] - BINS_OF_NANODET_PLUS
    why = reason("nanodet-plus", rows=told(rows), classes=classes)
    known, options = labels_for(seen, classes), {"centre": 0}
    return Guess(
        "detection", "gfl", (rows.name,), why, 0.85, inputs.BGR_IMAGENET, known, 0.4, 0.5, decoder=options
    )


def yolov8(seen: Seen) -> Guess | None:
    """[1, 4 + classes, cells]; the other way round only if the number of classes leaves no doubt."""
    rows = first_rows(seen)
    if rows is None or columns(rows) < 5 or not strides(seen, cells(rows)) or seen.facts.key_points:
        return None
    classes = columns(rows) - 4
    lying = rows.shape[1] < rows.shape[2]
    fits = classes in (80, len(seen.facts.labels)) and follows_grid(seen, rows.array[0])
    if not lying and not fits:
        return None
    if classes == COLUMNS_OF_COCO_POINTS + 1 and len(seen.facts.labels) != classes:
        return None  # rather a pose
    why = reason("yolov8", rows=told(rows), classes=classes)
    sureness = 0.95 if lying else 0.85
    known = labels_for(seen, classes)
    return Guess("detection", "yolov8", (rows.name,), why, sureness, inputs.ULTRALYTICS, known)


def yolox(seen: Seen) -> Guess | None:
    rows = first_rows(seen)
    levels = strides(seen, rows.shape[1]) if rows else None
    if rows is None or levels is None or rows.shape[2] < 6 or follows_grid(seen, rows.array[0]):
        return None
    if not between_scores(rows):
        return None
    classes = rows.shape[2] - 5
    written = ", ".join(str(level) for level in levels)
    code = "yolox-one" if classes == 1 else "yolox"
    why = reason(code, rows=told(rows), strides=written, classes=classes)
    options = {} if levels == (8, 16, 32) else {"strides": list(levels)}
    known = labels_for(seen, classes)
    return Guess("detection", "yolox", (rows.name,), why, 0.95, inputs.YOLOX, known, decoder=options)


def yolov5(seen: Seen) -> Guess | None:
    rows = first_rows(seen)
    if (
        rows is None
        or rows.shape[2] < 6
        or rows.shape[1] < rows.shape[2]
        or not anchored(seen, rows.shape[1])
    ):
        return None
    if not between_scores(rows) or not follows_grid(seen, rows.array[0]):
        return None
    classes = rows.shape[2] - 5
    why = reason("yolov5", rows=told(rows), classes=classes)
    return Guess(
        "detection", "yolov5", (rows.name,), why, 0.88, inputs.ULTRALYTICS, labels_for(seen, classes)
    )


def only(seen: Seen) -> Output | None:
    return seen.outputs[0] if len(seen.outputs) == 1 else None


def first_rows(seen: Seen) -> Output | None:
    """The one output of rows; raw maps of five dimensions that some exports add do not count."""
    rows = [each for each in seen.outputs if is_rows(each)]
    others = [each for each in seen.outputs if not is_rows(each) and len(each.shape) < 5]
    return rows[0] if len(rows) == 1 and not others else None


def columns(output: Output) -> int:
    return min(output.shape[1:])


def cells(output: Output) -> int:
    return max(output.shape[1:])


def between_scores(rows: Output) -> bool:
    """Objectness and classes are probabilities."""
    scores = rows.array[0, :, 4:]
    return bool(scores.min() >= -1e-3 and scores.max() <= 1 + 1e-3)


def finished(rows: Output) -> bool:
    """Scores between 0 and 1 beside whole numbers of classes."""
    scores, classes = rows.array[0, :, 4], rows.array[0, :, 5]
    return bool(
        scores.min() >= -1e-3 and scores.max() <= 1 + 1e-3 and np.abs(classes - np.rint(classes)).max() < 1e-3
    )
