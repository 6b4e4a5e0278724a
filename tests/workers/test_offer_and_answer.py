"""Offers within limits and without candidates; answers with our bit rates and address."""

import pytest

from workers.answer import QUALITIES, finish_answer
from workers.exceptions import BadOffer
from workers.offer import read_offer

MAX_SECTIONS = {"video": 1, "audio": 1, "application": 1}

OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=candidate:1 1 udp 1 10.0.0.9 7000 typ host",
        "a=end-of-candidates",
        "a=ice-ufrag:abcd",
        "a=mid:0",
        "a=sendonly",
        "a=rtpmap:96 VP8/90000",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=candidate:2 1 udp 1 b1.local 7001 typ host",
        "a=ice-ufrag:abcd",
        "a=mid:1",
        "",
    ]
)


def test_candidates_and_their_end_are_removed() -> None:
    offer = read_offer(OFFER, 65536, MAX_SECTIONS)
    assert "candidate" not in offer.sdp
    assert "a=rtpmap:96 VP8/90000" in offer.sdp
    assert offer.ice_user == "abcd"


@pytest.mark.parametrize(
    "candidate",
    [
        "1 1 udp 1 10.0.0.9 7000 typ host",
        "1 1 udp 1 203.0.113.7 7000 typ host",
        "1 1 udp 1 10.0.0.9 7000 typ relay raddr 203.0.113.7 rport 9",
        "1  1 udp 203.0.113.7 10.0.0.9 relay typ host relay",
        "1 1 udp 1 printer.local 7000 typ relay",
        "1 1 udp 1",
    ],
)
def test_a_worker_behind_turn_keeps_addresses_on_our_relay_only(candidate: str) -> None:
    ours = "a=candidate:9 1 udp 1 203.0.113.7 50000 typ relay raddr 0.0.0.0 rport 0"
    offer = read_offer(f"{OFFER}{ours}\r\na=candidate:{candidate}\r\n", 65536, MAX_SECTIONS, {"203.0.113.7"})
    assert [line for line in offer.sdp.splitlines() if "candidate" in line] == [ours]


def test_sections_are_read_as_the_browser_means_them() -> None:
    video, data = read_offer(OFFER, 65536, MAX_SECTIONS).sections
    assert (video.kind, video.mid, video.browser_sends, video.browser_receives) == ("video", "0", True, False)
    assert data.kind == "application"


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        ("", "v=0"),
        ("hello", "v=0"),
        ("v=0\r\n", "no media section"),
        (OFFER + "m=video 9 X 96\r\na=mid:7\r\n", "At most 1 sections of kind video"),
        (OFFER + "m=audio 9 X 96\r\n", "a=mid"),
        (OFFER + "a=x:" + "y" * 2000, "1000 characters"),
        (OFFER + "a=ssrc:1\r\n" * 220, "200 lines"),
        (OFFER + "a=ssrc:1 z\r\n" * 9000, "65536 bytes"),
        (OFFER.replace("m=application", "m=message"), "kind message"),
    ],
)
def test_what_is_beyond_the_limits_is_refused_with_a_reason(offer: str, reason: str) -> None:
    with pytest.raises(BadOffer, match=reason):
        read_offer(offer, 65536, MAX_SECTIONS)


ANSWER = "\r\n".join(
    [
        "v=0",
        "m=video 9 UDP/TLS/RTP/SAVPF 97 98 99",
        "a=rtpmap:97 VP8/90000",
        "a=rtpmap:98 rtx/90000",
        "a=fmtp:98 apt=97",
        "a=rtpmap:99 H264/90000",
        "a=fmtp:99 packetization-mode=1;profile-level-id=42e01f",
        "a=candidate:1 1 udp 2130706431 172.18.0.3 50007 typ host",
        "a=candidate:2 1 udp 2130706431 fd00::3 50008 typ host",
        "a=candidate:3 1 udp 100 198.51.100.1 50009 typ srflx raddr 172.18.0.3 rport 50007",
        "",
    ]
)


def test_chromium_is_told_to_start_at_full_quality() -> None:
    answer = finish_answer(ANSWER, QUALITIES["standard"])
    start = QUALITIES["standard"].start_kbps
    assert f"a=fmtp:97 x-google-start-bitrate={start};" in answer
    assert f"profile-level-id=42e01f;x-google-start-bitrate={start};" in answer
    assert "a=fmtp:98 apt=97\r\n" in answer
    assert "172.18.0.3 50007 typ host" in answer


def test_a_public_address_stands_in_host_candidates_of_its_family_only() -> None:
    answer = finish_answer(ANSWER, QUALITIES["low"], "203.0.113.9")
    assert "203.0.113.9 50007 typ host" in answer
    assert "fd00::3" not in answer
    assert "198.51.100.1 50009 typ srflx" in answer
