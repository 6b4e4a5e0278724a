"""An offer cannot make a worker send packets to an address of its choice, inside or outside."""

import asyncio
import re
import socket
import struct

import aioice.ice
import pytest

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, processor_spec, until

WATCH_SECONDS = 10.0
NAME = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0.local"
MDNS = ("224.0.0.251", 5353)


def listener(address: tuple[str, int]) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.setblocking(False)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.bind(address)
    return found


def mdns_listener() -> socket.socket:
    found = listener(("", MDNS[1]))
    group = struct.pack("=4sl", socket.inet_aton(MDNS[0]), socket.INADDR_ANY)
    found.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    return found


def own_addresses() -> list[str]:
    """Loopback, and the addresses of this machine in private networks."""
    return ["127.0.0.1", *aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=False)]


def received(sockets: list[socket.socket]) -> list[bytes]:
    found = []
    for each in sockets:
        while True:
            try:
                found.append(each.recv(2000))
            except BlockingIOError:
                break
    return found


def pointed_at(sdp: str, addresses: list[tuple[str, int]]) -> str:
    """Return the offer with these addresses instead of the browser's, wherever SDP has a place for one."""
    host, port = addresses[0]
    sdp = re.sub(r"a=candidate:.*\r\n", "", sdp)
    sdp = re.sub(r"c=IN IP4 \S+", f"c=IN IP4 {host}", sdp)
    sdp = re.sub(r"o=(\S+ \S+ \S+) IN IP4 \S+", rf"o=\1 IN IP4 {host}", sdp)
    sdp = re.sub(r"a=rtcp:.*", f"a=rtcp:{port} IN IP4 {host}", sdp)
    sdp = re.sub(r"m=(audio|video|application) \d+", rf"m=\1 {port}", sdp)
    lines = [
        f"a=candidate:{number} 1 udp {2130706431 - number} {address} {to} typ {kind}"
        for number, (address, to) in enumerate([*addresses, (NAME, port)], 1)
        for kind in ("host", "srflx raddr 0.0.0.0 rport 9", "relay raddr 0.0.0.0 rport 9")
    ]
    candidates = "\r\n".join(lines)
    return re.sub(r"(a=mid:\S+)", lambda found: f"{found[1]}\r\n{candidates}", sdp)


@pytest.mark.slow
async def test_an_offer_that_names_others_addresses_sends_them_no_packet(worker: WorkerUnderTest) -> None:
    sockets = [listener((address, 0)) for address in own_addresses()]
    targets = [each.getsockname() for each in sockets]
    questions = mdns_listener()
    peer = BrowserPeer(NumberedCamera())
    worker.peers.append(peer)
    sdp = pointed_at(await peer.offer(), targets)
    assert f"{targets[0][0]} {targets[0][1]} typ host" in sdp
    answer = await worker.ask("offer", "one", sdp=sdp, processor=processor_spec("passthrough"))
    assert answer["type"] == "answer", answer
    await asyncio.sleep(WATCH_SECONDS)
    assert received(sockets) == []
    assert not [each for each in received([questions]) if NAME.split(".")[0].encode() in each]
    for each in [*sockets, questions]:
        each.close()


async def test_the_real_browser_is_found_by_its_own_checks_all_the_same(worker: WorkerUnderTest) -> None:
    with listener(("127.0.0.1", 0)) as other:
        peer = BrowserPeer(NumberedCamera())
        worker.peers.append(peer)
        sdp = pointed_at(await peer.offer(), [other.getsockname()])
        answer = await worker.ask("offer", "one", sdp=sdp, processor=processor_spec("passthrough"))
        await peer.accept(answer["sdp"])
        await until(lambda: len(peer.pictures) > 5)
        assert received([other]) == []
