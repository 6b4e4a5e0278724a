"""A server, the load client, and visitors who come and are watched."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.support.udp import addresses_in
from workers import huge_pages

from .child import Child
from .door import Message
from .measure import (
    Measurement,
    busy_seconds,
    cpu_seconds,
    own_megabytes,
    quantile,
    resident_bytes,
    resident_megabytes_of,
)

logger = logging.getLogger(__name__)

CLIENT = "tests.bench.client"
SERVERS = {
    "ours": "tests.bench.our_server",
    "plain": "tests.bench.plain_server",
    "site": "tests.bench.site_server",
}
# As the supervisor starts our worker.
ENVIRONMENTS = {"ours": huge_pages.ENVIRONMENT}


class LoadRun:
    """One or more processes of a server, and one client, with what both are doing now."""

    def __init__(self, server: str, processes: list[Child], client: Child) -> None:
        self._server = server
        self.processes = processes
        self._client = client
        self._setting = "studio"
        self._job = ""
        self._sessions = 0
        # Where the server of the last visitor listens for media.
        self.addresses: list[tuple[str, int]] = []

    async def grow_to(self, sessions: int, job: str) -> None:
        """Let visitors of a studio come, one after the other; they are spread over the processes."""
        self._job = job
        while self._sessions < sessions:
            await self._come(job, self.processes[self._sessions % len(self.processes)])

    async def add_reader(self, job: str) -> None:
        """Let a visitor come who reads the number of every picture, like the first one."""
        await self._come(job, self.processes[0], reads=True)

    async def open_room(self, size: int, job: str) -> None:
        """Let ``size`` people meet; everybody sees everybody else."""
        self._setting, self._job = "room", job
        room = {"room": "hall", "size": size, "others": size - 1}
        await asyncio.gather(*(self._come(job, self.processes[0], **room) for _ in range(size)))

    async def open_show(self, viewers: int, job: str) -> None:
        """Let one person publish and ``viewers`` others look on."""
        self._setting, self._job = "show", job
        publisher = self._come(job, self.processes[0], room="hall", size=viewers + 1)
        await asyncio.gather(publisher, *self._viewers(viewers, viewers + 1))

    async def add_viewers(self, number: int) -> None:
        """Let more people look on; only our server lets anybody come later."""
        await asyncio.gather(*self._viewers(number, self._sessions + number))

    def _viewers(self, number: int, size: int) -> list[Coroutine[Any, Any, None]]:
        viewer = {"room": "hall", "size": size, "others": 1, "sends": False}
        return [self._come("none", self.processes[0], **viewer) for _ in range(number)]

    async def open_pair(self, room: str, job: str, sound: bool = False) -> list[int]:
        """Let two people meet; return their numbers."""
        first = self._sessions
        for _ in range(2):
            await self._come(job, self.processes[0], room=room, size=2, others=1, sound=sound)
        return [first, first + 1]

    async def switch(self, number: int, job: str) -> None:
        """Give a running session another processor; only our server can."""
        process = self.processes[number % len(self.processes)]
        await process.ask("switch", session=f"s{number}", job=job)

    async def change_all(self, job: str) -> None:
        """Give every running session another processor; only our server can."""
        self._job = job
        for number in range(self._sessions):
            await self.switch(number, job)

    async def set_parameters(self, number: int, values: dict[str, Any]) -> None:
        """Let a visitor move the controls of their processor; only our server has some."""
        process = self.processes[number % len(self.processes)]
        await process.ask("parameters", session=f"s{number}", values=values)

    async def mute(self, number: int, muted: bool) -> None:
        """Let somebody in a room mute or unmute themselves; only our server can."""
        await self._client.ask("mute", session=f"s{number}", muted=muted)
        await self.processes[0].ask("state", session=f"s{number}", muted=muted)

    async def hear(self, seconds: float) -> list[list[float]]:
        """Return how many packets of sound a second each visitor got of each other one, in order of their coming."""
        window = await self._client.ask("window", seconds=seconds)
        return [session["sound_per_second"] for session in window["sessions"].values()]

    async def hide_all(self, sessions: Sequence[int]) -> None:
        """Let the pages of these visitors show no picture at all; only our server can."""
        for number in sessions:
            await self.processes[0].ask("view", session=f"s{number}", audio_only=True)

    def resident_bytes(self) -> int:
        return sum(resident_bytes(process.pid) for process in self.processes)

    def megabytes_of_hosts(self) -> list[float]:
        """Return the resident memory of each process that runs a processor for our server."""
        return [
            megabytes
            for process in self.processes
            for megabytes in resident_megabytes_of(process.pid, "processors.host")
        ]

    def worker_megabytes(self) -> float:
        """Return the resident memory of our one worker, without its hosts."""
        return own_megabytes(self.processes[0].pid)

    async def encoded_frames(self) -> int:
        """Return how many frames our server has encoded for the streams that are published now."""
        return sum([(await process.ask("report"))["encoded_frames"] for process in self.processes])

    async def dropped_datagrams(self) -> int:
        """Return how many datagrams our server's guard has dropped so far."""
        return int((await self.processes[0].ask("report"))["dropped_datagrams"])

    async def loop(self) -> Message:
        """Return how late our server's loop ran since the last time, and what held it up."""
        return await self.processes[0].ask("loop")

    async def _come(
        self,
        job: str,
        process: Child,
        room: str = "",
        size: int = 1,
        others: int = 0,
        sends: bool = True,
        reads: bool = False,
        sound: bool = False,
    ) -> None:
        session = f"s{self._sessions}"
        is_probe = reads or self._sessions == 0
        self._sessions += 1
        wants = {"probe": is_probe, "others": others, "sends": sends, "sound": sound}
        offer = await self._client.ask("open", session=session, **wants)
        sdp = offer["sdp"]
        answer = await process.ask("offer", session=session, job=job, sdp=sdp, room=room, size=size)
        self.addresses = addresses_in(answer["sdp"])
        await self._client.ask("accept", session=session, sdp=answer["sdp"])

    async def settle(self, seconds: float) -> None:
        await self._client.ask("window", seconds=seconds)

    async def look(self, seconds: float) -> list[Message]:
        """Return what each visitor who looks at himself saw in so many seconds, in the order in which they came."""
        window = await self._client.ask("window", seconds=seconds)
        return [session["streams"][0] for session in window["sessions"].values()]

    async def measure(self, seconds: float) -> Measurement:
        before = self._cpu()
        window = await self._client.ask("window", seconds=seconds)
        server, client, machine = (
            (after - earlier) / seconds for earlier, after in zip(before, self._cpu(), strict=True)
        )
        found = self._measurement(window, server, client, machine - server - client)
        logger.info("%s", found)
        return found

    def _cpu(self) -> tuple[float, float, float]:
        """Return the CPU seconds used so far by the server, by the client and by all processes together."""
        server = sum(cpu_seconds(process.pid) for process in self.processes)
        return server, cpu_seconds(self._client.pid), busy_seconds()

    def _measurement(
        self, window: Message, server_cores: float, client_cores: float, other_cores: float
    ) -> Measurement:
        sessions = list(window["sessions"].values())
        streams: list[dict[str, Any]] = [stream for session in sessions for stream in session["streams"]]
        delays = [delay for stream in streams for delay in stream["delays_ms"]]
        first_frames = [session["first_frame_seconds"] for session in sessions]
        return Measurement(
            server=self._server,
            setting=self._setting,
            job=self._job,
            sessions=len(sessions),
            server_cores=server_cores,
            client_cores=client_cores,
            other_cores=other_cores,
            frames_per_second=sum(stream["fps"] for stream in streams),
            slowest_fps=min(stream["fps"] for stream in streams),
            fastest_fps=max(stream["fps"] for stream in streams),
            p50_ms=quantile(delays, 0.5),
            p95_ms=quantile(delays, 0.95),
            p99_ms=quantile(delays, 0.99),
            glass_p50_ms=quantile([delay for stream in streams for delay in stream["glass_ms"]], 0.5),
            first_frame_seconds=quantile([first for first in first_frames if first is not None], 0.5),
            resident_mb=self.resident_bytes() / 1e6,
            kbps=sum(stream["kbps"] for stream in streams) / len(streams),
            longest_gap_ms=max(stream["longest_gap_ms"] for stream in streams),
            dropped_packets=sum(stream["dropped_packets"] for stream in streams),
            key_frames=sum(stream["key_frames"] for stream in streams),
            unreadable=sum(stream["unreadable"] for stream in streams),
            mismatches=sum(stream["mismatches"] for stream in streams),
        )


@asynccontextmanager
async def load_run(
    server: str, processes: int = 1, arguments: Sequence[str] = (), stream: str = "standard"
) -> AsyncIterator[LoadRun]:
    """Start a server ("ours", "plain" or "site") and a client; stop both at the end."""
    async with AsyncExitStack() as stack:
        environment = ENVIRONMENTS.get(server)
        children = [Child(SERVERS[server], *arguments, environment=environment) for _ in range(processes)]
        client, *servers = await asyncio.gather(
            *map(stack.enter_async_context, [Child(CLIENT, stream), *children])
        )
        yield LoadRun(server, servers, client)
