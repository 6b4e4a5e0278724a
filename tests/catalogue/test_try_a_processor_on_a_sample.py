"""The admin's test bench, with the real child process."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from processors import bench_view, sandbox
from processors.models import ParameterFile, Processor
from tests.support.processes import ROOT
from tests.support.site import PLUGIN_FOLDER

from .conftest import Browser, make_row, png


def url(row: Processor) -> str:
    return reverse("admin:processors_processor_try", args=[row.pk])


def test_a_visit_shows_what_goes_in_what_comes_out_and_how_long_it_took(admin_browser: Client) -> None:
    response = admin_browser.get(url(make_row("edges", key="edges")))
    report = response.context["report"]
    assert report["frame_ms"] > 0
    assert response.content.decode().count("data:image/jpeg;base64,") == 2
    assert "ms a frame" in response.content.decode()


def test_results_are_listed(admin_browser: Client) -> None:
    row = make_row("qr", key="qr")
    assert admin_browser.post(url(row), {"sample": "street"}).context["report"]["data"]["text"] == "Showroom"


def test_it_uses_the_defaults_of_the_row(admin_browser: Client) -> None:
    plain = admin_browser.get(url(make_row("plain", key="flip"))).context["report"]["picture"]
    row = make_row("turned", key="flip", parameters={"direction": "both"})
    assert admin_browser.get(url(row)).context["report"]["picture"] != plain


def test_a_file_of_the_row_is_handed_on(admin_browser: Client, row: Processor) -> None:
    file = ParameterFile.objects.create(processor=row, name="a.png", content_type="image/png", data=png())
    row.parameters = {"picture": {"file": str(file.pk), "name": "a.png"}, "size": 2}
    assert bench_view.values_of(row)["picture"]["type"] == "image/png"
    assert bench_view.values_of(row)["size"] == 2


def test_ones_own_picture_can_be_tried(admin_browser: Client, row: Processor) -> None:
    upload = SimpleUploadedFile("mine.png", png(64, 48), "image/png")
    response = admin_browser.post(url(row), {"picture": upload})
    assert response.context["report"]["frame_ms"] >= 0
    broken = SimpleUploadedFile("mine.png", b"nothing", "image/png")
    assert "cannot be read" in admin_browser.post(url(row), {"picture": broken}).content.decode()


@pytest.mark.parametrize("key", ["gain", "level-meter", "echo", "frame-counter", "passthrough"])
def test_every_sort_of_processor_can_be_tried(key: str, admin_browser: Client) -> None:
    assert "error" not in admin_browser.get(url(make_row(key, key=key))).context["report"]


def test_a_class_that_is_gone_is_explained(admin_browser: Client) -> None:
    response = admin_browser.get(url(make_row("gone", key="uninstalled")))
    assert "it may have been uninstalled" in response.content.decode()


def test_a_processor_that_hangs_is_ended(
    admin_browser: Client, row: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_view, "DEADLINE_SECONDS", 0.01)
    assert "No result within" in admin_browser.get(url(row)).content.decode()


CHATTY = """
from processors.base import VideoProcessor

class Chatty(VideoProcessor):
    label = "Chatty"

    def process(self, image):
        print("I was asked")
        return image.copy()
"""


def test_what_a_processor_prints_does_not_spoil_its_report(
    admin_browser: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "chatty-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: chatty\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[showroom.processors]\nchatty = chatty:Chatty\n")
    (tmp_path / "chatty.py").write_text(CHATTY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    row = make_row("chatty", key="chatty", visibility="staff")
    assert admin_browser.get(url(row)).context["report"]["picture"]


@pytest.mark.parametrize("level", sandbox.LEVELS)
def test_code_of_others_is_kept_apart_as_in_the_hosts_of_this_site(
    level: str, admin_browser: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOST_ISOLATION = level
    monkeypatch.setenv("PYTHONPATH", str(PLUGIN_FOLDER))
    row = make_row(
        "spy",
        key="test-spy",
        visibility="staff",
        configuration={"settings": str(ROOT / "config" / "settings.py")},
        parameters={"attempt": "settings"},
    )
    outcome = admin_browser.get(url(row)).context["report"]["data"]["outcome"]
    assert outcome.startswith("refused") == (level != "limits")


@pytest.mark.parametrize("attempt", ["write", "socket", "secret"])
def test_code_of_others_is_kept_apart_here_as_well(attempt: str, tmp_path: Path) -> None:
    secret, written = tmp_path / "secret_key", tmp_path / "written"
    secret.write_text("in-a-file")
    with socket.create_server(("127.0.0.1", 0)) as door:
        configuration = {"port": door.getsockname()[1], "secret": str(secret), "writable": str(written)}
        order = {"key": "test-spy", "configuration": configuration, "values": {"attempt": attempt}}
        done = subprocess.run(
            [sys.executable, "-m", "processors.bench"],
            cwd=ROOT,
            env=bench_view.clean_environment() | {"PYTHONPATH": str(PLUGIN_FOLDER)},
            input=json.dumps(order),
            capture_output=True,
            check=True,
            text=True,
        )
    assert json.loads(done.stdout)["data"]["outcome"].startswith("refused")
    assert not written.exists()


def test_the_child_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    assert "SECRET_KEY" not in bench_view.clean_environment()


def test_only_those_who_may_change_it_may_try_it(
    row: Processor, stella: Any, bob: Any, browser: Browser
) -> None:
    assert browser(stella).get(url(row)).status_code == 403
    assert browser(bob).get(url(row)).status_code in (302, 403)
