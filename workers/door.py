"""The one transport and the one registry of this process, as the settings say."""

from functools import lru_cache

from django.conf import settings

from .memory_registry import MemoryRegistry
from .redis_registry import RedisRegistry
from .registry import Registry, RegistryLimits
from .transport import LocalTransport, RedisTransport, Transport


@lru_cache(maxsize=1)
def transport() -> Transport:
    return RedisTransport() if settings.REDIS_URL else LocalTransport()


@lru_cache(maxsize=1)
def registry() -> Registry:
    limits = RegistryLimits(
        ttl_seconds=settings.WORKER_TTL_SECONDS,
        reservation_seconds=settings.RESERVATION_SECONDS,
        sessions_per_owner=settings.SESSIONS_PER_USER,
    )
    return RedisRegistry(limits, settings.REDIS_URL) if settings.REDIS_URL else MemoryRegistry(limits)


def forget() -> None:
    """Begin anew with the settings at hand (tests)."""
    transport.cache_clear()
    registry.cache_clear()
