"""A bad network between a browser and a media worker: datagrams are lost, late, twice, out of order, or held back.

The kernel of many machines cannot make all of this, so it is a relay of our own. A page leads its connection through it
by putting ``BadPath.lead``'s port in place of the worker's in the answer.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Self

from .processes import ROOT
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
    """``with BadPath() as path: path.weather = Weather(loss=0.05)``; the weather may change at any time.

    It is a process of its own: what a test computes meanwhile must not hold datagrams up.
    """

    def __init__(self) -> None:
        self.address = machine_address()
        self._weather = FINE

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self.address],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    @property
    def weather(self) -> Weather:
        return self._weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        self._weather = weather
        self._ask({"weather": asdict(weather)})

    def lead(self, host: str, port: int) -> int:
        """Return the port at which this path to a worker's address begins."""
        begins: int = self._ask({"lead": [host, port]})["port"]
        return begins

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(question), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


# --- From here on: the process ---------------------------------------------------------------------------


class Relay:
    """All paths that begin at ``address``, in one weather."""

    def __init__(self, address: str) -> None:
        self.weather = FINE
        self._address = address

    async def serve(self) -> None:
        """Answer questions, one a line, until stdin ends."""
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(await self._answer(json.loads(line))), flush=True)  # noqa: T201

    async def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if "lead" in question:
            host, port = question["lead"]
            return {"port": await self._lead((host, port))}
        self.weather = Weather(**question["weather"])
        return {}

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
        loop = asyncio.get_running_loop()
        for mouth in (begin, end):
            await loop.create_datagram_endpoint(lambda: mouth, local_addr=(self._address, 0))  # noqa: B023
        return begin.port


class Way:
    """One direction of one path."""

    def __init__(self, relay: Relay, rate: Callable[[], float]) -> None:
        self._relay = relay
        self._rate = rate
        # When the last datagram arrives, and when the bottleneck is free again.
        self._last_at = self._free_at = 0.0

    def carry(self, data: bytes, arrive: Callable[[], None]) -> None:
        weather = self._relay.weather
        if weather.is_cut or random.random() < weather.loss:
            return
        waits = self._wait(len(data), weather)
        if waits is None:
            return
        delay = waits + weather.delay + random.uniform(-weather.jitter, weather.jitter)
        for _ in range(2 if random.random() < weather.repeated else 1):
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
            # At that moment, not so much later: what passes between two calls would change their order.
            asyncio.get_running_loop().call_at(self._last_at, arrive)


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


if __name__ == "__main__":
    asyncio.run(Relay(sys.argv[1]).serve())
