"""What workers hear of a changed row, and what the catalogue hears of the workers."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from processors.model_store import gate
from processors.models import Processor
from processors.visibility import Visibility
from tests.support.patience import patient, wait_until
from workers import catalogue_news, door
from workers.readiness import WorkerReport
from workers.registry import Heartbeat, Registry, RegistryUnavailable

from .conftest import make_row


class ListeningWorker:
    """A loop in a thread, as the embedded worker's, that notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = door.transport().receive_as_worker("one", self.heard.append)
        self._listening = asyncio.run_coroutine_threadsafe(listening, self._loop)
        # A loop runs what it is given in order: once this one has run, that one listens.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result(patient(5))

    def next(self) -> dict[str, Any]:
        wait_until(lambda: self.heard, "the worker hears it", seconds=5)
        return self.heard.pop(0)

    def close(self) -> None:
        self._listening.cancel()
        # Long enough for it to end before its loop does.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), self._loop).result(patient(5))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@pytest.fixture(autouse=True)
def registry() -> Iterator[Registry]:
    door.forget()
    yield door.registry()
    door.forget()


@pytest.fixture
def worker(registry: Registry) -> Iterator[ListeningWorker]:
    worker = ListeningWorker()
    beats(registry, "one", WorkerReport("namespaces", files_hidden=True))
    yield worker
    worker.close()


def beats(registry: Registry, name: str, report: WorkerReport) -> None:
    asyncio.run(registry.beat(Heartbeat(name, 4, report=report)))


@pytest.mark.django_db(transaction=True)
def test_workers_hear_of_a_row_when_it_is_published_changed_and_withdrawn(worker: ListeningWorker) -> None:
    row = make_row("hall", visibility=Visibility.DRAFT)
    assert worker.next() == {"type": "withdrawn", "slug": "hall"}
    row.publish()
    assert worker.next() == {"type": "published", "processor": row.spec()}
    row.configuration = {"size": 3}
    row.save()
    assert worker.next()["processor"]["version"] == 2
    row.retire()
    assert worker.next() == {"type": "withdrawn", "slug": "hall"}
    row.delete()
    assert worker.next() == {"type": "withdrawn", "slug": "hall"}


@pytest.mark.django_db(transaction=True)
def test_a_row_is_saved_also_while_the_registry_is_away(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise RegistryUnavailable

    monkeypatch.setattr(registry, "workers", away)
    make_row("hall")
    assert Processor.objects.filter(slug="hall").exists()
    assert catalogue_news.isolation_of_workers() == []


def test_the_weakest_worker_decides_what_visitors_may_meet(registry: Registry, settings: Any) -> None:
    beats(registry, "strong", WorkerReport("namespaces", files_hidden=True))
    assert gate.weak_isolation() == ""
    beats(registry, "just begun", WorkerReport())
    assert gate.weak_isolation() == ""
    beats(registry, "weak", WorkerReport("limits"))
    assert "staff only" in gate.weak_isolation()
    settings.ALLOW_WEAK_ISOLATION = True
    assert gate.weak_isolation() == ""


def test_while_no_worker_runs_this_machine_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.sandbox.level", lambda: "limits")
    assert "staff only" in gate.weak_isolation()
    monkeypatch.setattr("processors.sandbox.level", lambda: "seccomp")
    assert gate.weak_isolation() == ""
