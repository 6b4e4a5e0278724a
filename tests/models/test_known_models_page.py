"""The known models in the admin, and INSTALL_MODELS: buttons, progress, failures; from a stand-in for the internet."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from processors.model_store import install, install_at_start, jobs, known, store
from processors.models import Processor

from .file_server import FileServer

pytestmark = pytest.mark.django_db
NAMES = {
    "yolox-nano": "yolox-nano/yolox_nano.onnx",
    "bodypix": "bodypix/bodypix_mobilenetv1_050_stride16.onnx",
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As elsewhere here: at once, and a failure stays in the background."""

    def submit(_desk: Any, _key: str, job: Any) -> bool:
        try:
            job()
        except install.InstallFailed:
            return True
        return True

    monkeypatch.setattr(jobs.Desk, "submit", submit)
    yield
    cache.clear()


@pytest.fixture
def internet(models_folder: Path, settings: Any) -> Iterator[FileServer]:
    server = FileServer(
        {f"/{name}.onnx": (models_folder / path).read_bytes() for name, path in NAMES.items()}
    )
    settings.MODELS_BASE_URL = server.url
    yield server
    server.close()


def press(desk: Client, name: str, action: str) -> Any:
    return desk.post(reverse("admin:processors_modelfile_known_act", args=[name, action]), follow=True)


def state(desk: Client, name: str) -> dict[str, Any]:
    told = desk.get(reverse("admin:processors_modelfile_known_states")).json()["models"]
    return next(model for model in told if model["name"] == name)


def test_one_click_makes_object_detection_ready(desk: Client, internet: FileServer) -> None:
    assert state(desk, "yolox-nano")["state"] == "absent"
    assert press(desk, "yolox-nano", "install").status_code == 200
    assert state(desk, "yolox-nano")["state"] == "installed"
    row = Processor.objects.get(seed="object-detection")
    assert row.configuration["models"][0]["title"] == "YOLOX-nano"
    assert "is whole" in press(desk, "yolox-nano", "verify").content.decode()
    assert "is removed" in press(desk, "yolox-nano", "remove").content.decode()
    row.refresh_from_db()
    assert row.configuration["models"] == []


def test_one_model_may_make_two_processors_ready(desk: Client, internet: FileServer) -> None:
    press(desk, "bodypix", "install")
    with_it = {
        row.key: row.visibility for row in Processor.objects.filter(configuration__icontains="bodypix")
    }
    assert with_it == {"pictogram": "everyone", "pose": "everyone"}


def test_a_failure_is_shown_until_it_works(desk: Client, internet: FileServer) -> None:
    kept, internet.files = internet.files, {}
    press(desk, "yolox-nano", "install")
    assert state(desk, "yolox-nano")["state"] == "failed"
    assert "404" in desk.get(reverse("admin:processors_modelfile_known")).content.decode()
    internet.files = kept
    press(desk, "yolox-nano", "install")
    assert state(desk, "yolox-nano")["state"] == "installed"


def test_progress_is_what_is_on_the_disk(desk: Client) -> None:
    model = known.named("yolox-nano")
    (store.quarantine() / "yolox-nano.part").write_bytes(bytes(model.bytes // 2))
    assert (state(desk, "yolox-nano")["state"], state(desk, "yolox-nano")["percent"]) == ("partial", 50)
    with install._alone(model):
        assert state(desk, "yolox-nano")["state"] == "installing"


def test_somebody_who_looks_keeps_nobody_from_installing(desk: Client, internet: FileServer) -> None:
    (store.quarantine() / "yolox-nano.lock").touch()
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            install.is_under_way(known.named("yolox-nano"))

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        press(desk, "yolox-nano", "install")
    finally:
        ended.set()
        for watcher in watchers:
            watcher.join()
    assert state(desk, "yolox-nano")["state"] == "installed"


def test_only_those_who_may(desk: Client, bob: Any) -> None:
    stranger = Client()
    stranger.force_login(bob)
    assert press(stranger, "yolox-nano", "install").redirect_chain
    assert stranger.get(reverse("admin:processors_modelfile_known_states")).status_code in (302, 403)
    assert (
        desk.get(reverse("admin:processors_modelfile_known_act", args=["yolox-nano", "install"])).status_code
        == 405
    )
    assert press(desk, "nobody", "install").status_code == 404
    assert press(desk, "yolox-nano", "explode").status_code == 404


def test_the_list_can_be_narrowed_to_what_a_processor_needs(desk: Client) -> None:
    text = desk.get(reverse("admin:processors_modelfile_known"), {"for": "pictogram"}).content.decode()
    assert "known-bodypix" in text
    assert "known-yunet" not in text


def test_a_start_brings_what_it_is_told_to(internet: FileServer, settings: Any) -> None:
    settings.INSTALL_MODELS = ["yolox-nano"]
    said: list[str] = []
    install_at_start.begin(said.append)
    assert said == ["The model yolox-nano is being installed in the background."]
    assert install.verify(known.named("yolox-nano"))
    install_at_start.begin(said.append)
    assert len(said) == 1


def test_a_start_without_the_internet_goes_on(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.INSTALL_MODELS, settings.MODELS_BASE_URL = ["yolox-nano"], "http://127.0.0.1:9"
    install_at_start.begin(lambda _line: None)
    assert "could not be installed: http://127.0.0.1:9/yolox-nano.onnx cannot be reached" in caplog.text


def test_a_start_with_an_unknown_name_is_refused(settings: Any) -> None:
    settings.INSTALL_MODELS = ["yolo-max"]
    with pytest.raises(ImproperlyConfigured, match="INSTALL_MODELS: There is no known model 'yolo-max'"):
        install_at_start.begin(lambda _line: None)


def test_a_slow_server_does_not_hold_up_the_start(
    internet: FileServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    settings.INSTALL_MODELS = ["yolox-nano"]
    internet.faults.hold = threading.Event()
    monkeypatch.setattr(install_at_start, "bring", lambda _model: internet.faults.hold.wait(5))  # type: ignore[union-attr]
    install_at_start.begin(lambda _line: None)
    assert jobs.installs.is_busy_with("install yolox-nano")
    internet.faults.hold.set()
