"""The check's page and its reports: for whom, how many, how large, how long, and safe to read."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from rooms.connection_report import ALPHABET, ConnectionReport, plain_code
from rooms.models import Session

REPORT: dict[str, Any] = {
    "verdict": "no_path",
    "title": "Video gets through neither directly nor over the relay.",
    "browser": "<script>alert('browser')</script>",
    "lines": [
        {"name": "direct", "question": "UDP?", "state": "bad", "code": "udp_blocked", "answer": "<b>No</b>"}
    ],
    "paths": [
        {
            "name": "Direct way",
            "connected": False,
            "phases": [{"name": "opened", "ms": 12}],
            "local": ["host udp hidden"],
            "remote": ["host udp 203.0.113.9:50001"],
            "errors": [{"code": 401, "text": "Unauthorized", "url": "turn:turn.example.org"}],
            "pairs": [
                {"local": "host udp", "remote": "host 203.0.113.9:50001", "state": "failed", "requests": 9}
            ],
        }
    ],
    "facts": {"secure": True},
    "extra": "left out",
}


@pytest.fixture(autouse=True)
def open_site(settings: Any, db: None) -> None:
    settings.GUESTS_ALLOWED = True
    cache.clear()


def send(client: Client, report: Any, **headers: str) -> Any:
    body = report if isinstance(report, str) else json.dumps(report)
    return client.post("/check/report/", body, content_type="application/json", **headers)


def test_every_page_leads_there(client: Client) -> None:
    assert 'href="/check/"' in client.get("/about/").content.decode()


def test_guests_check_where_they_are_welcome(client: Client, settings: Any) -> None:
    assert client.get("/check/").status_code == 200
    settings.GUESTS_ALLOWED = False
    assert client.get("/check/").headers["Location"].startswith("/accounts/login/")
    assert send(client, REPORT).status_code in {302, 401}
    assert not ConnectionReport.objects.exists()


def test_the_page_names_kinds_of_relays_and_nothing_else(client: Client, settings: Any) -> None:
    settings.TURN_URLS = ["turn:turn.example.org:3478", "turns:turn.example.org:443?transport=tcp"]
    settings.TURN_SECRET = "a secret that no page has"
    page = client.get("/check/").content.decode()
    assert '"relays": ["udp", "tls"]' in page
    assert "turn.example.org" not in page
    assert settings.TURN_SECRET not in page


def test_the_host_opens_a_report_by_its_code(client: Client, admin_client: Client) -> None:
    code = send(client, REPORT).json()["code"]
    assert set(plain_code(code)) <= set(ALPHABET)
    found = admin_client.get("/admin/rooms/connectionreport/", {"q": f" {code.lower()} "}).content.decode()
    assert code in found
    kept = ConnectionReport.objects.get()
    shown = admin_client.get(f"/admin/rooms/connectionreport/{kept.pk}/change/").content.decode()
    for words in (
        "Neither the direct way",
        "udp_blocked",
        "203.0.113.9:50001",
        "opened 12 ms",
        "401 Unauthorized",
    ):
        assert words in shown
    assert "<script>alert" not in shown
    assert "<b>No</b>" not in shown
    assert "left out" not in shown


def test_nobody_else_does(client: Client, bob: Any) -> None:
    send(client, REPORT)
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    kept = ConnectionReport.objects.get()
    assert client.get(f"/admin/rooms/connectionreport/{kept.pk}/change/").status_code in {302, 403}


@pytest.mark.parametrize(
    "wrong",
    [
        "not JSON",
        "[]",
        '{"verdict": "mine"}',
        json.dumps(REPORT | {"lines": ["a"]}),
        json.dumps(REPORT | {"lines": [{}] * 100}),
        json.dumps(REPORT | {"facts": {"a": [[[[[[[1]]]]]]]}}),
        json.dumps(REPORT | {"title": "x" * 60_000}),
        "[" * 10_000,
    ],
)
def test_what_is_no_report_is_refused(client: Client, wrong: str) -> None:
    assert send(client, wrong).status_code == 400
    assert not ConnectionReport.objects.exists()


def test_long_texts_are_cut(client: Client) -> None:
    send(client, REPORT | {"browser": "x" * 5000 + "\0"})
    assert len(ConnectionReport.objects.get().report["browser"]) == 600


def test_one_address_sends_ten_in_ten_minutes(client: Client) -> None:
    answers = [send(client, REPORT, REMOTE_ADDR="198.51.100.7").status_code for _ in range(11)]
    assert answers == [201] * 10 + [429]
    assert send(client, REPORT, REMOTE_ADDR="198.51.100.8").status_code == 201


def test_forged_ones_are_refused() -> None:
    assert send(Client(enforce_csrf_checks=True), REPORT).status_code == 403


def test_old_ones_and_too_many_are_forgotten(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.connection_report.MOST_REPORTS", 3)
    codes = [plain_code(send(client, REPORT).json()["code"]) for _ in range(5)]
    assert set(ConnectionReport.objects.values_list("code", flat=True)) == set(codes[2:])
    ConnectionReport.objects.update(created=timezone.now() - timedelta(days=15))
    ConnectionReport.objects.past_retention().delete()
    assert not ConnectionReport.objects.exists()
    assert not Session.objects.exists()
