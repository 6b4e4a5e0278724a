"""A detector on a real inference server gives what the same file gives here, over gRPC and over JSON."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from processors.inference.decoded import Detections
from processors.inference.session import Model
from processors.inference.spec import ModelSpec
from processors.remote import inquiry
from processors.remote.choices import choices_from, make_row
from processors.remote.connection import Connection
from processors.remote.remote_model import RemoteModel
from processors.remote.rows import InferenceServer
from processors.remote.server import RemoteServer
from tests.processors.desk import wait_until
from tests.processors.host.conftest import HostDesk
from tests.support.mlserver import MlServer
from tests.support.patience import patient

SPEC = ModelSpec.from_json(
    {
        "task": "detection",
        "convention": "yolox",
        "input": {
            "name": "images",
            "width": 416,
            "height": 416,
            "colours": "bgr",
            "fit": "letterbox-corner",
        },
        "labels": "coco80",
    }
)
PHOTOS = ("two_people_640x480.bmp", "chelsea.png")
INPUTS = [{"name": "images", "datatype": "FP32", "shape": [1, 3, 416, 416]}]
OUTPUTS = [{"name": "output", "datatype": "FP32", "shape": [1, 3549, 85]}]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def yolox(models_folder: Path) -> Path:
    return models_folder / "yolox-nano" / "yolox_nano.onnx"


@pytest.fixture(scope="module")
def mlserver(yolox: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlServer]:
    running = MlServer(tmp_path_factory.mktemp("mlserver"), "yolox-nano", yolox, INPUTS, OUTPUTS)
    yield running
    running.stop()


def connection(mlserver: MlServer, scheme: str) -> Connection:
    facts = {"name": "mlserver", "url": mlserver.url(scheme), "allowed_hosts": ["127.0.0.1"]}
    return Connection(RemoteServer.from_json({**facts, "deadline_seconds": patient(20)}))


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_the_server_finds_what_is_found_here(
    scheme: str, mlserver: MlServer, yolox: Path, models_folder: Path
) -> None:
    here = Model.open(yolox, SPEC)
    there = RemoteModel(connection(mlserver, scheme), "yolox-nano", "", SPEC)
    for name in PHOTOS:
        photo = cv2.imread(str(models_folder / "images" / name))
        expected, found = here.infer(photo), there.infer(photo)
        assert isinstance(expected, Detections)
        assert isinstance(found, Detections)
        assert len(expected) > 0
        assert list(found.classes) == list(expected.classes)
        np.testing.assert_allclose(found.scores, expected.scores, atol=0.01)
        assert min(overlap(a, b) for a, b in zip(found.boxes, expected.boxes, strict=True)) >= 0.9


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_the_server_describes_itself(scheme: str, mlserver: MlServer) -> None:
    connected = connection(mlserver, scheme)
    assert connected.server_facts(patient(5)).name == "mlserver"
    assert connected.model_names(patient(5)) == ["yolox-nano"]
    facts = connected.model_facts("yolox-nano", "", patient(5))
    assert [each.as_json() for each in facts.inputs] == INPUTS
    assert [each.as_json() for each in facts.outputs] == OUTPUTS


def test_a_recognised_model_detects_in_a_session_as_it_would_here(
    mlserver: MlServer,
    yolox: Path,
    models_folder: Path,
    db: None,
    settings: Any,
    sit_down: Callable[..., HostDesk],
) -> None:
    """The admin's way: look at the model, take the first proposal, start the processor."""
    settings.REMOTE_ALLOWED_HOSTS = ["127.0.0.1"]
    server = InferenceServer.objects.create(name="lab", url=mlserver.url("grpc"), deadline_seconds=1.5)
    report = inquiry.about_model(server, "yolox-nano", "")
    best = choices_from(report["proposals"])[0]
    assert (best.key, best.spec["convention"]) == ("object-detection", "yolox"), report
    row = make_row(server, "yolox-nano", "", "Things", best.value)
    photo = cv2.imread(str(models_folder / "images" / PHOTOS[0]))
    expected = Model.open(yolox, ModelSpec.from_json(best.spec)).infer(photo, threshold=0.5)
    assert isinstance(expected, Detections)
    desk = sit_down(row.key, row.spec()["configuration"])
    desk.play(photo, fps=5)
    wait_until(lambda: bool(desk.notebook.results), patient(30))
    found = desk.last_data["found"]
    assert len(found) == len(expected) > 0
    for (label, score, *place), box, number, certain in zip(
        found, expected.boxes, expected.classes, expected.scores, strict=True
    ):
        assert label == ModelSpec.from_json(best.spec).label(int(number))
        assert abs(score - certain) < 0.02
        left, top, width, height = place
        edges = np.clip(box, 0, [640, 480, 640, 480])
        assert overlap(np.array([left, top, left + width, top + height]), edges) >= 0.9


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(0.0, width) * max(0.0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return float(common / (sum(areas) - common))
