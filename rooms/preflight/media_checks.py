"""Whether media gets through: sessions of the connection check, by every way that a browser has."""

import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from rooms.check_session import SLUG
from workers.loopback_peer import LoopbackPeer, NoWay

from .address_checks import SiteAddress, trusting
from .findings import Finding, short
from .relay_checks import relays_of
from .visit import Refused, Visit, VisitError

SOME_LOST = 0.001
MANY_LOST = 0.02


class MediaCheck:
    """``cookie`` is needed where guests are sent away; it is sent to known certificates only."""

    def __init__(self, address: SiteAddress, cookie: str = "", soak_seconds: float = 0) -> None:
        self._address = address
        self._cookie = cookie
        self._soak_seconds = soak_seconds

    async def findings(self) -> AsyncIterator[Finding]:
        try:
            async with self._visit() as visit:
                async for finding in self._by_every_way(visit):
                    yield finding
        except VisitError as error:
            yield Finding("media.silent", values={"error": short(error)})

    def _visit(self) -> Visit:
        context = ssl.create_default_context() if self._cookie else trusting()
        return Visit(self._address.origin, self._cookie, context)

    async def _by_every_way(self, visit: Visit) -> AsyncIterator[Finding]:
        try:
            opened = await visit.ask("session.open", processor=SLUG)
        except Refused as refusal:
            yield Finding("media.refused", values={"refusal": short(refusal)})
            return
        await close(visit, opened["session"])
        ways: list[dict[str, Any] | None] = [*relays_of(opened["ice_servers"])]
        if opened["ice_relay_only"]:
            yield Finding("media.relay_only", "UDP")
        else:
            ways.insert(0, None)
        for way in ways:
            async for finding in self._by(visit, way):
                yield finding

    async def _by(self, visit: Visit, way: dict[str, Any] | None) -> AsyncIterator[Finding]:
        """A session of its own, as the studio opens it."""
        subject = way["urls"] if way else "UDP"
        try:
            opened = await visit.ask("session.open", processor=SLUG)
            relay = self._own_credentials(opened, way)
            async for finding in self._session(visit, opened["session"], relay, subject):
                yield finding
            await close(visit, opened["session"])
        except Refused as refusal:
            yield Finding("media.refused", subject, {"refusal": short(refusal)})

    def _own_credentials(self, opened: dict[str, Any], way: dict[str, Any] | None) -> dict[str, Any] | None:
        own = relays_of(opened["ice_servers"])
        return next(relay for relay in own if relay["urls"] == way["urls"]) if way else None

    async def _session(
        self, visit: Visit, session: str, relay: dict[str, Any] | None, subject: str
    ) -> AsyncIterator[Finding]:
        peer = LoopbackPeer(relay)
        try:
            fields = {"session": session, "processor": SLUG, "parameters": {}}
            answer = await visit.ask("session.offer", sdp=await peer.offer(), **fields)
            await peer.connect(answer["sdp"])
            rtt_ms = round(await peer.round_trip_seconds() * 1000, 1)
            yield Finding("media.good", subject, {"rtt_ms": rtt_ms, **candidates(peer)})
            yield await self._soak(peer, subject)
        except NoWay:
            yield Finding("media.no_relay_way" if relay else "media.no_way", subject, candidates(peer))
        finally:
            await peer.close()

    async def _soak(self, peer: LoopbackPeer, subject: str) -> Finding:
        if not self._soak_seconds:
            return Finding("soak.off", subject)
        soak = await peer.soak(self._soak_seconds)
        share = soak.lost / soak.sent
        outcome = "many" if share > MANY_LOST else "some" if share > SOME_LOST else "good"
        values = {"sent": soak.sent, "lost": soak.lost, "seconds": self._soak_seconds}
        return Finding(f"soak.{outcome}", subject, values)


async def close(visit: Visit, session: str) -> None:
    """The worker may have given it up already."""
    with suppress(Refused):
        await visit.ask("session.close", session=session)


def candidates(peer: LoopbackPeer) -> dict[str, str]:
    return {"own": peer.own_candidates, "worker": peer.worker_candidates}
