"""An answer as the browser gets it: our bit rates, our public address. Works on the text; needs no hook."""

import ipaddress
import re
from dataclasses import dataclass

VP8_MAP = re.compile(r"a=rtpmap:(\d+) VP8/90000", re.IGNORECASE)
# a=candidate:FOUNDATION COMPONENT PROTOCOL PRIORITY ADDRESS PORT typ TYPE ...
ADDRESS_FIELD = 4
TYPE_FIELD = 7


@dataclass(frozen=True)
class Quality:
    """What a visitor's quality level means; bit rates in kbit/s."""

    width: int
    height: int
    # The browser's camera: Chromium starts at the first and stays between the other two.
    start_kbps: int
    min_kbps: int
    max_kbps: int
    # Our encoder, while the viewer's network takes it.
    encode_kbps: int


QUALITIES = {
    "low": Quality(320, 240, start_kbps=400, min_kbps=100, max_kbps=600, encode_kbps=400),
    "standard": Quality(640, 480, start_kbps=1200, min_kbps=250, max_kbps=2000, encode_kbps=900),
    "high": Quality(1280, 720, start_kbps=2500, min_kbps=500, max_kbps=4000, encode_kbps=2200),
}


def finish_answer(sdp: str, quality: Quality, public_address: str = "") -> str:
    """Return the answer with start bit rates for Chromium and, if given, the public address of this worker."""
    lines = sdp.replace("\r\n", "\n").rstrip("\n").split("\n")
    lines = with_bit_rates(lines, quality)
    if public_address:
        lines = with_public_address(lines, public_address)
    return "\r\n".join(lines) + "\r\n"


def with_bit_rates(lines: list[str], quality: Quality) -> list[str]:
    """Add x-google-* to VP8's format parameters.

    Left alone, Chromium begins near 250 kbit/s and a small picture, and needs over 20 s to climb.
    """
    rates = (
        f"x-google-start-bitrate={quality.start_kbps};x-google-min-bitrate={quality.min_kbps};"
        f"x-google-max-bitrate={quality.max_kbps}"
    )
    finished = []
    for line in lines:
        finished.append(line)
        if match := VP8_MAP.fullmatch(line):
            finished.append(f"a=fmtp:{match[1]} {rates}")
    return finished


def with_public_address(lines: list[str], public_address: str) -> list[str]:
    """Name the public address in host candidates of its family; candidates of the other family go."""
    return [renamed for line in lines if (renamed := with_address(line, public_address)) is not None]


def with_address(line: str, public_address: str) -> str | None:
    if not line.startswith("a=candidate:"):
        return line
    fields = line.split(" ")
    if fields[TYPE_FIELD] != "host":
        return line
    if family(fields[ADDRESS_FIELD]) != family(public_address):
        return None
    fields[ADDRESS_FIELD] = public_address
    return " ".join(fields)


def family(address: str) -> int:
    return ipaddress.ip_address(address).version
