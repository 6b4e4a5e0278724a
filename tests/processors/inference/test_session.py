"""Opening and running: what does not fit is a typed error, at the door where possible."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processors.exceptions import BadModelSpec, ModelUnusable, WrongModelOutput
from processors.inference import session
from processors.inference.extra_inputs import extra_inputs
from processors.inference.preprocess import prepare
from processors.inference.session import Model
from processors.inference.spec import ModelSpec
from tests.support.processes import ROOT

from . import scene
from .scene import CELLS, Scene
from .tiny import constant_model

PHOTO = np.zeros((48, 64, 3), np.uint8)


def opened(shown: Scene, **changes: Any) -> Model:
    return Model.open(shown.model(), ModelSpec.from_json({**shown.spec(), **changes}))


def test_a_file_is_checked_against_its_hash(tmp_path: Path) -> None:
    data, spec = scene.yolox().model(), ModelSpec.from_json(scene.yolox().spec())
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    Model.open(path, spec, hashlib.sha256(data).hexdigest().upper())
    with pytest.raises(ModelUnusable, match="not the one that was installed"):
        Model.open(path, spec, "0" * 64)


OPENS_A_MODEL = """
import sys
from processors.inference.session import make_session
make_session(sys.stdin.buffer.read())
"""

OPENS_A_MODEL_ON_MACOS = "import os; del os.sched_getaffinity" + OPENS_A_MODEL


def test_a_model_opens_where_the_system_tells_no_cores_of_a_process() -> None:
    subprocess.run(
        [sys.executable, "-c", OPENS_A_MODEL_ON_MACOS], input=scene.yolox().model(), cwd=ROOT, check=True
    )


def test_nothing_is_noted_or_told_about_this_machine(tmp_path: Path) -> None:
    """onnxruntime counts its users by an identifier in their home folder, unless it is told not to."""
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run(
        [sys.executable, "-c", OPENS_A_MODEL],
        input=scene.yolox().model(),
        env=environment,
        cwd=ROOT,
        check=True,
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("source", "sentence"), [(b"no", "no model"), (Path("/no/such.onnx"), "cannot be read")]
)
def test_what_cannot_be_opened(source: Any, sentence: str) -> None:
    with pytest.raises(ModelUnusable, match=sentence):
        Model.open(source, ModelSpec.from_json(scene.yolox().spec()))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"input": {"name": "image", "width": 96, "height": 64}}, "has no image"),
        ({"outputs": ["boxes"]}, "has no boxes"),
        ({"extra_inputs": {"scale": "scale"}}, "has no scale"),
        ({"input": {**scene.yolox().spec()["input"], "type": "uint8"}}, "wants pixels as float32"),
    ],
)
def test_a_spec_that_does_not_fit_the_file(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadModelSpec, match=sentence):
        opened(scene.yolox(), **changes)


def test_an_input_that_nobody_fills() -> None:
    with pytest.raises(BadModelSpec, match="also wants orig_target_sizes"):
        opened(scene.rtdetr(), extra_inputs={})


def test_what_other_inputs_get() -> None:
    placement = prepare(PHOTO, ModelSpec.from_json(scene.yolox().spec()).input)[1]
    kinds = {"sizes": "width-height", "shape": "height-width", "scale": "scale", "own": [[1, 2]]}
    types = {
        "sizes": "tensor(int64)",
        "shape": "tensor(float)",
        "scale": "tensor(float)",
        "own": "tensor(int32)",
    }
    given = extra_inputs(kinds, types, placement)
    assert {name: array.tolist() for name, array in given.items()} == {
        "sizes": [[96, 64]],
        "shape": [[64, 96]],
        "scale": [[1, 1]],
        "own": [[1, 2]],
    }
    assert [array.dtype.name for array in given.values()] == ["int64", "float32", "float32", "int32"]
    with pytest.raises(BadModelSpec, match="must be numbers or one of"):
        extra_inputs({"own": "much"}, types, placement)


def test_a_wrong_size_costs_the_frame() -> None:
    model = opened(scene.yolox(), input={**scene.yolox().spec()["input"], "width": 128})
    with pytest.raises(WrongModelOutput, match="could not be run") as caught:
        model.infer(PHOTO)
    assert not caught.value.permanent


def yolox_rows(rows: np.ndarray) -> Model:
    return opened(Scene("yolox", {"output": rows}))


def test_nan_is_refused() -> None:
    rows = np.zeros((1, CELLS, 85), np.float32)
    rows[0, 5, 3] = np.nan
    with pytest.raises(WrongModelOutput, match="output output of the model holds numbers that are none"):
        yolox_rows(rows).infer(PHOTO)


def test_infinity_is_no_catastrophe() -> None:
    rows = np.full((1, CELLS, 85), np.inf, np.float32)
    found = yolox_rows(rows).infer(PHOTO)
    assert np.isfinite(found.boxes).all()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.zeros((1, 7, 85), np.float32), "gave 7 boxes, and its size asks for 126"),
        (np.zeros((1, CELLS, 3), np.float32), "rows of 3 numbers"),
        (np.zeros((2, CELLS, 85), np.float32), "gave an output of 2x126x85"),
        (np.zeros((85,), np.float32), "gave an output of 85"),
    ],
)
def test_a_wrong_shape_is_refused(rows: np.ndarray, sentence: str) -> None:
    with pytest.raises(WrongModelOutput, match=sentence):
        yolox_rows(rows).infer(PHOTO)


def test_text_is_no_output() -> None:
    data = constant_model({"output": np.array(["a"], dtype=object)})
    with pytest.raises(WrongModelOutput, match="no array of numbers"):
        Model.open(data, ModelSpec.from_json({**scene.yolox().spec()})).infer(PHOTO)


@pytest.mark.parametrize("make", scene.ALL, ids=lambda make: make.__name__)
def test_outputs_of_another_kind_are_refused_in_every_convention(make: Any) -> None:
    """Five dimensions are nobody's output."""
    shown = make()
    strange = {name: np.zeros((2, 3, 2, 3, 2), np.float32) for name in shown.outputs}
    with pytest.raises(WrongModelOutput):
        opened(
            Scene(
                shown.convention,
                strange,
                shown.task,
                shown.picture,
                shown.others,
                {},
                shown.decoder,
                shown.extra_inputs,
            )
        ).infer(PHOTO)


@pytest.mark.parametrize("make", [*scene.BOXES, *scene.FACES], ids=lambda make: make.__name__)
def test_outputs_of_zeros_are_no_detections(make: Any) -> None:
    shown = make()
    empty = {name: np.zeros_like(array) for name, array in shown.outputs.items()}
    decoder = {**shown.decoder, "activation": "none"} if shown.convention == "detr" else shown.decoder
    model = opened(
        Scene(
            shown.convention, empty, shown.task, shown.picture, shown.others, {}, decoder, shown.extra_inputs
        )
    )
    assert len(model.infer(PHOTO, threshold=0.6)) == 0


def test_options_that_make_no_sense_cost_the_frame() -> None:
    with pytest.raises(WrongModelOutput, match="cannot be read as yolox"):
        opened(scene.yolox(), decoder={"strides": "wide"}).infer(PHOTO)


def test_half_precision_comes_out_as_single() -> None:
    rows = np.zeros((1, CELLS, 85), np.float16)
    rows[0, :, 4] = np.inf
    assert yolox_rows(rows).raw(PHOTO)[0].dtype == np.float32
    assert len(yolox_rows(rows).infer(PHOTO)) == 0


@pytest.mark.parametrize("convention", ["end-to-end", "yolov7-end-to-end", "ssd"])
def test_no_rows_are_no_detections(convention: str) -> None:
    shape = {"end-to-end": (1, 0, 6), "yolov7-end-to-end": (0, 7), "ssd": (1, 1, 0, 7)}[convention]
    assert len(opened(Scene(convention, {"o": np.zeros(shape, np.float32)})).infer(PHOTO)) == 0


def test_a_provider_that_is_not_there_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWROOM_ONNX_PROVIDERS", "NoSuchExecutionProvider, CPUExecutionProvider")
    model = opened(scene.yolox())
    assert "NoSuchExecutionProvider cannot be used here" in model.notice
    for name in (" ONNX_PROVIDERS", "HOST_ISOLATION", "HOST_MEMORY_BYTES"):
        assert name in model.notice, "the settings that matter, by their names"
    assert len(model.infer(PHOTO)) == 1


def test_without_a_wish_there_is_nothing_to_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOWROOM_ONNX_PROVIDERS", raising=False)
    assert opened(scene.yolox()).notice == ""


def test_no_more_runs_at_once_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one place left, eight threads run one after the other, and none is lost."""
    monkeypatch.setattr(session, "runs", threading.BoundedSemaphore(1))
    model = opened(scene.yolox())
    counter = Counter(model._session)
    model._session = counter
    threads = [threading.Thread(target=model.infer, args=(PHOTO,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (counter.most, counter.total) == (1, 8)


class Counter:
    """Counts how many are inside while the real session runs."""

    def __init__(self, real: Any) -> None:
        self.real, self.now, self.most, self.total = real, 0, 0, 0

    def run(self, *arguments: Any) -> Any:
        self.now += 1
        self.total += 1
        self.most = max(self.most, self.now)
        outputs = self.real.run(*arguments)
        self.now -= 1
        return outputs
