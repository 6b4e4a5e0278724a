"""Ends the history rows of sessions whose process died, and forgets rows past their retention."""

import logging

from accounts.retention import forget_expired
from processors.files import delete_expired
from workers.registry import Registry, RegistryError

from .connection_report import ConnectionReport
from .database import in_database_thread
from .models import Session

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 30.0


class Sweep:
    """A row whose session has no place twice in a row is over, wherever its page and worker went."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        # Missing at the last look; a single look could fall into a restart of Redis.
        self._missing: set[str] = set()

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
        return len(over)

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
