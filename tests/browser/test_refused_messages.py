"""What a broken or hostile client sends to the real server: a typed error, never a lost session or a 1011."""

import json

import pytest

from tests.support.site import Site
from tests.support.socket import SignallingSocket

VP9_ONLY = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=video 9 UDP/TLS/RTP/SAVPF 98",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32),
        "a=setup:actpass",
        "a=mid:0",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtpmap:98 VP9/90000",
        "",
    ]
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{not json", "bad_json"),
        ("[]", "bad_message"),
        ('{"type": "session.open"}', "bad_message"),
        ('{"type": "session.fly"}', "unknown_type"),
        (b"binary", "binary_not_supported"),
        (json.dumps({"type": "ping", "time": 1, "filler": "x" * 200_000}), "message_too_large"),
    ],
)
def test_a_malformed_message_is_answered_and_nothing_is_lost(
    text: str | bytes, code: str, site: Site
) -> None:
    with SignallingSocket(site, "bob") as socket:
        opened = socket.request("session.open", processor="edges")
        socket.send(text)
        refusal = socket.receive()
        assert (refusal["type"], refusal["code"]) == ("error", code)
        assert refusal["message"]
        assert socket.request("ping", time=5)["time"] == 5
        assert socket.request("session.close", session=opened["session"])["type"] == "session.closed"


def test_a_message_above_the_servers_own_limit_closes_the_socket(site: Site) -> None:
    with SignallingSocket(site, "bob") as socket:
        socket.send("x" * 2_000_000)
        assert socket.close_code() not in {None, 1011}


def test_an_offer_without_a_usable_codec(any_site: Site) -> None:
    with SignallingSocket(any_site, "bob") as socket:
        session = socket.request("session.open", processor="edges")["session"]
        offer = {"session": session, "sdp": VP9_ONLY, "processor": "edges", "parameters": {}}
        refusal = socket.request("session.offer", **offer, quality="standard")
        assert (refusal["type"], refusal["code"]) == ("error", "no_usable_codec")
        refusal = socket.request("session.offer", **{**offer, "sdp": "v=0 nonsense"}, quality="standard")
        assert (refusal["type"], refusal["code"]) == ("error", "bad_offer")
        refusal = socket.request("session.offer", **{**offer, "sdp": "x" * 70_000}, quality="standard")
        assert (refusal["type"], refusal["code"]) == ("error", "sdp_too_large")
        assert socket.request("session.close", session=session)["type"] == "session.closed"


def test_somebody_elses_session_is_unknown(any_site: Site) -> None:
    with SignallingSocket(any_site, "bob") as his, SignallingSocket(any_site, "charlie") as hers:
        session = his.request("session.open", processor="edges")["session"]
        refusal = hers.request("session.close", session=session)
        assert (refusal["type"], refusal["code"]) == ("error", "session_unknown")
        assert his.request("session.close", session=session)["type"] == "session.closed"
