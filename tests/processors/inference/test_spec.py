"""A spec is plain JSON, and whatever is wrong with it is a sentence."""

import json
import math
import subprocess
import sys
from typing import Any

import pytest

from processors.exceptions import BadModelSpec, ModelUnusable
from processors.inference.spec import ModelSpec, labels_fit

GOOD: dict[str, Any] = {
    "task": "detection",
    "convention": "yolox",
    "input": {"name": "images", "width": 416, "height": 416},
}


def test_defaults() -> None:
    spec = ModelSpec.from_json(GOOD)
    assert (spec.input.layout, spec.input.colours, spec.input.fit) == ("nchw", "rgb", "stretch")
    assert (spec.threshold, spec.iou, spec.labels) == (0.5, 0.45, ())


def test_json_and_back() -> None:
    values = {
        **GOOD,
        "outputs": ["a", "b"],
        "labels": ["cat", "dog"],
        "threshold": 0.25,
        "decoder": {"strides": [8, 16]},
        "extra_inputs": {"im_shape": "height-width"},
    }
    spec = ModelSpec.from_json(values)
    written = json.loads(json.dumps(spec.as_json()))
    assert ModelSpec.from_json(written) == spec
    assert ModelSpec.from_json(written).as_json() == spec.as_json() == written


def test_names() -> None:
    spec = ModelSpec.from_json({**GOOD, "labels": "coco80"})
    assert (len(spec.names), spec.label(0), spec.label(79), spec.label(80)) == (
        80,
        "person",
        "toothbrush",
        "class 80",
    )
    assert ModelSpec.from_json({**GOOD, "labels": ["cat", ""]}).label(1) == "class 1"
    assert labels_fit(spec, 80)
    assert not labels_fit(spec, 91)
    assert labels_fit(ModelSpec.from_json(GOOD), 5)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"task": "cooking"}, "task must be one of"),
        ({"convention": "scores"}, "convention must be one of"),
        ({"convention": None}, "convention must be one of"),
        ({"input": []}, "The input must be an object"),
        ({"input": {**GOOD["input"], "width": 0}}, "width must be a whole number from 8 to 4096"),
        ({"input": {**GOOD["input"], "width": 416.0}}, "width must be a whole number"),
        ({"input": {**GOOD["input"], "height": True}}, "height must be a whole number"),
        ({"input": {**GOOD["input"], "name": ""}}, "name must be a text"),
        ({"input": {**GOOD["input"], "layout": "hwcn"}}, "layout must be one of"),
        ({"input": {**GOOD["input"], "mean": [1, 2]}}, "mean must be three numbers"),
        ({"input": {**GOOD["input"], "std": [1, 0, 1]}}, "std must be three numbers above 0"),
        ({"input": {**GOOD["input"], "std": [1, math.nan, 1]}}, "std must be three numbers"),
        ({"input": {**GOOD["input"], "rotation": 90}}, "values nobody reads: rotation"),
        ({"labels": "klingon"}, "labels must be one of"),
        ({"labels": [1]}, "labels must be texts"),
        ({"labels": ["x"] * 20_001}, "at most 20000 names"),
        ({"outputs": "a"}, "outputs must be a list"),
        ({"threshold": 1.5}, "threshold must be a number from 0 to 1"),
        ({"threshold": True}, "threshold must be a number"),
        ({"iou": math.inf}, "iou must be a number"),
        ({"decoder": []}, "decoder must be an object"),
        ({"decoder": {"strides": math.nan}}, "decoder must be plain JSON"),
        ({"decoder": {"x": "y" * 20_000}}, "decoder must be at most"),
        ({"extra": 1}, "values nobody reads: extra"),
    ],
)
def test_a_wrong_value_is_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadModelSpec, match=sentence) as caught:
        ModelSpec.from_json({**GOOD, **changes})
    assert isinstance(caught.value, ModelUnusable)
    assert caught.value.permanent


@pytest.mark.parametrize("values", [None, [], "yolox", 3])
def test_no_object_at_all(values: Any) -> None:
    with pytest.raises(BadModelSpec, match="must be an object"):
        ModelSpec.from_json(values)


def test_reading_a_spec_needs_no_onnxruntime() -> None:
    """The web process reads specs, and must stay light."""
    code = (
        "import sys, processors.inference.spec, processors.inference.session, processors.inference.recognise;"
        "sys.exit(any(name in sys.modules for name in ('onnxruntime', 'onnx', 'django')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
