"""The places that the sessions of one socket have on media workers: taken, moved, given back, and written down."""

import logging
from typing import TYPE_CHECKING

from processors.models import Processor
from workers.registry import Lease, RegistryError

from . import admission, history
from .errors import SignallingError

if TYPE_CHECKING:
    from .consumers import SignallingConsumer
    from .identity import Identity
    from .socket_session import SocketSession

logger = logging.getLogger(__name__)

# Where a session is before it has a place.
NOWHERE = Lease("", "", 0, "", "")


class Places:
    def __init__(self, socket: "SignallingConsumer") -> None:
        self._socket = socket

    async def take(self, session: "SocketSession", identity: "Identity") -> None:
        guest_places, address = self._socket.guest_places, self._socket.address
        if identity.is_guest:
            await guest_places.claim(address, session.id, self._socket.registry)
        try:
            session.lease = await admission.place(self._socket.registry, session.claim())
        except BaseException:
            guest_places.forget(address, session.id)
            raise
        self._socket.sessions[session.id] = session

    async def take_again(self, session: "SocketSession") -> None:
        """The place of a session that comes back, or another one if its worker is gone."""
        session.lease = await admission.place(self._socket.registry, session.claim(anew=True))
        self._socket.sessions[session.id] = session
        await history.move(session.id, session.processor, session.lease.worker)

    async def of(self, session: str) -> Lease | None:
        try:
            return await self._socket.registry.lease(session)
        except RegistryError as error:
            raise SignallingError(error.code, retry_after=error.retry_after_seconds) from error

    async def move(self, session: "SocketSession", admitted: admission.Admitted) -> None:
        """Take a place for this processor; on another worker if the one before is gone."""
        lease = await admission.place(self._socket.registry, session.claim(admitted.processor))
        if lease == session.lease and session.processor == admitted.processor:
            return
        session.lease, session.processor = lease, admitted.processor
        await history.move(session.id, admitted.processor, lease.worker)

    async def move_back(self, session: "SocketSession", before: Processor) -> None:
        session.processor = before
        try:
            session.lease = await self._socket.registry.place(session.claim())
            await history.move(session.id, before, session.lease.worker)
        except RegistryError:
            logger.info("A session keeps its place under another processor's name")

    async def give_back(self, session: "SocketSession", reason: str) -> None:
        try:
            ours = await self._socket.registry.release(session.id, session.lease.epoch, reason)
        except RegistryError:
            logger.info("A place expires by itself: the registry is away")
            return
        if ours:
            await history.end(session.id, reason)
