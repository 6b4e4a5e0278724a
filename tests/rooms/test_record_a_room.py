"""Who may record a room, and who may see, take and delete what was recorded."""

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.test import AsyncClient, Client
from django.utils import timezone

from accounts import personal_data
from accounts.user import User
from rooms import recording, sweep
from rooms.models import Recording, Room
from workers import door
from workers.engine_options import EngineOptions

from .conftest import QuietEngine
from .page import Page
from .test_meet_in_a_room import joins

FILM = bytes(range(256)) * 4096
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def recordings_dir(settings: Any, tmp_path: Path) -> Path:
    settings.ROOM_RECORDING = True
    settings.RECORDINGS_DIR = tmp_path / "recordings"
    settings.RECORDINGS_DIR.mkdir()
    return settings.RECORDINGS_DIR  # type: ignore[no-any-return]


@pytest.fixture
def hall(transactional_db: None, bob: User) -> Room:
    return Room.objects.create(
        title="Hall", slug="hall", owner=bob, access=Room.Access.EVERYONE, participant_limit=8
    )


def write(folder: Path, room: Room, name: str = "film", age_seconds: float = 10) -> Path:
    """As a worker leaves it."""
    facts = {
        "room": room.pk,
        "owner": room.owner_id,
        "title": room.title,
        "seconds": 61.2,
        "bytes": len(FILM),
    }
    (folder / f"{name}.json").write_text(json.dumps(facts | {"started": time.time() - age_seconds}))
    (folder / f"{name}.webm").write_bytes(FILM)
    return folder / f"{name}.webm"


@pytest.fixture
def film(hall: Room, recordings_dir: Path) -> Recording:
    write(recordings_dir, hall)
    recording.collect()
    return Recording.objects.get()


async def records(page: Page, session: str, act: str) -> dict[str, Any]:
    return await page.asks("room.record", session=session, act=act)


async def test_the_owner_asks_and_everybody_answers_for_themselves(
    visit: Callable[..., Any], hall: Room, bob: User, charlie: User, engine: QuietEngine
) -> None:
    pages = [await visit(bob), await visit(charlie), await visit()]
    opened = [await joins(page) for page in pages]
    assert [each["room"]["may_record"] for each in opened] == [True, False, False]
    answer = await records(pages[0], opened[0]["session"], "start")
    assert (answer["type"], answer["act"]) == ("room.recorded", "start")
    for page, seat in zip(pages[1:], opened[1:], strict=True):
        assert (await records(page, seat["session"], "agree"))["type"] == "room.recorded"
    asked = engine.of_type("record")
    assert [each["act"] for each in asked] == ["start", "agree", "agree"]
    assert asked[0]["about"] == {"room": hall.pk, "owner": bob.pk, "title": "Hall"}
    assert "about" not in asked[1]


@pytest.mark.parametrize("who", ["guest", "member", "staff"])
async def test_nobody_but_the_owner_begins_or_stops(
    visit: Callable[..., Any], hall: Room, charlie: User, admin_user: User, engine: QuietEngine, who: str
) -> None:
    page = await visit({"guest": None, "member": charlie, "staff": admin_user}[who])
    seat = await joins(page)
    for act in ("start", "stop"):
        refused = await records(page, seat["session"], act)
        assert (refused["type"], refused["code"]) == ("error", "not_allowed")
    assert engine.of_type("record") == []


async def test_a_site_that_records_nothing_refuses_the_owner_too(
    visit: Callable[..., Any], hall: Room, bob: User, engine: QuietEngine, settings: Any
) -> None:
    settings.ROOM_RECORDING = False
    page = await visit(bob)
    seat = await joins(page)
    assert not seat["room"]["may_record"]
    assert (await records(page, seat["session"], "start"))["code"] == "recording_off"
    assert engine.of_type("record") == []
    assert EngineOptions.from_settings().recording is None


async def test_a_worker_that_refuses_is_heard(
    visit: Callable[..., Any], hall: Room, bob: User, engine: QuietEngine
) -> None:
    page = await visit(bob)
    seat = await joins(page)
    engine.refusals["record"] = "recording_full"
    refused = await records(page, seat["session"], "start")
    assert refused["code"] == "recording_full"
    assert "space" in refused["message"]


async def test_what_the_worker_says_reaches_the_page(
    visit: Callable[..., Any], hall: Room, engine: QuietEngine
) -> None:
    page = await visit()
    seat = await joins(page)
    told = {"state": "asking", "reason": "", "participant": "p", "agreed": False, "waiting": 1}
    news = {"type": "recording", "session": seat["session"], **told}
    await engine.send_to_web(engine.sessions[seat["session"]], news)
    heard = await page.hears("room.recording")
    assert heard == {"type": "room.recording", "session": seat["session"], **told}


async def test_nonsense_is_refused(
    visit: Callable[..., Any], hall: Room, bob: User, engine: QuietEngine
) -> None:
    page = await visit(bob)
    seat = await joins(page)
    assert (await records(page, seat["session"], "hide"))["code"] == "bad_message"
    assert (await records(page, "of another", "agree"))["code"] == "session_unknown"


def test_a_finished_file_becomes_a_row_once(
    film: Recording, recordings_dir: Path, hall: Room, bob: User
) -> None:
    recording.collect()
    assert Recording.objects.count() == 1
    assert (film.owner, film.room, film.title, film.bytes, film.length) == (
        bob,
        hall,
        "Hall",
        len(FILM),
        "1:01",
    )
    assert list(recordings_dir.iterdir()) == [film.path]


def test_a_room_says_that_it_is_recorded(hall: Room, recordings_dir: Path, client: Client) -> None:
    assert not recording.is_recorded(hall)
    (recordings_dir / "now.part").touch()
    (recordings_dir / "now.json").write_text(json.dumps({"room": hall.pk}))
    assert recording.is_recorded(hall)
    page = client.get("/r/hall/")
    assert page.context["config"]["room"]["recording"] is True
    assert "unless everybody inside agrees" in page.content.decode()


def test_the_owner_has_a_page_of_recordings(film: Recording, bob: User, client: Client) -> None:
    client.force_login(bob)
    page = client.get("/recordings/").content.decode()
    assert "Hall" in page
    assert f"/recordings/{film.pk}/?download" in page
    assert "/recordings/" in client.get("/r/").content.decode()


async def test_the_owner_plays_and_takes_the_film(film: Recording, bob: User) -> None:
    owner = AsyncClient()
    await owner.aforce_login(bob)
    address = f"/recordings/{film.pk}/"
    whole = await owner.get(address)
    assert (whole.status_code, whole["Content-Type"], await body(whole)) == (200, "video/webm", FILM)
    assert whole["Content-Disposition"].startswith("inline")
    assert "no-store" in whole["Cache-Control"]
    taken = await owner.get(f"{address}?download")
    assert taken["Content-Disposition"].startswith("attachment")
    await body(taken)
    part = await owner.get(address, headers={"Range": "bytes=300000-599999"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 300000-599999/{len(FILM)}")
    assert await body(part) == FILM[300_000:600_000]
    tail = await owner.get(address, headers={"Range": f"bytes={len(FILM) - 5}-"})
    assert await body(tail) == FILM[-5:]
    beyond = await owner.get(address, headers={"Range": f"bytes={len(FILM)}-"})
    assert beyond.status_code == 416


async def body(answer: Any) -> bytes:
    return b"".join([chunk async for chunk in answer])


@pytest.mark.parametrize("who", ["stranger", "member", "staff"])
def test_what_was_recorded_is_nobody_elses(
    film: Recording, hall: Room, charlie: User, admin_user: User, client: Client, who: str
) -> None:
    if who != "stranger":
        hall.members.create(user=charlie)
        client.force_login(charlie if who == "member" else admin_user)
    expected = 302 if who == "stranger" else 404
    for address in (f"/recordings/{film.pk}/", f"/recordings/{film.pk}/?download"):
        assert client.get(address).status_code == expected
    assert client.post(f"/recordings/{film.pk}/delete/").status_code == expected
    assert film.path.exists()
    assert f"/recordings/{film.pk}/" not in client.get("/recordings/", follow=True).content.decode()


def test_to_delete_takes_a_form_of_this_site(film: Recording, bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert client.post(f"/recordings/{film.pk}/delete/").status_code == 403
    assert client.get(f"/recordings/{film.pk}/delete/").status_code == 405
    assert film.path.exists()


def test_deleting_removes_row_and_file(
    film: Recording, bob: User, client: Client, recordings_dir: Path
) -> None:
    client.force_login(bob)
    assert client.post(f"/recordings/{film.pk}/delete/", follow=True).status_code == 200
    assert not Recording.objects.exists()
    assert list(recordings_dir.iterdir()) == []


def test_staff_delete_in_the_admin_and_see_no_film(
    film: Recording, admin_user: User, client: Client, recordings_dir: Path
) -> None:
    client.force_login(admin_user)
    page = client.get("/admin/rooms/recording/")
    assert page.status_code == 200
    assert film.file not in page.content.decode()
    client.post(f"/admin/rooms/recording/{film.pk}/delete/", {"post": "yes"})
    assert not Recording.objects.exists()
    assert list(recordings_dir.iterdir()) == []


def test_a_deleted_room_leaves_its_recordings_to_their_owner(film: Recording, hall: Room) -> None:
    hall.delete()
    film.refresh_from_db()
    assert film.room is None
    assert film.path.exists()


def test_recordings_are_in_the_export_and_go_with_the_account(
    film: Recording, hall: Room, bob: User, recordings_dir: Path
) -> None:
    (row,) = personal_data.export(bob)["rooms.Recording"]
    assert row["title"] == "Hall"
    late = write(recordings_dir, hall, "late")
    personal_data.erase(bob)
    assert not film.path.exists()
    # Its worker finished after the account was gone.
    recording.collect()
    assert not late.exists()
    assert list(recordings_dir.iterdir()) == []


def test_what_is_past_retention_goes(film: Recording, hall: Room, recordings_dir: Path, capsys: Any) -> None:
    old = write(recordings_dir, hall, "old", age_seconds=8 * DAY)
    stray, running = recordings_dir / "stray.webm", recordings_dir / "running.part"
    for path in (stray, running):
        path.touch()
        os.utime(path, (time.time() - DAY, time.time() - DAY))
    call_command("forgetrecordings")
    assert not old.exists()
    assert not stray.exists()
    assert running.exists()
    assert Recording.objects.get() == film
    Recording.objects.update(started=timezone.now() - timedelta(days=7, minutes=1))
    call_command("forgetrecordings")
    assert "1 recordings are deleted, 0 are kept" in capsys.readouterr().out
    assert list(recordings_dir.iterdir()) == [running]


async def test_the_site_does_the_same_at_its_start_and_once_a_day(hall: Room, recordings_dir: Path) -> None:
    sweeper = sweep.Sweep(door.registry())
    old = await sync_to_async(write)(recordings_dir, hall, "old", 8 * DAY)
    await sweeper.once()
    assert not old.exists()
    fresh = await sync_to_async(write)(recordings_dir, hall, "fresh")
    await sweeper.once()
    assert fresh.exists()
    assert await Recording.objects.acount() == 1


def test_the_privacy_page_says_so(hall: Room, client: Client, settings: Any) -> None:
    settings.RECORDING_RETENTION_DAYS = 3
    assert "after 3 days it is deleted" in client.get("/privacy/").content.decode()
    settings.ROOM_RECORDING = False
    said = client.get("/privacy/").content.decode()
    assert "nothing is recorded" in said
    assert "Recordings of rooms" not in said
