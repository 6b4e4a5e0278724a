"""One object in a picture, written down in the way of every convention.

The input is 96 x 64; the object lies at 8, 16, 40, 48, is of class 2 and sure to 0.9. Where a convention leaves
duplicates to the reader there is one, a little worse.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import TensorProto

from .tiny import PICTURE, Declared, constant_model

WIDTH, HEIGHT = 96, 64
BOX = (8.0, 16.0, 40.0, 48.0)
CENTRED = (24.0, 32.0, 32.0, 32.0)
CLASS = 2
SCORE = 0.9
CELLS = 12 * 8 + 6 * 4 + 3 * 2
NOSE = (24.0, 32.0)
SHARES = (BOX[0] / WIDTH, BOX[1] / HEIGHT, BOX[2] / WIDTH, BOX[3] / HEIGHT)

NHWC: Declared = ("images", TensorProto.UINT8, (1, HEIGHT, WIDTH, 3))


@dataclass(frozen=True)
class Scene:
    convention: str
    outputs: Mapping[str, np.ndarray]
    task: str = "detection"
    picture: Declared = PICTURE
    others: Sequence[Declared] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    decoder: Mapping[str, Any] = field(default_factory=dict)
    extra_inputs: Mapping[str, str] = field(default_factory=dict)

    def model(self) -> bytes:
        return constant_model(self.outputs, self.picture, self.others, self.metadata)

    def spec(self) -> dict[str, Any]:
        name, kind, shape = self.picture
        last = shape[-1] == 3
        return {
            "task": self.task,
            "convention": self.convention,
            "input": {
                "name": name,
                "width": shape[-2] if last else shape[-1],
                "height": shape[-3] if last else shape[-2],
                "layout": "nhwc" if last else "nchw",
                "type": {TensorProto.UINT8: "uint8", TensorProto.INT32: "int32"}.get(kind, "float32"),
            },
            "outputs": list(self.outputs),
            "decoder": dict(self.decoder),
            "extra_inputs": dict(self.extra_inputs),
        }


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def yolov8() -> Scene:
    rows = zeros(1, 84, CELLS)
    rows[0, :4, 50:52] = np.array(CENTRED)[:, None]
    rows[0, 4 + CLASS, 50:52] = SCORE, SCORE - 0.1
    return Scene("yolov8", {"output0": rows})


def centres() -> np.ndarray:
    rows = [
        ((x + 0.5) * stride, (y + 0.5) * stride, stride, stride)
        for stride in (8, 16, 32)
        for y in range(HEIGHT // stride)
        for x in range(WIDTH // stride)
    ]
    return np.array(rows, np.float32)


def yolov5() -> Scene:
    rows = zeros(1, CELLS, 85)
    rows[0, :, :4] = centres()
    rows[0, 109:111, :4] = CENTRED
    rows[0, 109:111, 4] = 0.95, 0.85
    rows[0, 109:111, 5 + CLASS] = SCORE / 0.95
    return Scene("yolov5", {"output": rows})


def yolov5_of_three_boxes() -> Scene:
    """Three boxes for each cell, as the usual exports have them: one level after the other, box shape by box shape."""
    levels = np.split(centres(), [12 * 8, 12 * 8 + 6 * 4])
    rows = zeros(1, 3 * CELLS, 85)
    rows[0, :, :4] = np.concatenate([np.tile(level, (3, 1)) for level in levels])
    # Two of the three boxes of one cell, in the middle level.
    for place, sure in ((3 * 96 + 13, 0.95), (3 * 96 + 24 + 13, 0.85)):
        rows[0, place, :4], rows[0, place, 4] = CENTRED, sure
        rows[0, place, 5 + CLASS] = SCORE / 0.95
    return Scene("yolov5", {"output0": rows})


def yolox() -> Scene:
    """The finest level has 96 cells; the object's centre lies between the columns 1 and 2 of row 2 of the next."""
    rows = zeros(1, CELLS, 85)
    first = 96 + 2 * 6 + 1
    rows[0, first, :4] = 0.5, 0.0, np.log(2), np.log(2)
    rows[0, first + 1, :4] = -0.5, 0.0, np.log(2), np.log(2)
    rows[0, first : first + 2, 4] = 0.95, 0.85
    rows[0, first : first + 2, 5 + CLASS] = SCORE / 0.95
    return Scene("yolox", {"output": rows})


def end_to_end() -> Scene:
    rows = zeros(1, 20, 6)
    rows[0, 0] = (*BOX, SCORE, CLASS)
    return Scene("end-to-end", {"output0": rows})


def ssd() -> Scene:
    rows = np.full((1, 1, 10, 7), -1, np.float32)
    rows[0, 0, 0] = (0, CLASS + 1, SCORE, *SHARES)
    return Scene("ssd", {"detection_out": rows})


def yolov7_end_to_end() -> Scene:
    rows = np.array([[0, *BOX, CLASS, SCORE], [0, *BOX, CLASS, 0.1]], np.float32)
    return Scene("yolov7-end-to-end", {"output": rows})


def tf_detection() -> Scene:
    boxes, scores, classes = zeros(1, 10, 4), zeros(1, 10), zeros(1, 10) + 1
    boxes[0, 0] = SHARES[1], SHARES[0], SHARES[3], SHARES[2]
    scores[0, 0], classes[0, 0] = SCORE, CLASS + 1
    outputs = {"detection_boxes": boxes, "detection_scores": scores, "detection_classes": classes}
    return Scene("tf-detection", outputs, picture=NHWC)


def torchvision() -> Scene:
    """Labels from 1, pixels, and a picture without a batch."""
    boxes, labels, scores = zeros(3, 4), np.array([CLASS + 1, 1, 1]), zeros(3)
    boxes[0], scores[0] = BOX, SCORE
    picture = ("images", TensorProto.FLOAT, (3, HEIGHT, WIDTH))
    outputs = {"2534": boxes, "2535": labels, "2536": scores}
    return Scene("boxes-labels-scores", outputs, picture=picture, decoder={"first_class": 1})


def tensorrt() -> Scene:
    boxes, scores, classes = zeros(1, 10, 4), zeros(1, 10), np.zeros((1, 10), np.int32)
    boxes[0, 0], scores[0, 0], classes[0, 0] = BOX, SCORE, CLASS
    return Scene("boxes-labels-scores", {"det_boxes": boxes, "det_classes": classes, "det_scores": scores})


def mmdeploy() -> Scene:
    rows, labels = zeros(1, 10, 5), np.zeros((1, 10), np.int64)
    rows[0, 0], labels[0, 0] = (*BOX, SCORE), CLASS
    return Scene("mmdeploy", {"dets": rows, "labels": labels})


def rtdetr() -> Scene:
    labels, boxes, scores = np.zeros((1, 10), np.int64), zeros(1, 10, 4), zeros(1, 10)
    labels[0, 0], boxes[0, 0], scores[0, 0] = CLASS, BOX, SCORE
    return Scene(
        "rtdetr",
        {"labels": labels, "boxes": boxes, "scores": scores},
        others=[("orig_target_sizes", TensorProto.INT64, (1, 2))],
        extra_inputs={"orig_target_sizes": "width-height"},
    )


def detr_boxes() -> np.ndarray:
    boxes = zeros(1, 10, 4) + 0.5
    boxes[0, 0] = CENTRED[0] / WIDTH, CENTRED[1] / HEIGHT, CENTRED[2] / WIDTH, CENTRED[3] / HEIGHT
    return boxes


def detr_softmax() -> Scene:
    """Class 3 of 92, since nobody is 0, and the last class for nothing."""
    logits = np.full((1, 10, 92), -12, np.float32)
    logits[0, :, 91] = 12
    logits[0, 0, CLASS + 1], logits[0, 0, 91] = np.log(SCORE / (1 - SCORE)), 0
    return Scene(
        "detr",
        {"logits": logits, "pred_boxes": detr_boxes()},
        others=[("pixel_mask", TensorProto.INT64, (1, HEIGHT, WIDTH))],
        decoder={"activation": "softmax", "first_class": 1},
        extra_inputs={"pixel_mask": "everywhere"},
    )


def detr_sigmoid() -> Scene:
    logits = np.full((1, 10, 80), -6, np.float32)
    logits[0, 0, CLASS] = np.log(SCORE / (1 - SCORE))
    outputs = {"logits": logits, "pred_boxes": detr_boxes()}
    return Scene("detr", outputs, decoder={"activation": "sigmoid", "first_class": 0})


def paddle() -> Scene:
    rows = np.full((10, 6), -1, np.float32)
    rows[0] = (CLASS, SCORE, *BOX)
    others = [("im_shape", TensorProto.FLOAT, (1, 2)), ("scale_factor", TensorProto.FLOAT, (1, 2))]
    extra = {"im_shape": "height-width", "scale_factor": "scale"}
    outputs = {"rows": rows, "count": np.array([1], np.int32)}
    return Scene("paddle", outputs, others=others, extra_inputs=extra)


def ssd_raw() -> Scene:
    scores, boxes = zeros(1, 50, 21), zeros(1, 50, 4)
    scores[0, :, 0] = 1
    scores[0, 5:7, 0] = 1 - SCORE, 1.1 - SCORE
    scores[0, 5:7, 1 + CLASS] = SCORE, SCORE - 0.1
    boxes[0, 5:7] = SHARES
    return Scene("ssd-raw", {"scores": scores, "boxes": boxes})


def ultraface() -> Scene:
    scores, boxes = zeros(1, 50, 2), zeros(1, 50, 4)
    scores[0, :, 0] = 1
    scores[0, 5] = 1 - SCORE, SCORE
    boxes[0, 5] = SHARES
    return Scene("ssd-raw", {"scores": scores, "boxes": boxes}, task="faces")


def gfl() -> Scene:
    """Left, top, right and bottom are 1, 1.5, 1 and 0.5 cells away from the centre of a cell: shares of two bins."""
    outputs = {}
    for stride in (8, 16, 32):
        outputs[f"scores_{stride}"] = zeros(1, WIDTH * HEIGHT // stride**2, 80)
    for stride in (8, 16, 32):
        outputs[f"distances_{stride}"] = np.full((1, WIDTH * HEIGHT // stride**2, 32), -30, np.float32)
    cell = 2 * 6 + 1
    outputs["scores_16"][0, cell, CLASS] = SCORE
    for side, bins in enumerate(((1,), (1, 2), (1,), (0, 1))):
        for each in bins:
            outputs["distances_16"][0, cell, 8 * side + each] = 10
    return Scene("gfl", outputs)


def nanodet_plus() -> Scene:
    """The corner of the cell 1, 2 of stride 16 is 16, 32: half a cell, one, one and a half, and one away."""
    rows = np.full((1, CELLS + 2 * 1, 112), -30, np.float32)
    rows[0, :, :80] = 0
    cell = 96 + 2 * 6 + 1
    rows[0, cell, CLASS] = SCORE
    for side, bins in enumerate(((0, 1), (1,), (1, 2), (1,))):
        for each in bins:
            rows[0, cell, 80 + 8 * side + each] = 10
    return Scene("gfl", {"output": rows}, decoder={"centre": 0})


def fastestdet() -> Scene:
    cells = zeros(1, 85, 4, 6)
    cells[0, 5] = 1
    cells[0, 0, 2, 1] = SCORE
    cells[0, 1, 2, 1] = np.arctanh(0.5)
    cells[0, 3, 2, 1] = -np.log(2)  # a third of the width; half of the height is 0
    cells[0, 5, 2, 1], cells[0, 5 + CLASS, 2, 1] = 1 - SCORE, SCORE
    return Scene("fastestdet", {"758": cells})


def yunet() -> Scene:
    outputs = {}
    for name, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for stride in (8, 16, 32):
            outputs[f"{name}_{stride}"] = zeros(1, WIDTH * HEIGHT // stride**2, width)
    cell = 2 * 6 + 1
    outputs["cls_16"][0, cell], outputs["obj_16"][0, cell] = SCORE, SCORE
    outputs["bbox_16"][0, cell] = 0.5, 0.0, np.log(2), np.log(2)
    outputs["kps_16"][0, cell, :2] = 0.5, 0.0
    return Scene("yunet", outputs, task="faces")


def pose_rows(columns: int) -> np.ndarray:
    row = np.zeros(columns, np.float32)
    row[-51:] = np.tile([*NOSE, SCORE], 17)
    return row


def yolov8_pose() -> Scene:
    rows = zeros(1, 56, CELLS)
    for place, score in ((50, SCORE), (51, SCORE - 0.1)):
        rows[0, :, place] = pose_rows(56)
        rows[0, :5, place] = (*CENTRED, score)
    metadata = {"task": "pose", "kpt_shape": "[17, 3]", "names": "{0: 'person'}"}
    return Scene("yolov8-pose", {"output0": rows}, task="keypoints", metadata=metadata)


def end_to_end_pose() -> Scene:
    rows = zeros(1, 20, 57)
    rows[0, 0] = pose_rows(57)
    rows[0, 0, :6] = (*BOX, SCORE, 0)
    return Scene("yolov8-pose", {"output0": rows}, task="keypoints", decoder={"end_to_end": True})


def movenet() -> Scene:
    points = zeros(1, 1, 17, 3)
    points[..., :] = NOSE[1] / HEIGHT, NOSE[0] / WIDTH, SCORE
    picture = ("images", TensorProto.INT32, (1, HEIGHT, WIDTH, 3))
    return Scene("movenet", {"output_0": points}, task="keypoints", picture=picture)


def movenet_of_several() -> Scene:
    rows = zeros(1, 6, 56)
    rows[0, 0, :51] = np.tile([NOSE[1] / HEIGHT, NOSE[0] / WIDTH, SCORE], 17)
    rows[0, 0, 51:] = SHARES[1], SHARES[0], SHARES[3], SHARES[2], SCORE
    picture = ("images", TensorProto.INT32, (1, HEIGHT, WIDTH, 3))
    return Scene("movenet", {"output_0": rows}, task="keypoints", picture=picture)


def simcc() -> Scene:
    along_x, along_y = zeros(1, 17, 2 * WIDTH), zeros(1, 17, 2 * HEIGHT)
    along_x[..., int(2 * NOSE[0])], along_y[..., int(2 * NOSE[1])] = SCORE, 0.95
    return Scene("simcc", {"simcc_x": along_x, "simcc_y": along_y}, task="keypoints")


def heatmaps() -> Scene:
    """The cell 5, 7 has its centre at 22, 30, and its neighbours to the right and below are the higher ones."""
    maps = zeros(1, 17, HEIGHT // 4, WIDTH // 4)
    maps[:, :, 7, 5] = SCORE
    maps[:, :, 8, 5] = maps[:, :, 7, 6] = 0.5
    return Scene("heatmaps", {"heatmaps": maps}, task="keypoints", decoder={"channels": "first"})


def bodypix(task: str = "keypoints") -> Scene:
    """97 x 65 is 16 n + 1: cells of 16 from edge to edge. Cell 1, 1, and 8 and 16 pixels on."""
    heat = np.full((1, 5, 7, 17), -9, np.float32)
    offsets, segments = zeros(1, 5, 7, 34), np.full((1, 5, 7, 1), -9, np.float32)
    heat[0, 1, 1] = np.log(SCORE / (1 - SCORE))
    offsets[0, 1, 1, :17], offsets[0, 1, 1, 17:] = 16, 8
    segments[0, 1:4, 1:3] = 9
    picture = ("images", TensorProto.FLOAT, (1, 65, 97, 3))
    outputs = {"heatmaps": heat, "short_offsets": offsets, "segments": segments}
    return Scene("bodypix", outputs, task=task, picture=picture)


def mask_values() -> np.ndarray:
    values = zeros(HEIGHT, WIDTH)
    values[16:48, 8:40] = 1
    return values


def mask() -> Scene:
    outputs = {"mask": mask_values()[None, :, :, None]}
    return Scene("mask", outputs, task="segmentation", decoder={"activation": "none", "channels": "last"})


def mask_of_logits() -> Scene:
    values = mask_values() * 18 - 9
    outputs = {"logits": np.stack([-values, values])[None]}
    return Scene("mask", outputs, task="segmentation", decoder={"activation": "softmax", "channels": "first"})


def argmax() -> Scene:
    maps = zeros(1, 21, HEIGHT, WIDTH)
    maps[0, 0] = 0.5
    maps[0, CLASS] = mask_values()
    return Scene("argmax", {"out": maps}, task="segmentation", decoder={"channels": "first"})


def class_numbers() -> Scene:
    numbers = (mask_values() * CLASS).astype(np.int64)[None]
    return Scene("argmax", {"out": numbers}, task="segmentation")


def yolov8_seg(task: str = "detection") -> Scene:
    """Two prototypes are in use: everything, and nothing outside of the left half."""
    rows, prototypes = zeros(1, 116, CELLS), zeros(1, 32, HEIGHT // 4, WIDTH // 4)
    prototypes[0, 0] = 1
    for place, score in ((50, SCORE), (51, SCORE - 0.1)):
        rows[0, :4, place], rows[0, 4 + CLASS, place], rows[0, 84, place] = CENTRED, score, 9
    return Scene("yolov8-seg", {"output0": rows, "output1": prototypes}, task=task)


def end_to_end_seg() -> Scene:
    rows, prototypes = zeros(1, 20, 38), zeros(1, 32, HEIGHT // 4, WIDTH // 4)
    prototypes[0, 0] = 1
    rows[0, 0, :7] = (*BOX, SCORE, CLASS, 9)
    outputs = {"output0": rows, "output1": prototypes}
    return Scene("yolov8-seg", outputs, decoder={"end_to_end": True})


def scores() -> Scene:
    values = zeros(1, 10)
    values[0, CLASS] = np.log(9 * SCORE / (1 - SCORE))
    return Scene("scores", {"logits": values}, task="classification")


def probabilities() -> Scene:
    values = np.full((1, 10, 1, 1), (1 - SCORE) / 9, np.float32)
    values[0, CLASS] = SCORE
    return Scene("scores", {"output": values}, task="classification")


BOXES: tuple[Callable[[], Scene], ...] = (
    yolov8,
    yolov5,
    yolov5_of_three_boxes,
    yolox,
    end_to_end,
    ssd,
    yolov7_end_to_end,
    tf_detection,
    torchvision,
    tensorrt,
    mmdeploy,
    rtdetr,
    detr_softmax,
    detr_sigmoid,
    paddle,
    ssd_raw,
    gfl,
    nanodet_plus,
    fastestdet,
    yolov8_seg,
    end_to_end_seg,
)
FACES: tuple[Callable[[], Scene], ...] = (ultraface, yunet)
POINTS: tuple[Callable[[], Scene], ...] = (
    yolov8_pose,
    end_to_end_pose,
    movenet,
    movenet_of_several,
    simcc,
    heatmaps,
    bodypix,
)
MASKS: tuple[Callable[[], Scene], ...] = (mask, mask_of_logits)
CLASS_MAPS: tuple[Callable[[], Scene], ...] = (argmax, class_numbers)
SCORES: tuple[Callable[[], Scene], ...] = (scores, probabilities)
ALL = (*BOXES, *FACES, *POINTS, *MASKS, *CLASS_MAPS, *SCORES)
