"""Models that hear, and nets of Caffe in two files, on the same way as all others: upload, check, offer, a session."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from processors import catalogue
from processors.model_store import install, jobs, known, sound_form, spec_form, uploads
from processors.model_store.rows import ModelFile, ModelUpload
from processors.models import Processor
from tests.processors.desk import wait_until
from tests.processors.host.conftest import START_SECONDS, HostDesk
from tests.support.caffe_nets import HALVED, NO_WEIGHTS, pair, real_parts
from tests.support.hearing_models import RECORDINGS, expected_means, loudness_model, recording

from .conftest import Taken
from .published import LEAST_OVERLAP, overlap

# Four pieces at once, so that each time the visitor is told the mean of four.
RATE, BLOCK = 16000, 4 * 512


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's transaction is not seen by other threads: do what would be done in the background at once."""
    monkeypatch.setattr(jobs.Desk, "submit", lambda _desk, _key, job: job() or True)


def arrive(desk: Client, data: bytes, name: str) -> dict[str, Any]:
    asked = {"name": name, "size": len(data), "fingerprint": f"{name}|{len(data)}|1"}
    place = desk.post(
        reverse("admin:processors_modelfile_begin"), json.dumps(asked), "application/json"
    ).json()
    for offset in range(0, len(data), uploads.SLICE_BYTES):
        part = data[offset : offset + uploads.SLICE_BYTES]
        answer = desk.put(f"{place['url']}?offset={offset}", part, "application/octet-stream")
        assert answer.status_code == 200, answer.content
    return place


def finish(desk: Client, place: dict[str, Any], **said: Any) -> Any:
    return desk.post(place["finish"], json.dumps(said), "application/json")


def upload(desk: Client, data: bytes, name: str = "voice.onnx") -> ModelFile:
    sha256 = hashlib.sha256(data).hexdigest()
    assert finish(desk, arrive(desk, data, name), sha256=sha256).status_code == 201
    return ModelFile.objects.get(sha256=sha256)


def upload_pair(desk: Client, definition: bytes, weights: bytes) -> ModelFile:
    first = arrive(desk, definition, "net.prototxt")
    second = arrive(desk, weights, "net.caffemodel")
    hashes = {
        "sha256": hashlib.sha256(weights).hexdigest(),
        "definition_sha256": hashlib.sha256(definition).hexdigest(),
    }
    answer = finish(desk, second, definition=first["id"], **hashes)
    assert answer.status_code == 201, answer.content
    return ModelFile.objects.get(sha256=hashlib.sha256(pair(definition, weights)).hexdigest())


def page(file: ModelFile) -> str:
    return reverse("admin:processors_modelfile_change", args=[file.pk])


def said_by(form: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the browser would send if nobody touched the form."""
    return {**form, "base": json.dumps(form["base"]), "title": "A model", "target": "", **changes}


def published(desk: Client, file: ModelFile, form: dict[str, Any], **changes: Any) -> Processor:
    answer = desk.post(page(file), said_by(form, _publish="1", **changes), follow=True)
    row = Processor.objects.filter(configuration__icontains=file.sha256).first()
    assert row, [str(message) for message in answer.context["messages"]]
    assert row.visibility == "everyone"
    return row


# --- sound -----------------------------------------------------------------------------------------


@pytest.fixture
def silero(desk: Client, models_folder: Path) -> ModelFile:
    return upload(desk, (models_folder / "silero-vad" / "silero_vad.onnx").read_bytes(), "silero_vad.onnx")


def probabilities(session: HostDesk, samples: np.ndarray) -> list[float]:
    """What a visitor is told who says this."""
    before = len(session.notebook.results)
    for number, start in enumerate(range(0, len(samples), BLOCK)):
        heard = len(session.notebook.sounds)
        session.microphone.hear(samples[np.newaxis, start : start + BLOCK], number * BLOCK / RATE)
        session.runner.notify()
        wait_until(lambda heard=heard: len(session.notebook.sounds) > heard, START_SECONDS)
    return [values["course"] for values, _ in session.notebook.results[before:]]


def test_voice_activity_goes_from_the_file_to_visitors(
    desk: Client, silero: ModelFile, models_folder: Path, sit_down: Callable[..., HostDesk]
) -> None:
    """Recognised without a word, and as sure of the recordings as their authors' program."""
    assert silero.state == "ready", silero.reason
    assert [each["spec"]["task"] for each in silero.proposals] == ["voice"]
    row = published(desk, silero, sound_form.initial_for_sound(silero.proposals[0]["spec"]))
    assert row.key == "voice-activity"
    for name in RECORDINGS:
        heard = float(np.mean(probabilities(sit_down(row), recording(models_folder, name))))
        assert heard == pytest.approx(expected_means(models_folder)[name], abs=0.03), name
        assert heard > 0.5
    assert np.mean(probabilities(sit_down(row), np.zeros(RATE * 2, np.float32))) < 0.1


def test_the_page_of_a_model_that_hears_asks_nothing_about_pictures(desk: Client, silero: ModelFile) -> None:
    html = desk.get(page(silero)).content.decode()
    assert "Voice activity" in html
    assert 'name="threshold"' in html
    assert 'name="colours"' not in html
    assert "twice as fast as people speak" in html


def test_its_preview_is_a_drawing_and_words(desk: Client, silero: ModelFile) -> None:
    address = reverse("admin:processors_modelfile_trials", args=[silero.pk])
    form = sound_form.initial_for_sound(silero.proposals[0]["spec"])
    told = desk.post(address, said_by(form)).json()
    assert told["variants"] == []
    [trial] = told["current"]
    assert (trial["sample"], trial["over"], trial["problem"]) == ("voice", True, "")
    assert trial["picture"].startswith("data:image/jpeg")
    assert "seconds of speech heard" in trial["found"]
    assert "a tenth of a second of sound" in trial["figures"]


def test_a_wrong_description_of_sound_is_told(desk: Client, take: Taken) -> None:
    file = take(loudness_model(), "loud.onnx")
    form = sound_form.initial_for_sound(file.proposals[0]["spec"])
    address = reverse("admin:processors_modelfile_trials", args=[file.pk])
    assert "threshold" in desk.post(address, said_by(form, threshold=3)).json()["errors"]
    assert "key" in desk.post(address, said_by(form, key="object-detection")).json()["errors"]
    assert desk.post(address, said_by(form, base="[]")).json()["errors"]
    assert desk.post(address, {}).json()["errors"]


def test_pictures_and_sound_are_not_mixed_up(take: Taken) -> None:
    loud = take(loudness_model(), "loud.onnx")
    assert loud.measured["frame_ms"] < 1000
    assert "voice-activity" not in dict(spec_form.task_choices())
    assert list(dict(sound_form.sound_choices())) == ["voice-activity"]


def test_it_is_installed_by_name_from_a_file(models_folder: Path, db: None) -> None:
    path = models_folder / "silero-vad" / "silero_vad.onnx"
    [row] = install.install(known.named("silero-vad"), install.Source(file=path))
    assert (row.key, row.title, row.visibility) == ("voice-activity", "Voice activity", "everyone")
    assert catalogue.load_class(row.key, row.configuration).installed


# --- Caffe -----------------------------------------------------------------------------------------


def test_a_caffe_net_goes_from_two_files_to_visitors(
    desk: Client, models_folder: Path, models_dir: Path, sit_down: Callable[..., HostDesk]
) -> None:
    """What its pixels are is found by trying; only the size for camera pictures is set."""
    told = json.loads((models_folder / "wechat-qr-ssd" / "expected.json").read_text())
    [wanted], tolerance = told["expected"], told["tolerance"]
    definition, weights = real_parts(models_folder)
    file = upload_pair(desk, definition, weights)
    assert file.state == "ready", file.reason
    assert file.facts["metadata"]["SHA-256 weights"] == hashlib.sha256(weights).hexdigest()
    assert [path.name for path in models_dir.rglob("*") if path.is_file()] == [f"{file.sha256}.onnx"]
    assert desk.get(page(file)).status_code == 200
    row = published(desk, file, spec_form.initial_for(file.proposals[0]["spec"]), width=400, height=300)
    session = sit_down(row)
    session.picture_of(cv2.imread(str(models_folder / "images" / told["image"])))
    [[label, score, left, top, width, height]] = session.last_data["found"]
    assert label == "object"
    assert score == pytest.approx(wanted["score"], abs=tolerance["score_abs"])
    assert overlap([left, top, left + width, top + height], wanted["box_xyxy"]) >= LEAST_OVERLAP


def test_a_net_that_nothing_recognises_is_ready_to_be_described(desk: Client) -> None:
    file = upload_pair(desk, HALVED, NO_WEIGHTS)
    assert file.state == "ready", file.reason
    assert file.facts["nodes"] == 1
    assert desk.get(page(file)).status_code == 200


@pytest.mark.parametrize(
    ("definition", "weights", "code"),
    [
        (b"hello", NO_WEIGHTS, "bad-definition"),
        (b"\xff\xfe" + HALVED, NO_WEIGHTS, "bad-definition"),
        (b"layer { " * 5000 + b"} " * 5000, NO_WEIGHTS, "bad-definition"),
        (HALVED + b"\x00", NO_WEIGHTS, "bad-definition"),
        (b"layer { nonsense: }", NO_WEIGHTS, "cannot-load-caffe"),
        (HALVED, b"\xff" * 100, "cannot-load-caffe"),
        (HALVED.replace(b"dim: 32 dim: 48", b"dim: 99999 dim: 99999"), NO_WEIGHTS, "input-size"),
        (HALVED.replace(b"kernel_size: 2", b"kernel_size: 900"), NO_WEIGHTS, "cannot-run-caffe"),
    ],
)
def test_what_is_no_net_is_refused_with_a_reason(
    definition: bytes, weights: bytes, code: str, take: Taken, models_dir: Path
) -> None:
    file = take(pair(definition, weights), "net.caffemodel")
    assert (file.state, file.refusal["code"]) == ("refused", code)
    assert file.reason
    assert not [path for path in models_dir.rglob("*") if path.is_file()]


def test_too_many_layers_are_refused(take: Taken, settings: Any) -> None:
    settings.MODEL_NODES = 0
    assert take(pair(), "net.caffemodel").refusal["code"] == "too-many-nodes"


def test_a_pickle_is_no_weights(take: Taken) -> None:
    assert take(pair(weights=b"\x80\x04\x95" + bytes(100)), "net.caffemodel").refusal["code"] == "pickle"


def test_one_half_of_a_net_is_not_taken(desk: Client) -> None:
    definition, weights = arrive(desk, HALVED, "a.prototxt"), arrive(desk, NO_WEIGHTS, "a.caffemodel")
    for half in (definition, weights):
        answer = finish(desk, half, sha256="")
        assert (answer.status_code, answer.json()["code"]) == (400, "half_a_net")
    wrong_way = finish(desk, definition, definition=weights["id"])
    assert (wrong_way.status_code, wrong_way.json()["code"]) == (400, "wrong_pair")
    assert ModelUpload.objects.count() == 2
    assert finish(desk, weights, definition=definition["id"]).status_code == 201
    assert not ModelUpload.objects.exists()


def test_the_definition_must_be_whole_and_ones_own(desk: Client, bob: Any, models_dir: Path) -> None:
    weights = arrive(desk, NO_WEIGHTS, "a.caffemodel")
    definition = arrive(desk, HALVED, "a.prototxt")
    damaged = finish(desk, weights, definition=definition["id"], definition_sha256="0" * 64)
    assert (damaged.status_code, damaged.json()["code"]) == (422, "wrong_hash")
    assert finish(desk, weights, definition=definition["id"]).status_code == 404
    assert finish(desk, weights, definition="../../etc").status_code == 404
    theirs = arrive(desk, HALVED, "b.prototxt")
    ModelUpload.objects.filter(pk=theirs["id"]).update(user=bob)
    assert finish(desk, weights, definition=theirs["id"]).status_code == 404
    assert not list(models_dir.rglob("*.pair"))


def test_a_definition_is_small(desk: Client) -> None:
    asked = json.dumps({"name": "a.prototxt", "size": 2_000_000, "fingerprint": "a"})
    answer = desk.post(reverse("admin:processors_modelfile_begin"), asked, "application/json")
    assert answer.status_code == 413
