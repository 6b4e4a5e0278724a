"""A visitor's side of a session without a browser: a real peer connection that carries a data channel only."""

import asyncio
import json
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)

from .data_channel import LABEL

# Shorter than CONNECT_DEADLINE_SECONDS, after which the worker gives up.
CONNECT_SECONDS = 10.0
PINGS = 10
# The pings of a long run, each way as large as a packet of a picture; a seat takes 60 messages a second.
PINGS_PER_SECOND = 20
PACKET_BYTES = 900
# How long the last answers may take.
LATE_SECONDS = 3.0
TYPE_FIELD = 7


class NoWay(Exception):
    """No candidate pair was found."""


@dataclass(frozen=True)
class Soak:
    sent: int
    lost: int


class LoopbackPeer:
    """``relay`` is an entry of ``iceServers`` with one URL: then no other way is used."""

    def __init__(self, relay: dict[str, Any] | None = None) -> None:
        policy = RTCIceTransportPolicy.RELAY if relay else RTCIceTransportPolicy.ALL
        servers = [RTCIceServer(**relay)] if relay else []
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=servers, iceTransportPolicy=policy))
        # Nothing is repeated, so that what the network loses stays lost.
        self._channel = self._connection.createDataChannel(LABEL, ordered=False, maxRetransmits=0)
        self._channel.on("message", self._hear)
        self._is_open, self._heard = asyncio.Event(), asyncio.Event()
        self._channel.on("open", self._is_open.set)
        self._sent_at: dict[int, float] = {}
        # By number of the ping.
        self._round_trips: dict[int, float] = {}
        self.own_candidates = self.worker_candidates = "-"

    async def offer(self) -> str:
        await self._connection.setLocalDescription(await self._connection.createOffer())
        sdp = str(self._connection.localDescription.sdp)
        self.own_candidates = kinds_of(sdp)
        return sdp

    async def connect(self, answer: str) -> None:
        """Raises NoWay."""
        self.worker_candidates = kinds_of(answer)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
                await self._is_open.wait()
        except TimeoutError as error:
            raise NoWay from error

    async def round_trip_seconds(self) -> float:
        """Return the median of some pings; raises NoWay if none is answered."""
        await self._ping(PINGS, 0)
        if not self._round_trips:
            raise NoWay
        return statistics.median(self._round_trips.values())

    async def soak(self, seconds: float) -> Soak:
        """Send packets for so long, and count what does not come back."""
        sent = await self._ping(max(1, round(seconds * PINGS_PER_SECOND)), PACKET_BYTES)
        return Soak(len(sent), len(sent - self._round_trips.keys()))

    async def close(self) -> None:
        await self._connection.close()

    async def _ping(self, count: int, padding_bytes: int) -> set[int]:
        first = len(self._sent_at)
        numbers = range(first, first + count)
        started_at = time.monotonic()
        for number in numbers:
            await asyncio.sleep(max(0.0, started_at + (number - first) / PINGS_PER_SECOND - time.monotonic()))
            self._send_ping(number, padding_bytes)
        await self._wait_for(set(numbers))
        return set(numbers)

    def _send_ping(self, number: int, padding_bytes: int) -> None:
        self._sent_at[number] = time.monotonic()
        if self._channel.readyState == "open":
            ping = {"type": "ping", "time": number, "padding": "x" * padding_bytes}
            self._channel.send(json.dumps({**ping, "reply_bytes": padding_bytes}))

    async def _wait_for(self, numbers: set[int]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LATE_SECONDS):
                while numbers - self._round_trips.keys():
                    self._heard.clear()
                    await self._heard.wait()

    def _hear(self, data: str) -> None:
        message = json.loads(data)
        number = message.get("time")
        if message.get("type") == "pong" and number in self._sent_at:
            self._round_trips.setdefault(number, time.monotonic() - self._sent_at[number])
            self._heard.set()


def kinds_of(sdp: str) -> str:
    """The kinds of candidates that are offered, in words: host udp, relay udp."""
    lines = [line.split() for line in sdp.splitlines() if line.startswith("a=candidate:")]
    kinds = {f"{fields[TYPE_FIELD]} {fields[2].lower()}" for fields in lines if len(fields) > TYPE_FIELD}
    return ", ".join(sorted(kinds)) or "-"
