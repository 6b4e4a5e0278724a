"""The catalogue for programs, with the same rights as the pages."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from processors.hosts import HostReport
from processors.models import Processor
from rooms.api import mark_of
from workers import door
from workers.readiness import WorkerReport
from workers.registry import Heartbeat, RegistryUnavailable

from .conftest import Browser
from .test_who_may_open_a_processor import CASES, MISSING, OPENS, REFUSED, SIGN_IN

STATUS = {OPENS: 200, MISSING: 404, REFUSED: 403, SIGN_IN: 401}


@pytest.fixture(autouse=True)
def registry() -> Iterator[Any]:
    door.forget()
    yield door.registry()
    door.forget()


def worker_comes(registry: Any, capacity: int = 4, **told: Any) -> None:
    asyncio.run(registry.beat(Heartbeat("worker-1", capacity, **told)))


@pytest.mark.parametrize(("visibility", "who", "expected"), CASES)
def test_the_matrix(
    visibility: str,
    who: str,
    expected: str,
    rows: Any,
    browser: Browser,
    guests_welcome: None,
    request: pytest.FixtureRequest,
) -> None:
    response = browser(request.getfixturevalue(who)).get(f"/api/processors/{visibility}/")
    assert response.status_code == STATUS[expected]
    assert ("code" in response.json()) == (expected != OPENS)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("guest", ["everyone"]),
        ("bob", ["everyone", "members"]),
        ("stella", ["everyone", "members", "staff"]),
    ],
)
def test_the_list_is_the_gallery_of_the_visitor(
    who: str, expected: list[str], rows: Any, browser: Browser, guests_welcome: None, request: Any
) -> None:
    answer = browser(request.getfixturevalue(who)).get("/api/processors/").json()
    assert sorted(item["slug"] for item in answer) == expected


@pytest.mark.parametrize("path", ["/api/processors/", "/api/processors/everyone/", "/api/processors/none/"])
def test_without_guests_a_visitor_is_asked_to_sign_in(
    path: str, rows: Any, browser: Browser, guest: Any, settings: Any
) -> None:
    settings.GUESTS_ALLOWED = False
    response = browser(guest).get(path)
    assert response.status_code == 401
    assert response.json()["code"] == "not_allowed"


def test_an_answer_carries_the_manifest_and_the_row(row: Processor, browser: Browser, bob: Any) -> None:
    row.description, row.session_limit = "A long hall.", 3
    row.save()
    answer = browser(bob).get("/api/processors/hall/").json()
    assert answer["description"] == "A long hall."
    assert answer["session_limit"] == 3
    assert answer["takes"] == ["video"]
    assert answer["url"] == "/p/hall/"
    assert {"parameters", "results", "constraints", "defaults", "privacy"} <= answer.keys()


def test_states_come_from_the_registry(row: Processor, browser: Browser, bob: Any, registry: Any) -> None:
    assert state(browser(bob)) == "offline"
    worker_comes(registry)
    assert state(browser(bob)) == "ready"
    worker_comes(registry, capacity=0)
    assert state(browser(bob)) == "busy"


def test_a_class_that_is_gone_is_not_installed(
    row: Processor, browser: Browser, bob: Any, registry: Any
) -> None:
    worker_comes(registry)
    Processor.objects.update(key="uninstalled")
    assert state(browser(bob)) == "not_installed"
    assert browser(bob).get("/api/processors/").json()[0]["state"] == "not_installed"


def test_what_workers_say_of_the_host_of_a_row_is_its_state(
    row: Processor, browser: Browser, bob: Any, alice: Any, registry: Any
) -> None:
    told = HostReport(mark_of(row), row.key, row.version, "loading")
    worker_comes(registry, report=WorkerReport(hosts=(told,)))
    assert state(browser(bob)) == "loading"
    failed = told._replace(state="failed", reason="The file is gone.")
    worker_comes(registry, report=WorkerReport(hosts=(failed,)))
    assert state(browser(bob)) == "failed"
    assert "reason" not in browser(bob).get("/api/processors/").json()[0]
    assert browser(alice).get("/api/processors/hall/").json()["reason"] == "The file is gone."
    asyncio.run(
        registry.beat(Heartbeat("another", 4, report=WorkerReport(hosts=(told._replace(state="ready"),))))
    )
    assert state(browser(bob)) == "ready"
    row.configuration = {"size": 3}
    row.save()
    asyncio.run(registry.retire("another"))
    assert state(browser(bob)) == "ready", "the host of an earlier version says nothing about this one"


def test_a_registry_that_does_not_answer_is_offline(
    row: Processor, browser: Browser, bob: Any, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise RegistryUnavailable

    monkeypatch.setattr(registry, "readiness", away)
    assert state(browser(bob)) == "offline"


def test_only_reading_is_possible(row: Processor, browser: Browser, alice: Any) -> None:
    assert browser(alice).post("/api/processors/hall/").status_code == 405


def state(client: Any) -> str:
    answer: str = client.get("/api/processors/hall/").json()["state"]
    return answer
