"""What sockets of a room hear from elsewhere: other sockets of it, and the owner's pages."""

import logging
from typing import Any

from channels.layers import get_channel_layer

from workers import door
from workers.registry import Lease, RegistryError
from workers.transport import TransportError

from . import history
from .models import Session
from .room_seat import group_of

logger = logging.getLogger(__name__)


async def tell_group(group: str, what: str, **facts: Any) -> None:
    layer: Any = get_channel_layer()
    await layer.group_send(group, {"type": "room.event", "group": group, "what": what, **facts})


async def end_seat(lease: Lease, reason: Session.Reason) -> None:
    """End a session that any socket, or none, carries: the worker lets go of its media, the socket of its page."""
    await _tell_worker(lease, reason)
    await tell_group(group_of(lease.room), "closed", session=lease.session, reason=reason.value)
    try:
        await door.registry().release(lease.session, lease.epoch, reason)
    except RegistryError:
        logger.info("A place is freed by its worker: the registry is away")
    await history.end(lease.session, reason)


async def _tell_worker(lease: Lease, reason: Session.Reason) -> None:
    """Its events stay with the socket that carries the session."""
    message = {"type": "close", "session": lease.session, "reason": reason.value}
    try:
        await door.transport().send_to_worker(lease.worker, message)
    except TransportError:
        logger.info("A close message could not be sent to worker %s", lease.worker)
