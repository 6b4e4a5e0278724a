"""The relay is a way to the media workers and no way into a network."""

import pytest

from tests.support.turn_server import TurnServer

# IPv6 peers do not fit an IPv4 allocation (443); everybody else is denied (403).
REFUSED = {403, 443}

STRANGERS = [
    "127.0.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "10.0.0.1",
    "10.255.255.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.255.254",
    "100.64.0.1",
    "100.127.255.254",
    "224.0.0.1",
    "255.255.255.255",
    "8.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "fe80::1",
    "fd00::2",
    "2001:4860:4860::8888",
]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_are_refused(relay: TurnServer, stranger: str) -> None:
    with relay.client(**relay.credentials(f"to-{stranger}".replace(":", "-"))) as client:
        assert client.allocate() == 0
        assert client.may_reach(stranger) in REFUSED
        assert client.may_bind(stranger) in REFUSED


def test_a_media_worker_is_reached(relay: TurnServer) -> None:
    with relay.client(**relay.credentials("to-a-worker")) as client:
        assert client.allocate() == 0
        assert client.may_reach(relay.address) == 0
        assert client.may_bind(relay.address) == 0
