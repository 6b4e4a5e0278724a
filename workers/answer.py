"""An answer as the browser gets it: our bit rates, our public address. Works on the text; needs no hook."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

VIDEO_MAP = re.compile(r"a=rtpmap:(\d+) (?:VP8|H264)/90000", re.IGNORECASE)
OPUS_MAP = re.compile(r"a=rtpmap:(\d+) opus/48000/2", re.IGNORECASE)
FORMAT = re.compile(r"a=fmtp:(\d+) ")
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
    """Add x-google-* to the format parameters of VP8 and H.264.

    Left alone, Chromium begins near 250 kbit/s and a small picture, and needs over 20 s to climb.
    """
    rates = (
        f"x-google-start-bitrate={quality.start_kbps};x-google-min-bitrate={quality.min_kbps};"
        f"x-google-max-bitrate={quality.max_kbps}"
    )
    video = {match[1] for line in lines if (match := VIDEO_MAP.fullmatch(line))}
    described = {match[1] for line in lines if (match := FORMAT.match(line))}
    finished = []
    for line in lines:
        is_ours = (match := FORMAT.match(line)) is not None and match[1] in video
        finished.append(f"{line};{rates}" if is_ours else line)
        if (match := VIDEO_MAP.fullmatch(line)) and match[1] not in described:
            finished.append(f"a=fmtp:{match[1]} {rates}")
    return finished


@dataclass(frozen=True)
class StreamName:
    """What a section is called in the answer: sections of one ``stream`` are played in step (RFC 8830)."""

    stream: str
    track: str


def with_streams(sdp: str, names: Mapping[str, StreamName]) -> str:
    """Return the answer with the stream of each section that is named by its mid.

    aiortc gives all sections of a connection one stream, so that a browser would play everybody in step with everybody.
    """
    head, *sections = re.split(r"(?m)^(?=m=)", sdp)
    return head + "".join(with_stream(section, names) for section in sections)


def with_stream(section: str, names: Mapping[str, StreamName]) -> str:
    mid = re.search(r"(?m)^a=mid:(\S+)", section)
    name = names.get(mid[1]) if mid else None
    if name is None:
        return section
    return re.sub(r"(?m)^a=msid:[^\r\n]*", f"a=msid:{token(name.stream)} {token(name.track)}", section)


def with_ssrcs(sdp: str, renewed: Mapping[int, int]) -> str:
    """Return the answer with other SSRCs, by the ones that it names."""

    def renew(number: re.Match[str]) -> str:
        return str(renewed.get(int(number[0]), number[0]))

    lines = (re.sub(r"\d+", renew, line) if line.startswith("a=ssrc") else line for line in sdp.split("\r\n"))
    return "\r\n".join(lines)


def token(name: str) -> str:
    """Return ``name`` in the characters that SDP has for names (RFC 8866 §9)."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:64]


def with_opus_limits(sdp: str, bits_per_second: int) -> str:
    """Ask the browser for no more than ``bits_per_second`` of sound (RFC 7587 §6.1): slow viewers must take it too."""
    lines = sdp.split("\r\n")
    opus = {match[1] for line in lines if (match := OPUS_MAP.fullmatch(line))}
    limit = f"maxaveragebitrate={bits_per_second}"
    finished = []
    for line in lines:
        if match := FORMAT.match(line):
            line += f";{limit}" if match[1] in opus else ""
        finished.append(line)
        if (match := OPUS_MAP.fullmatch(line)) and not any(f"a=fmtp:{match[1]} " in each for each in lines):
            finished.append(f"a=fmtp:{match[1]} {limit};useinbandfec=1")
    return "\r\n".join(finished)


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
