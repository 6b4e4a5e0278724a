"""What any process of the site can ask by itself: settings, database, Redis, workers, disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from processors import sandbox
from workers import door
from workers.placement import has_room
from workers.registry import RegistryError, WorkerEntry

from .findings import Finding, short

MEGABYTE = 1024 * 1024
LOW_MEGABYTES = 2048
FULL_MEGABYTES = 200
REDIS_SECONDS = 3.0
# About https, which a site on one's own machine does without.
HTTPS_ADVICE = {"security.W004", "security.W008", "security.W012", "security.W016"}


def all_of_them(is_local: bool, knows_workers: bool) -> Iterator[Finding]:
    """``knows_workers`` is false beside an embedded site, whose list of workers is inside its own process."""
    yield about_settings(is_local)
    yield about_database()
    yield about_redis()
    yield from about_workers() if knows_workers else about_hidden_workers()
    yield from about_disks()


def about_settings(is_local: bool) -> Finding:
    if settings.DEBUG:
        return Finding("settings.debug")
    found = checks.run_checks(include_deployment_checks=True)
    heard = [message for message in found if not message.is_silenced() and message.level >= checks.WARNING]
    told = [message for message in heard if not (is_local and message.id in HTTPS_ADVICE)]
    advice = {"advice": " ".join(f"{message.id}: {short(message.msg)}" for message in told)}
    if any(message.level >= checks.ERROR for message in told):
        return Finding("settings.wrong", values=advice)
    if told:
        return Finding("settings.warned", values=advice)
    return Finding("settings.local" if len(heard) > len(told) else "settings.good")


def about_database() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, OSError) as error:
        return Finding("database.away", values={"error": short(error)})
    if missing:
        return Finding("database.old", values={"count": len(missing)})
    return Finding("database.good", values={"kind": connection.display_name})


def about_redis() -> Finding:
    if not settings.REDIS_URL:
        return Finding("redis.unused")
    times: dict[str, Any] = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **times) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        return Finding("redis.away", values={"error": short(error)})
    return Finding("redis.good")


def about_workers() -> Iterator[Finding]:
    try:
        entries = async_to_sync(living_workers)()
    except RegistryError as error:
        yield Finding("workers.unknown", values={"error": short(error)})
        return
    yield places_of(entries)
    yield isolation_of([entry.report.isolation for entry in entries])
    yield capacity_of(sum(entry.capacity for entry in entries))


async def living_workers() -> list[WorkerEntry]:
    return [entry for entry in await door.registry().workers() if not entry.draining]


def about_hidden_workers() -> Iterator[Finding]:
    yield Finding("workers.inside")
    yield isolation_of([sandbox.describe(sandbox.Limits(level=settings.HOST_ISOLATION)).level])
    yield capacity_of(settings.SESSIONS_PER_WORKER)


def places_of(entries: list[WorkerEntry]) -> Finding:
    if not entries:
        return Finding("workers.none")
    places = sum(entry.capacity for entry in entries)
    free = int(sum(max(0.0, entry.capacity - entry.used) for entry in entries if has_room(entry)))
    values = {"workers": len(entries), "free": free, "places": places}
    return Finding("workers.good" if free else "workers.full", values=values)


def isolation_of(levels: list[str]) -> Finding:
    """The weakest worker decides."""
    told = [level for level in levels if level in sandbox.LEVELS]
    if not told:
        return Finding("isolation.unknown")
    weakest = min(told, key=sandbox.LEVELS.index)
    if sandbox.is_strong(weakest):
        return Finding("isolation.good", values={"level": weakest})
    return Finding("isolation.allowed" if settings.ALLOW_WEAK_ISOLATION else "isolation.weak")


def capacity_of(places: int) -> Finding:
    return Finding("capacity.told", values={"places": places}) if places else Finding("capacity.none")


def about_disks() -> Iterator[Finding]:
    for folder in dict.fromkeys([Path(settings.VAR_DIR), existing(Path(settings.MODELS_DIR))]):
        yield about_disk(folder)


def existing(folder: Path) -> Path:
    """The folder, or the one in which it will be made."""
    return next((each for each in (folder, *folder.parents) if each.is_dir()), folder)


def about_disk(folder: Path) -> Finding:
    try:
        megabytes = shutil.disk_usage(folder).free // MEGABYTE
    except OSError as error:
        return Finding("disk.away", str(folder), {"error": short(error)})
    outcome = "full" if megabytes < FULL_MEGABYTES else "low" if megabytes < LOW_MEGABYTES else "good"
    return Finding(f"disk.{outcome}", str(folder), {"megabytes": megabytes})
