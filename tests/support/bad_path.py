"""A bad network between a browser and a media worker: datagrams are lost, late, twice, out of order, or held back.

The kernel of many machines cannot make all of this, so it is a relay of our own. A page leads its connection through it
by putting ``BadPath.lead``'s port in place of the worker's in the answer.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from .turn_server import machine_address

Address = tuple[str, int]

TICK_SECONDS = 1e-6


@dataclass(frozen=True)
class Weather:
    """What happens to datagrams on their way, in each direction by itself; shares are of 1, times in seconds."""

    loss: float = 0.0
    delay: float = 0.0
    # The delay varies by so much up and down; the order stays.
    jitter: float = 0.0
    # These overtake what is on its way.
    reordered: float = 0.0
    repeated: float = 0.0
    # What the path carries to the browser, and from it, in bit/s; 0 for everything.
    rate: float = 0.0
    rate_up: float = 0.0
    # So much may stand before it, in seconds.
    queue: float = 0.4
    is_cut: bool = False


FINE = Weather()


class BadPath:
    """``with BadPath() as path: path.weather = Weather(loss=0.05)``; the weather may change at any time."""

    def __init__(self) -> None:
        self.weather = FINE
        self.address = machine_address()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bad path", daemon=True)
        # How many datagrams arrived at the path, and how many left it.
        self.taken = self.given = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def lead(self, host: str, port: int) -> int:
        """Return the port at which this path to a worker's address begins."""
        made = asyncio.run_coroutine_threadsafe(self._lead((host, port)), self._loop)
        return made.result(timeout=5)

    async def _lead(self, worker: Address) -> int:
        begin, end = Mouth(), Mouth()
        up, down = Way(self, lambda: self.weather.rate_up), Way(self, lambda: self.weather.rate)
        browsers: list[Address] = []

        def from_browser(data: bytes, address: Address) -> None:
            browsers[:] = [address]
            up.carry(data, lambda: end.send(data, worker))

        def from_worker(data: bytes, _: Address) -> None:
            if browsers:
                down.carry(data, lambda: begin.send(data, browsers[0]))

        begin.hear, end.hear = from_browser, from_worker
        for mouth in (begin, end):
            await self._loop.create_datagram_endpoint(lambda: mouth, local_addr=(self.address, 0))  # noqa: B023
        return begin.port


class Way:
    """One direction of one path."""

    def __init__(self, path: BadPath, rate: Callable[[], float]) -> None:
        self._path = path
        self._rate = rate
        # When the last datagram arrives, and when the bottleneck is free again.
        self._last_at = self._free_at = 0.0

    def carry(self, data: bytes, arrive: Callable[[], None]) -> None:
        weather, path = self._path.weather, self._path
        path.taken += 1
        if weather.is_cut or random.random() < weather.loss:
            return
        waits = self._wait(len(data), weather)
        if waits is None:
            return
        delay = waits + weather.delay + random.uniform(-weather.jitter, weather.jitter)
        for _ in range(2 if random.random() < weather.repeated else 1):
            path.given += 1
            self._arrive_in(delay, random.random() < weather.reordered, arrive)

    def _wait(self, size: int, weather: Weather) -> float | None:
        """Return how long a datagram stands before the bottleneck; None when there is no room for it."""
        rate, now = self._rate(), time.monotonic()
        if not rate:
            return 0.0
        begin = max(self._free_at, now)
        if begin - now > weather.queue:
            return None
        self._free_at = begin + size * 8 / rate
        return self._free_at - now

    def _arrive_in(self, delay: float, overtakes: bool, arrive: Callable[[], None]) -> None:
        now = time.monotonic()
        if overtakes:
            arrive()
            return
        # A little later than the one before: timers of one moment come in any order.
        self._last_at = max(self._last_at + TICK_SECONDS, now + delay)
        if self._last_at <= now:
            arrive()
        else:
            asyncio.get_running_loop().call_later(self._last_at - now, arrive)


class Mouth(asyncio.DatagramProtocol):
    """One end of a path: a socket."""

    def __init__(self) -> None:
        self.hear: Callable[[bytes, Address], None] = lambda data, address: None
        self._transport: Any = None

    @property
    def port(self) -> int:
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.hear(data, address)

    def send(self, data: bytes, address: Address) -> None:
        self._transport.sendto(data, address)
