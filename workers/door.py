"""The one transport and the one registry of this process, as the settings say."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings

from .memory_registry import MemoryRegistry
from .redis_registry import RedisRegistry
from .registry import Registry, RegistryLimits
from .transport import LocalTransport, RedisTransport, Transport

Thing = TypeVar("Thing")

_made: dict[Callable[[], Any], Any] = {}
# In embedded mode the web's thread and the worker's ask at the same moment, and must get the same one.
_lock = threading.Lock()


def transport() -> Transport:
    return _the_one(_make_transport)


def registry() -> Registry:
    return _the_one(_make_registry)


def forget() -> None:
    """Begin anew with the settings at hand (tests)."""
    with _lock:
        _made.clear()


def _the_one(make: Callable[[], Thing]) -> Thing:
    with _lock:
        if make not in _made:
            _made[make] = make()
        made: Thing = _made[make]
        return made


def _make_transport() -> Transport:
    return RedisTransport() if settings.REDIS_URL else LocalTransport()


def _make_registry() -> Registry:
    limits = RegistryLimits(
        ttl_seconds=settings.WORKER_TTL_SECONDS,
        reservation_seconds=settings.RESERVATION_SECONDS,
        sessions_per_owner=settings.SESSIONS_PER_USER,
    )
    return RedisRegistry(limits, settings.REDIS_URL) if settings.REDIS_URL else MemoryRegistry(limits)
