"""From settings to a running worker. The media engine (aiortc) is imported here, at the last moment."""

from django.conf import settings

from . import door
from .registry import Registry
from .service import Engine, SendToWeb, ServiceOptions, WorkerService
from .worker_name import fresh_worker_name


def new_service() -> WorkerService:
    """Call it on the worker's own loop."""
    options = ServiceOptions(
        capacity=settings.SESSIONS_PER_WORKER,
        heartbeat_seconds=settings.HEARTBEAT_SECONDS,
        resume_window_seconds=settings.RESUME_WINDOW_SECONDS,
        departure_seconds=settings.ROOM_DEPARTURE_TIMEOUT_SECONDS,
    )
    return WorkerService(fresh_worker_name(), door.transport(), door.registry(), new_engine, options)


def new_engine(name: str, send_to_web: SendToWeb, registry: Registry) -> Engine:
    from .engine_options import EngineOptions
    from .media_worker import MediaWorker

    return MediaWorker(name, send_to_web, registry, EngineOptions.from_settings())
