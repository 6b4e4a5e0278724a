"""One row for each session: ended by whoever survives, forgotten in time, read by admins only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from processors.models import Processor
from rooms.models import Session
from rooms.sweep import Sweep, end_all_running
from workers import door
from workers.registry import Heartbeat, RegistryUnavailable

from .conftest import QuietEngine, Workers


def a_row(**changes: Any) -> Session:
    facts = {"token_hash": "", "processor_slug": "edges", "processor_version": 1, "worker": "one"}
    row: Session = Session.objects.create(id="row", **{**facts, **changes})
    return row


async def test_the_sweep_ends_what_a_crashed_worker_held(
    visit: Callable[..., Any], edges: Processor, workers: Workers
) -> None:
    await workers.start()
    page = await visit()
    await page.is_live()
    sweep = Sweep(door.registry())
    assert await sweep.once() == 0
    await page.leave()
    await workers.kill("one")
    await door.registry().retire("one")
    assert await sweep.once() == 0, "one look is not enough: Redis may just have been restarted"
    assert await sweep.once() == 1
    assert (await Session.objects.aget()).reason == "lost"


async def test_the_sweep_leaves_running_sessions_alone(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    await page.is_live()
    await page.opens()
    sweep = Sweep(door.registry())
    for _look in range(3):
        assert await sweep.once() == 0


@pytest.mark.django_db(transaction=True)
async def test_the_sweep_believes_nothing_while_the_registry_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    await sync_to_async(a_row)()
    registry = door.registry()
    sweep = Sweep(registry)
    await sweep.once()

    async def away(_sessions: Any) -> Any:
        raise RegistryUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(registry, "leases", away)
        assert await sweep.once() == 0
    assert await sweep.once() == 0
    assert await sweep.once() == 1


@pytest.mark.django_db(transaction=True)
async def test_rows_are_forgotten_after_their_days(settings: Any) -> None:
    settings.SESSION_HISTORY_DAYS = 7
    await sync_to_async(a_row)(ended=timezone.now() - timedelta(days=8))
    await door.registry().beat(Heartbeat("one", 1))
    await Sweep(door.registry()).once()
    assert not await Session.objects.aexists()


def test_a_start_of_the_site_ends_what_the_process_before_left(db: None) -> None:
    a_row()
    assert end_all_running() == 1
    assert end_all_running() == 0
    assert Session.objects.get().reason == "restart"


def test_an_account_that_is_deleted_leaves_no_name(bob: Any) -> None:
    a_row(user=bob)
    bob.delete()
    assert Session.objects.get().user is None


def test_admins_read_and_change_nothing(client: Client, alice: Any, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR_STAFF = False
    row = a_row()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/rooms/session/").status_code == 200
    assert client.get(f"/admin/rooms/session/{row.pk}/change/").status_code == 200
    assert client.get("/admin/rooms/session/add/").status_code == 403
    assert client.post(f"/admin/rooms/session/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Session.objects.exists()
