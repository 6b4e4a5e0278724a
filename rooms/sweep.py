"""Ends the history rows of sessions whose process died, and forgets rows past their retention."""

import logging
import time

from accounts.retention import forget_expired
from processors.files import delete_expired
from workers.registry import Registry, RegistryError

from . import recording
from .connection_report import ConnectionReport
from .database import in_database_thread
from .models import Session

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 30.0
RECORDINGS_SECONDS = 24 * 3600.0


class Sweep:
    """A row whose session has no place twice in a row is over, wherever its page and worker went."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        # Missing at the last look; a single look could fall into a restart of Redis.
        self._missing: set[str] = set()
        # The first sweep after a start looks, too.
        self._recordings_at = float("-inf")

    async def once(self) -> int:
        """Return how many rows were ended."""
        running = await running_sessions()
        try:
            leases = await self._registry.leases(running)
        except RegistryError:
            self._missing.clear()
            return 0
        missing = {session for session in running if session not in leases}
        over, self._missing = missing & self._missing, missing
        for session in over:
            await end(session, await self._reason(session))
        await forget_old()
        await self._look_after_recordings()
        return len(over)

    async def _look_after_recordings(self) -> None:
        """Note what workers have finished; once a day delete what is past retention."""
        is_due = time.monotonic() - self._recordings_at > RECORDINGS_SECONDS
        await (forget_old_recordings() if is_due else note_recordings())
        if is_due:
            self._recordings_at = time.monotonic()

    async def _reason(self, session: str) -> str:
        reason = await self._registry.end_reason(session)
        return reason if reason in Session.Reason.values else Session.Reason.LOST


def end_all_running() -> int:
    return Session.objects.running().end(Session.Reason.RESTART)


@in_database_thread
def running_sessions() -> list[str]:
    return list(Session.objects.running().values_list("pk", flat=True))


@in_database_thread
def end(session: str, reason: str) -> None:
    Session.objects.filter(pk=session).end(reason)


@in_database_thread
def forget_old() -> None:
    Session.objects.past_retention().delete()
    ConnectionReport.objects.past_retention().delete()
    delete_expired()
    forget_expired()


@in_database_thread
def forget_old_recordings() -> None:
    recording.forget_old()


@in_database_thread
def note_recordings() -> None:
    recording.collect()
