"""Media on a fixed range of UDP ports, for firewalls and containers. aioice asks the system for any port."""

import asyncio
import random
from typing import Any


def limit_udp_ports(loop: asyncio.AbstractEventLoop, first: int, last: int) -> None:
    """Make ``loop`` bind sockets that ask for any UDP port to a free one of ``first``…``last``."""
    create = loop.create_datagram_endpoint

    async def create_in_range(factory: Any, local_addr: Any = None, **options: Any) -> Any:
        if local_addr is None or local_addr[1] or options.get("remote_addr"):
            return await create(factory, local_addr=local_addr, **options)
        for port in random.sample(range(first, last + 1), last - first + 1):
            try:
                return await create(factory, local_addr=(local_addr[0], port), **options)
            except OSError:
                continue
        raise OSError(f"All UDP ports from {first} to {last} are taken; widen WORKER_UDP_PORTS.")

    loop.create_datagram_endpoint = create_in_range  # type: ignore[method-assign, assignment]
