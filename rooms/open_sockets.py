"""All signalling sockets of this process: who watches over their sessions, and who says goodbye to them."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from django.conf import settings

from workers import door
from workers.registry import Lease, RegistryError

from .guest_places import GuestPlaces

if TYPE_CHECKING:
    from .consumers import SignallingConsumer
    from .socket_session import SocketSession

logger = logging.getLogger(__name__)


class OpenSockets:
    _by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, OpenSockets]" = WeakKeyDictionary()

    @classmethod
    def here(cls) -> "OpenSockets":
        """Those of the running loop; a process has one, a test one for each."""
        return cls._by_loop.setdefault(asyncio.get_running_loop(), cls())

    def __init__(self) -> None:
        self.sockets: set[SignallingConsumer] = set()
        self.guest_places = GuestPlaces()
        # Runs while there are sockets.
        self._watch: asyncio.Task[None] | None = None
        # Until then a missing lease means nothing: workers are telling a new Redis what they hold.
        self._trust_at = 0.0
        self._generation = ""

    def add(self, socket: "SignallingConsumer") -> None:
        self.sockets.add(socket)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.ensure_future(self._watch_leases())

    def discard(self, socket: "SignallingConsumer") -> None:
        self.sockets.discard(socket)
        if not self.sockets and self._watch:
            self._watch.cancel()
            self._watch = None

    def is_full_for(self, address: str) -> bool:
        mine = sum(socket.address == address for socket in self.sockets)
        return bool(address) and mine >= settings.SOCKETS_PER_ADDRESS

    async def announce_restart(self) -> None:
        await asyncio.gather(*(socket.server_restart() for socket in self.sockets), return_exceptions=True)

    async def _watch_leases(self) -> None:
        while True:
            await asyncio.sleep(settings.HEARTBEAT_SECONDS)
            try:
                await self._look()
            except RegistryError:
                self._distrust()
            except Exception:
                logger.exception("Watching over the sessions failed once")

    async def _look(self) -> None:
        watched = self._watched()
        if not watched:
            return
        if await self._was_restarted():
            self._distrust()
            for socket in list(self.sockets):
                await socket.attach_again()
        leases = await door.registry().leases([session.id for _socket, session in watched])
        if time.monotonic() >= self._trust_at:
            await self._tell_lost(watched, leases)

    def _watched(self) -> list[tuple["SignallingConsumer", "SocketSession"]]:
        return [
            (socket, session)
            for socket in self.sockets
            for session in socket.sessions.values()
            if session.offered and not session.lost
        ]

    async def _was_restarted(self) -> bool:
        before, self._generation = self._generation, await door.registry().generation()
        return before not in {"", self._generation}

    def _distrust(self) -> None:
        grace_seconds = settings.WORKER_TTL_SECONDS + 2 * settings.HEARTBEAT_SECONDS
        self._trust_at = time.monotonic() + grace_seconds

    async def _tell_lost(
        self, watched: list[tuple["SignallingConsumer", "SocketSession"]], leases: dict[str, Lease]
    ) -> None:
        for socket, session in watched:
            if session.id not in leases:
                await socket.lease_lost(session)
