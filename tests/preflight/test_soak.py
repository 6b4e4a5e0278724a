"""The long run counts what the network loses: nothing is repeated behind its back."""

from typing import Any

import aioice.ice
import pytest

from tests.workers.conftest import WorkerUnderTest, processor_spec, worker  # noqa: F401 (a fixture)
from workers.loopback_peer import PACKET_BYTES, LoopbackPeer


class LossyWay:
    """Both ends send through it: every ``nth`` packet of the long run vanishes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
        self.packets = self.lost = 0
        send = aioice.ice.StunProtocol.send_data

        async def send_data(protocol: Any, data: bytes, address: tuple[str, int]) -> None:
            if len(data) > PACKET_BYTES:
                self.packets += 1
                if self.packets % nth == 0:
                    self.lost += 1
                    return
            await send(protocol, data, address)

        monkeypatch.setattr(aioice.ice.StunProtocol, "send_data", send_data)


async def connected(worker: WorkerUnderTest) -> LoopbackPeer:  # noqa: F811
    peer = LoopbackPeer()
    worker.peers.append(peer)  # type: ignore[arg-type]
    sdp = await peer.offer()
    answer = await worker.ask("offer", "one", sdp=sdp, processor=processor_spec("passthrough"))
    await peer.connect(answer["sdp"])
    return peer


async def test_every_lost_packet_is_counted(
    worker: WorkerUnderTest,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peer = await connected(worker)
    assert await peer.round_trip_seconds() > 0
    way = LossyWay(monkeypatch, nth=10)
    soak = await peer.soak(3)
    assert soak.sent == 60
    assert way.lost >= 5
    assert soak.lost == way.lost


async def test_candidates_are_told_by_their_kinds(worker: WorkerUnderTest) -> None:  # noqa: F811
    peer = await connected(worker)
    assert (peer.own_candidates, peer.worker_candidates) == ("host udp", "host udp")
