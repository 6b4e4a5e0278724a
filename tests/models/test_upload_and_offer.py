"""An admin uploads a model in slices, describes it and offers it; through the admin's client, with real children."""

import hashlib
import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from processors.model_store import checking, gate, jobs, spec_form, store, trials, uploads
from processors.model_store.rows import ModelFile, ModelUpload
from processors.models import Processor

from . import made
from .published import AS_EXPECTED, Published, SitDown

SLICE = 100_000
TASKS = {
    "bodypix": ("keypoints", "bodypix"),
    "deeplab-v3": ("segmentation", "argmax"),
    "fastestdet": ("detection", "fastestdet"),
    "nanodet-m": ("detection", "gfl"),
    "person-lite": ("detection", "yolox"),
    "selfie-segmentation": ("segmentation", "mask"),
    "style-nc16": ("image", "image"),
    "style-nc8": ("image", "image"),
    "ultraface": ("faces", "ssd-raw"),
    "yolox-nano": ("detection", "yolox"),
    "yunet": ("faces", "yunet"),
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's transaction is not seen by other threads: do what would be done in the background at once."""
    monkeypatch.setattr(jobs.Desk, "submit", lambda _desk, _key, job: job() or True)


def begin(desk: Client, data: bytes, name: str = "model.onnx") -> Any:
    asked = {"name": name, "size": len(data), "fingerprint": f"{name}|{len(data)}|1"}
    return desk.post(reverse("admin:processors_modelfile_begin"), json.dumps(asked), "application/json")


def put(desk: Client, place: dict[str, Any], offset: int, data: bytes) -> Any:
    return desk.put(f"{place['url']}?offset={offset}", data, "application/octet-stream")


def upload(desk: Client, data: bytes, name: str = "model.onnx", slice_bytes: int = SLICE) -> ModelFile:
    place = begin(desk, data, name).json()
    for offset in range(0, len(data), slice_bytes):
        answer = put(desk, place, offset, data[offset : offset + slice_bytes])
        assert answer.status_code == 200, answer.content
    said = {"sha256": hashlib.sha256(data).hexdigest()}
    answer = desk.post(place["finish"], json.dumps(said), "application/json")
    assert answer.status_code == 201, answer.content
    return ModelFile.objects.get(sha256=said["sha256"])


def page(file: ModelFile) -> str:
    return reverse("admin:processors_modelfile_change", args=[file.pk])


def described(file: ModelFile, **changes: Any) -> dict[str, Any]:
    """What the browser would send if nobody touched the form."""
    values = spec_form.initial_for(file.proposals[0]["spec"])
    values["base"] = json.dumps(values["base"])
    return {**values, "title": "A model", "target": "", **changes}


@pytest.fixture
def person_lite(models_folder: Path) -> bytes:
    return (models_folder / "person-lite" / "person_lite.onnx").read_bytes()


@pytest.mark.parametrize("folder", sorted(TASKS))
def test_every_test_model_is_recognised_published_and_right_without_a_word(
    folder: str, desk: Client, models_folder: Path, sit_down: SitDown
) -> None:
    for path in sorted((models_folder / folder).glob("*.onnx")):
        file = upload(desk, path.read_bytes(), path.name, slice_bytes=uploads.SLICE_BYTES)
        assert file.state == "ready", file.reason
        spec = file.proposals[0]["spec"]
        assert (spec["task"], spec["convention"]) == TASKS[folder]
        assert desk.get(page(file)).status_code == 200
        answer = desk.post(page(file), described(file, title=path.stem, _publish="1"), follow=True)
        row = Processor.objects.filter(configuration__icontains=file.sha256).first()
        assert row, [str(message) for message in answer.context["messages"]]
        assert row.visibility == "everyone"
        # What was recognised is what runs: the form adds nothing and loses nothing.
        assert row.configuration["models"][-1]["spec"] == spec
        assert row.key == spec_form.key_for(spec)
        AS_EXPECTED[row.key](Published(row, path, sit_down))


def test_every_expected_model_is_uploaded_here(models_folder: Path) -> None:
    """Sound and Caffe are in test_upload_sound_and_caffe.py; recordings are no model."""
    expected = {path.parent.name for path in models_folder.glob("*/expected.json")}
    assert expected - set(TASKS) == {"audio", "silero-vad", "wechat-qr-ssd"}


# --- slices --------------------------------------------------------------------------------------


def test_an_upload_goes_on_after_the_page_was_closed(desk: Client, person_lite: bytes) -> None:
    place = begin(desk, person_lite).json()
    put(desk, place, 0, person_lite[:SLICE])
    assert "are here" in desk.get(reverse("admin:processors_modelfile_add")).content.decode()
    again = begin(desk, person_lite).json()
    assert (again["url"], again["received"]) == (place["url"], SLICE)
    wrong = put(desk, again, 0, person_lite[:SLICE])
    assert (wrong.status_code, wrong.json()["received"]) == (409, SLICE)
    assert put(desk, again, SLICE, person_lite[SLICE : 2 * SLICE]).json()["received"] == 2 * SLICE
    early = desk.post(place["finish"], "{}", "application/json")
    assert (early.status_code, early.json()["received"]) == (409, 2 * SLICE)


def test_damage_on_the_way_is_noticed(desk: Client, models_dir: Path) -> None:
    data = made.identity().SerializeToString()
    place = begin(desk, data).json()
    put(desk, place, 0, data[:-1] + b"\0")
    said = json.dumps({"sha256": hashlib.sha256(data).hexdigest()})
    answer = desk.post(place["finish"], said, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_hash")
    assert not [path for path in models_dir.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["weights.pt", "weights.pkl", "weights.zip", "weights.onnx.exe", "onnx"])
def test_other_files_are_415(name: str, desk: Client) -> None:
    assert begin(desk, b"x" * 100, name).status_code == 415


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"\x80\x04\x95", b"\x1f\x8b\x08", b"\x89HDF"])
def test_a_file_in_disguise_is_415_at_its_first_slice(head: bytes, desk: Client) -> None:
    data = head + bytes(500)
    assert put(desk, begin(desk, data).json(), 0, data).status_code == 415


def test_a_long_name_is_the_same_upload_again(desk: Client) -> None:
    name = "m" * 400 + ".onnx"
    assert begin(desk, bytes(10), name).json()["id"] == begin(desk, bytes(10), name).json()["id"]


def test_the_same_fingerprint_with_another_size_begins_anew(desk: Client) -> None:
    address = reverse("admin:processors_modelfile_begin")
    asked = {"name": "a.onnx", "size": 10, "fingerprint": "a"}
    first = desk.post(address, json.dumps(asked), "application/json").json()
    second = desk.post(address, json.dumps({**asked, "size": 20}), "application/json").json()
    assert first["id"] != second["id"]
    assert ModelUpload.objects.get().size == 20


def test_what_is_no_json_is_refused(desk: Client) -> None:
    address = reverse("admin:processors_modelfile_begin")
    for body in ("[" * 4000, "{", "[]", '"x"'):
        assert desk.post(address, body, "application/json").status_code == 400


def test_sizes_are_limited(desk: Client, settings: Any) -> None:
    settings.MODEL_BYTES = 1000
    assert begin(desk, bytes(1001)).status_code == 413
    assert begin(desk, b"").status_code == 400
    place = begin(desk, bytes(1000)).json()
    too_much = put(desk, place, 0, b"\x08" * (uploads.SLICE_BYTES + 1))
    assert too_much.status_code == 413
    assert put(desk, place, 0, b"\x08" * 1001).status_code == 400


def test_the_name_never_becomes_a_path(desk: Client, models_dir: Path) -> None:
    file = upload(desk, made.identity().SerializeToString(), "../../../escaped.onnx")
    assert file.name == "../../../escaped.onnx"
    names = {path.name for path in models_dir.rglob("*") if path.is_file()}
    assert names == {f"{file.sha256}.onnx"}


def test_a_canceled_upload_leaves_nothing(desk: Client, models_dir: Path) -> None:
    place = begin(desk, bytes(10)).json()
    put(desk, place, 0, b"\x08" * 5)
    assert desk.delete(place["url"]).status_code == 200
    assert not ModelUpload.objects.exists()
    assert not [path for path in models_dir.rglob("*") if path.is_file()]


def test_an_old_upload_is_canceled_from_the_page(desk: Client, models_dir: Path, charlie: Any) -> None:
    for number in range(uploads.UPLOADS_PER_USER):
        place = begin(desk, b"0" * 100, f"{number}.onnx").json()
        put(desk, place, 0, b"0" * 50)
    assert begin(desk, b"0" * 100, "more.onnx").json()["code"] == "too_many_uploads"
    button = reverse("admin:processors_modelfile_cancel", args=[place["id"]])
    assert button in desk.get(reverse("admin:processors_modelfile_add")).content.decode()
    charlie.user_permissions.add(Permission.objects.get(codename="add_modelfile"))
    charlie.is_staff = True
    charlie.save()
    other = Client()
    other.force_login(charlie)
    assert other.post(button).status_code == 404
    assert desk.get(button).status_code == 405
    page = desk.post(button, follow=True).content.decode()
    assert "is canceled" in page
    assert button not in page
    assert begin(desk, b"0" * 100, "more.onnx").status_code == 201


def test_uploads_of_others_are_ended_by_who_may_delete_models(
    desk: Client, models_dir: Path, charlie: Any
) -> None:
    put(desk, begin(desk, b"0" * 100, "large.onnx").json(), 0, b"0" * 50)
    upload = ModelUpload.objects.get()
    button = reverse("admin:processors_modelfile_cancel", args=[upload.pk])
    charlie.user_permissions.set(
        Permission.objects.filter(codename__in=("add_modelfile", "delete_modelfile"))
    )
    charlie.is_staff = True
    charlie.save()
    other = Client()
    other.force_login(charlie)
    page = other.get(reverse("admin:processors_modelfile_add")).content.decode()
    assert "Unfinished uploads of others" in page
    assert f"large.onnx ({upload.user.name})" in page
    assert (
        other.put(f"{reverse('admin:processors_modelfile_slice', args=[upload.pk])}?offset=50").status_code
        == 404
    )
    assert other.post(button).status_code == 302
    assert not ModelUpload.objects.exists()
    assert not [path for path in models_dir.rglob("*") if path.is_file()]


def test_what_nobody_continues_is_deleted(desk: Client, models_dir: Path, alice: Any) -> None:
    for days, name in ((0, "young.onnx"), (3, "old.onnx"), (3, "orphan.onnx")):
        put(desk, begin(desk, bytes(10), name).json(), 0, b"\x08" * 5)
        upload = ModelUpload.objects.get(name=name)
        path, then = uploads.path_of(upload), time.time() - days * 24 * 3600
        os.utime(path, (then, then))
        ModelUpload.objects.filter(pk=upload.pk).update(created=datetime.fromtimestamp(then, UTC))
    ModelUpload.objects.filter(name="orphan.onnx").delete()
    uploads.delete_expired()
    assert [upload.name for upload in ModelUpload.objects.all()] == ["young.onnx"]
    assert len(list((models_dir / "quarantine").iterdir())) == 1


def test_only_those_who_may_send_and_each_his_own(desk: Client, bob: Any, charlie: Any) -> None:
    data = made.identity().SerializeToString()
    place = begin(desk, data).json()
    stranger, staff = Client(), Client()
    stranger.force_login(bob)
    type(charlie).objects.filter(pk=charlie.pk).update(is_staff=True)
    charlie.refresh_from_db()
    staff.force_login(charlie)
    for client in (stranger, staff):
        assert begin(client, data).status_code in (302, 403)
        assert put(client, place, 0, data).status_code in (302, 403)
    charlie.is_superuser = True
    charlie.save()
    assert put(staff, place, 0, data).status_code == 404


def test_a_forged_request_is_refused(alice: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert begin(client, b"x").status_code == 403


# --- describe, measure, offer ----------------------------------------------------------------------


def test_what_another_process_has_checked_is_not_checked_again(desk: Client) -> None:
    """It waited in two queues; the second one finds no file in the quarantine any more."""
    file = upload(desk, made.identity().SerializeToString())
    late = ModelFile.objects.get(pk=file.pk)
    late.state = "quarantined"
    store.check(late)
    assert late.is_ready
    checking.run(file.pk)
    file.refresh_from_db()
    assert file.is_ready
    assert store.path_of(file).is_file()


def test_a_file_that_another_process_looks_into_is_left_to_it(desk: Client, settings: Any) -> None:
    settings.EMBEDDED = False
    file = upload(desk, made.identity().SerializeToString())
    for touched, expected in ((timezone.now(), "checking"), (timezone.now() - timedelta(hours=1), "ready")):
        ModelFile.objects.filter(pk=file.pk).update(state="checking", touched=touched)
        checking.run(file.pk)
        file.refresh_from_db()
        assert file.state == expected


def test_a_page_that_is_not_there_is_404(desk: Client) -> None:
    for number in ("7", "seven"):
        assert desk.get(f"/admin/processors/modelfile/{number}/change/").status_code == 404
    row = Processor.objects.create(title="A", slug="a", key="classification")
    versions = reverse("admin:processors_processor_versions", args=[row.pk])
    for number in ("seven", "9" * 20):
        assert desk.post(versions, {"number": number}).status_code == 404
    file = upload(desk, made.identity().SerializeToString())
    address = reverse("admin:processors_modelfile_trials", args=[file.pk])
    for numbers in ("9" * 20, ",".join(map(str, range(2000)))):
        assert desk.get(address, {"ids": numbers}).json() == {"trials": []}


def test_an_offer_needs_the_right_to_change_processors(
    desk: Client, person_lite: bytes, charlie: Any
) -> None:
    """It may go to a processor that visitors have."""
    file = upload(desk, person_lite)
    wanted = ("add_modelfile", "view_modelfile", "change_modelfile", "add_processor")
    charlie.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    type(charlie).objects.filter(pk=charlie.pk).update(is_staff=True)
    staff = Client()
    staff.force_login(charlie)
    assert staff.get(page(file)).status_code == 200
    before = Processor.objects.count()
    staff.post(page(file), described(file))
    assert Processor.objects.count() == before
    assert staff.post(reverse("admin:processors_modelfile_trials", args=[file.pk])).status_code == 403


def test_the_page_previews_colours_and_values_side_by_side(desk: Client, person_lite: bytes) -> None:
    file = upload(desk, person_lite, "person.onnx")
    address = reverse("admin:processors_modelfile_trials", args=[file.pk])
    told = desk.post(address, described(file)).json()
    assert [(one["colours"], one["scaling"]) for one in told["variants"]] == [
        ("rgb", "0-255"),
        ("bgr", "0-255"),
        ("rgb", "0-1"),
        ("bgr", "0-1"),
    ]
    assert {one["sample"] for one in told["current"]} == {"portrait", "street"}
    ids = [one["trial"]["id"] for one in told["variants"]]
    seen = {one["id"]: one for one in desk.get(address, {"ids": ",".join(map(str, ids))}).json()["trials"]}
    assert all(one["over"] and one["picture"].startswith("data:image/jpeg") for one in seen.values())
    right, wrong = seen[ids[1]], seen[ids[3]]
    assert "object" in right["found"]
    assert wrong["found"] == "0 found"
    assert "frames per second" in right["figures"]


def test_a_description_that_cannot_be_is_told_at_its_field(desk: Client, person_lite: bytes) -> None:
    file = upload(desk, person_lite)
    address = reverse("admin:processors_modelfile_trials", args=[file.pk])
    assert "width" in desk.post(address, described(file, width=3)).json()["errors"]
    other = desk.post(address, described(file, key="style-transfer")).json()["errors"]
    assert other


def test_a_description_that_does_not_fit_the_model_is_told_as_a_failed_trial(
    desk: Client, person_lite: bytes
) -> None:
    file = upload(desk, person_lite)
    address = reverse("admin:processors_modelfile_trials", args=[file.pk])
    told = desk.post(address, described(file, width=200)).json()["current"][0]
    assert told["over"]
    assert told["error"]
    answer = desk.post(page(file), described(file, width=200, _publish="1"))
    assert answer.status_code == 200
    assert not Processor.objects.filter(configuration__icontains=file.sha256).exists()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("MODEL_MIN_FPS", 100_000.0, "frames per second"), ("MODEL_MAX_MEMORY_BYTES", 1024 * 1024, "of memory")],
)
def test_what_does_not_hold_its_pace_is_not_published(
    name: str, value: Any, words: str, desk: Client, person_lite: bytes, settings: Any
) -> None:
    file = upload(desk, person_lite)
    setattr(settings, name, value)
    answer = desk.post(page(file), described(file, _publish="1"))
    [message] = [str(message) for message in answer.context["messages"]]
    assert words in message
    assert name in message
    assert not Processor.objects.filter(configuration__icontains=file.sha256).exists()
    # As a draft it may be tried; the other doors to visitors are shut as well.
    desk.post(page(file), described(file, _draft="1"))
    row = Processor.objects.get(configuration__icontains=file.sha256)
    assert row.visibility == "draft"
    assert words in gate.hindrance(row)
    desk.post(
        reverse("admin:processors_processor_changelist"), {"action": "publish", "_selected_action": row.pk}
    )
    row.refresh_from_db()
    assert row.visibility == "draft"


def test_weak_isolation_keeps_uploads_from_visitors(
    desk: Client, person_lite: bytes, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr("processors.sandbox.level", lambda: "limits")
    file = upload(desk, person_lite)
    desk.post(page(file), described(file, _publish="1"))
    assert not Processor.objects.filter(configuration__icontains=file.sha256).exists()
    settings.ALLOW_WEAK_ISOLATION = True
    desk.post(page(file), described(file, _publish="1"))
    assert Processor.objects.get(configuration__icontains=file.sha256).visibility == "everyone"


def test_a_model_that_nothing_recognises_can_be_described_by_hand(desk: Client) -> None:
    file = upload(desk, made.odd().SerializeToString(), "odd.onnx")
    assert file.proposals == []
    assert "Nothing about this model is recognised" in desk.get(page(file)).content.decode()


def test_a_second_style_joins_the_menu_of_the_first(desk: Client, models_folder: Path) -> None:
    rows = [
        upload(desk, path.read_bytes(), path.name, slice_bytes=uploads.SLICE_BYTES)
        for path in sorted((models_folder / "style-nc16").glob("*.onnx"))[:2]
    ]
    desk.post(page(rows[0]), described(rows[0], title="Candy", _draft="1"))
    row = Processor.objects.get(configuration__icontains=rows[0].sha256)
    desk.post(page(rows[1]), described(rows[1], title="Rain", target=str(row.pk), _draft="1"))
    row.refresh_from_db()
    assert [item["title"] for item in row.configuration["models"]] == ["Candy", "Rain"]


def test_an_offered_model_can_be_tried_on_a_sample(desk: Client, person_lite: bytes) -> None:
    file = upload(desk, person_lite)
    desk.post(page(file), described(file, title="Finder", _draft="1"))
    row = Processor.objects.get(title="Finder")
    report = desk.get(reverse("admin:processors_processor_try", args=[row.pk])).context["report"]
    assert report["data"]["count"] == 1


# --- versions --------------------------------------------------------------------------------------


def test_a_new_version_and_back_again(desk: Client, models_folder: Path, person_lite: bytes) -> None:
    first = upload(desk, person_lite, "person.onnx")
    desk.post(page(first), described(first, title="Finder", _publish="1"))
    row = Processor.objects.get(title="Finder")
    running = row.spec()
    nano = models_folder / "yolox-nano" / "yolox_nano.onnx"
    second = upload(desk, nano.read_bytes(), nano.name, slice_bytes=uploads.SLICE_BYTES)
    desk.post(page(second), described(second, title="Nano", target=str(row.pk)))
    row.refresh_from_db()
    assert row.configuration["models"][0]["sha256"] == second.sha256
    address = reverse("admin:processors_processor_versions", args=[row.pk])
    assert "Go back" in desk.get(address).content.decode()
    desk.post(address, {"number": running["version"]})
    row.refresh_from_db()
    assert row.configuration["models"][0]["sha256"] == first.sha256
    assert row.version == running["version"] + 2
    assert row.visibility == "everyone"


def test_there_is_no_way_back_to_a_model_that_is_gone(desk: Client, person_lite: bytes) -> None:
    file = upload(desk, person_lite)
    desk.post(page(file), described(file, title="Finder", _draft="1"))
    row = Processor.objects.get(title="Finder")
    old = row.version
    row.configuration = {}
    row.save()
    desk.post(reverse("admin:processors_modelfile_delete", args=[file.pk]), {"post": "yes"})
    assert not ModelFile.objects.exists()
    assert not store.file_in(store.folder(), file.sha256).exists()
    address = reverse("admin:processors_processor_versions", args=[row.pk])
    answer = desk.post(address, {"number": old}, follow=True)
    assert "was deleted" in str([*answer.context["messages"]][-1])


def test_a_model_in_use_is_not_deleted(desk: Client, person_lite: bytes) -> None:
    file = upload(desk, person_lite)
    desk.post(page(file), described(file, title="Finder", _draft="1"))
    assert (
        desk.post(reverse("admin:processors_modelfile_delete", args=[file.pk]), {"post": "yes"}).status_code
        == 403
    )
    listed = reverse("admin:processors_modelfile_changelist")
    data = {"action": "delete_selected", "_selected_action": file.pk, "post": "yes"}
    desk.post(listed, data)
    assert ModelFile.objects.exists()


# --- jobs ------------------------------------------------------------------------------------------


def test_trials_are_made_once(desk: Client, person_lite: bytes) -> None:
    file = upload(desk, person_lite)
    spec = file.proposals[0]["spec"]
    first = trials.ask(file, "object-detection", spec, "street")
    touched = first.touched
    again = trials.ask(file, "object-detection", spec, "street")
    assert (again.pk, again.touched) == (first.pk, touched)


def test_a_desk_survives_a_job_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    done = threading.Event()
    background = jobs.Desk("test")
    assert background.submit("bad", lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    assert background.submit("good", done.set)
    assert done.wait(5)


def test_what_waits_is_not_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    go, background = threading.Event(), jobs.Desk("test")
    assert background.submit("same", lambda: go.wait(5) and None)
    assert not background.submit("same", lambda: None)
    assert background.is_busy_with("same")
    go.set()
