"""How many sessions guests of one address hold: whoever drops the cookie is a new guest, but not a new address."""

import time
from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _

from workers.registry import Registry, RegistryError

from .errors import SignallingError

RETRY_AFTER_SECONDS = 10
# So long a session may be on its way to its place in the registry.
PLACING_SECONDS = 10


class GuestPlaces:
    """Counts in this process; pages that left are known by the registry, which is asked when the limit is met."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # By address, then by session: when it was opened.
        self._opened: dict[str, dict[str, float]] = {}

    async def claim(self, address: str, session: str, registry: Registry) -> None:
        """Count this session, or refuse it. Whoever cannot place it calls ``forget``."""
        if not address:
            return
        if self._count(address) >= settings.GUEST_SESSIONS_PER_ADDRESS:
            await self._drop_ended(address, registry)
        if self._count(address) >= settings.GUEST_SESSIONS_PER_ADDRESS:
            message = _("Guests from your network address have all the places they may have. Try again soon.")
            raise SignallingError("session_limit", message, retry_after=RETRY_AFTER_SECONDS)
        self._opened.setdefault(address, {})[session] = self._clock()

    def forget(self, address: str, session: str) -> None:
        opened = self._opened.get(address, {})
        opened.pop(session, None)
        if not opened:
            self._opened.pop(address, None)

    def _count(self, address: str) -> int:
        return len(self._opened.get(address, {}))

    async def _drop_ended(self, address: str, registry: Registry) -> None:
        opened = dict(self._opened[address])
        try:
            running = await registry.leases(opened)
        except RegistryError as error:
            raise SignallingError(error.code, retry_after=error.retry_after_seconds) from error
        for session, opened_at in opened.items():
            if session not in running and self._clock() - opened_at > PLACING_SECONDS:
                self.forget(address, session)
