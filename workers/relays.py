"""The addresses of our own relay, for workers behind TURN: with nobody else may an offer make them speak."""

import asyncio
import logging
import socket
import time
from collections.abc import Iterable

logger = logging.getLogger(__name__)

# A name may come to mean another address; asking anew for every offer would make each wait.
KEEP_SECONDS = 60.0
ASK_SECONDS = 2.0


class RelayAddresses:
    """Knows what the relays' names mean, and asks again after a while. Lives on the worker's loop."""

    def __init__(self, urls: Iterable[str], fixed: Iterable[str] = ()) -> None:
        self._hosts = sorted({host_of(url) for url in urls})
        # Addresses that no name tells, such as the relay's outside one.
        self._fixed = frozenset(fixed)
        self._known: frozenset[str] = frozenset()
        self._asked_at = -KEEP_SECONDS

    async def get(self) -> frozenset[str]:
        """Return the addresses; those known so far if the names cannot be asked now."""
        if time.monotonic() - self._asked_at >= KEEP_SECONDS:
            await self._ask()
        return self._known | self._fixed

    async def _ask(self) -> None:
        found = await asyncio.gather(*(addresses_of(host) for host in self._hosts))
        if all(found):
            self._known, self._asked_at = frozenset().union(*found), time.monotonic()
        else:
            self._known = self._known.union(*found)


async def addresses_of(host: str) -> set[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(ASK_SECONDS):
            answers = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, TimeoutError) as error:
        logger.warning("The address of the relay %s is not known: %r", host, error)
        return set()
    return {str(answer[4][0]) for answer in answers}


def host_of(url: str) -> str:
    """``turn:relay.example.org:3478?transport=udp`` is at relay.example.org."""
    address = url.partition(":")[2].partition("?")[0]
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0]
