"""An offer as it may reach aiortc: within limits, without candidates. Works on the text; needs no hook."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .exceptions import BadOffer
from .sources import source_of

# A stock Chromium offer has 123 lines for video.
MAX_LINES_PER_SECTION = 200
MAX_LINE_CHARACTERS = 1000
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
# All candidates go: the worker learns the browser's address from its checks, so an offer cannot make it send packets
# to third parties, and names that cannot be resolved cannot fail it.
DROPPED = ("a=candidate:", "a=end-of-candidates")
# a=candidate:FOUNDATION COMPONENT PROTOCOL PRIORITY ADDRESS PORT typ TYPE ...
ADDRESS_FIELD = 4
TYPE_FIELD = 7


@dataclass(frozen=True)
class MediaSection:
    """One m-line: kind (audio, video, application), mid, direction as the browser sees it, and what it sends."""

    kind: str
    mid: str
    direction: str
    source: str = ""

    @property
    def browser_sends(self) -> bool:
        return self.direction in ("sendrecv", "sendonly")

    @property
    def browser_receives(self) -> bool:
        return self.direction in ("sendrecv", "recvonly")


@dataclass(frozen=True)
class Offer:
    """A checked offer. ``ice_user`` tells a new peer connection from a re-offer on the same one."""

    sdp: str
    sections: tuple[MediaSection, ...]
    ice_user: str
    # Whether all sections share one transport.
    is_bundled: bool = False


def read_offer(
    sdp: str,
    max_bytes: int,
    max_sections: Mapping[str, int],
    relays: Collection[str] = (),
    sources: Mapping[str, str] = MappingProxyType({}),
) -> Offer:
    """Check and clean an offer; raise BadOffer with the sentence for the developer of the client.

    ``max_sections`` limits the m-lines of each kind. ``relays`` are the addresses of our own relays, for workers
    behind TURN: they cannot learn the browser's address from its checks, so candidates there stay.
    ``sources`` says by mid what sections send (see ``sources.py``).
    """
    if len(sdp.encode()) > max_bytes:
        raise BadOffer(f"The offer is longer than {max_bytes} bytes; offer fewer codecs.")
    lines = [line for line in sdp.replace("\r\n", "\n").split("\n") if line]
    if not lines or not lines[0].startswith("v=0"):
        raise BadOffer("The offer does not begin with v=0; send the SDP of RTCPeerConnection.createOffer().")
    if any(len(line) > MAX_LINE_CHARACTERS for line in lines):
        raise BadOffer(f"A line of the offer is longer than {MAX_LINE_CHARACTERS} characters.")
    blocks = split_sections(lines)
    sections = tuple(read_section(block, sources) for block in blocks[1:])
    check_sections(sections, max_sections)
    kept = [line for line in lines if not line.startswith(DROPPED)]
    bundled = find_value(lines, "a=group:BUNDLE").split()
    is_bundled = all(section.mid in bundled for section in sections)
    # Of sections that share one transport aiortc reads the candidates of the last; browsers write them in the first.
    kept += [line for line in lines if is_bundled and is_on_relay(line, relays)]
    return Offer("\r\n".join(kept) + "\r\n", sections, find_value(lines, "a=ice-ufrag:"), is_bundled)


def split_sections(lines: list[str]) -> list[list[str]]:
    """Return the session's lines, then each media section's."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            blocks.append([])
        blocks[-1].append(line)
    if any(len(block) > MAX_LINES_PER_SECTION for block in blocks):
        raise BadOffer(f"A section of the offer has more than {MAX_LINES_PER_SECTION} lines.")
    return blocks


def read_section(lines: list[str], sources: Mapping[str, str]) -> MediaSection:
    kind = lines[0][2:].split(" ")[0]
    mid = find_value(lines, "a=mid:")
    if not mid:
        raise BadOffer("Each section of the offer needs an a=mid line.")
    direction = next((name for name in DIRECTIONS if f"a={name}" in lines), "sendrecv")
    try:
        return MediaSection(kind, mid, direction, source_of(mid, kind, sources))
    except ValueError as error:
        raise BadOffer(str(error)) from error


def check_sections(sections: tuple[MediaSection, ...], max_sections: Mapping[str, int]) -> None:
    if not sections:
        raise BadOffer("The offer has no media section; add a transceiver or a data channel.")
    for section in sections:
        allowed = max_sections.get(section.kind, 0)
        if sum(other.kind == section.kind for other in sections) > allowed:
            raise BadOffer(f"At most {allowed} sections of kind {section.kind} are accepted here.")


def is_on_relay(line: str, relays: Collection[str]) -> bool:
    """Whether this is a candidate with an address that one of our own relays gave out."""
    # By any white space, as aiortc reads it.
    fields = line.split()
    if not line.startswith("a=candidate:") or len(fields) <= TYPE_FIELD or fields[TYPE_FIELD] != "relay":
        return False
    return fields[ADDRESS_FIELD] in relays


def find_value(lines: list[str], prefix: str) -> str:
    return next((line[len(prefix) :].strip() for line in lines if line.startswith(prefix)), "")
