"""Where we may connect to: a URL is taken apart, resolved once and checked; the caller connects to what was checked.

Without a list of allowed hosts any public address will do. With one, only what it names:

* a name (``models.example.org``) or all names below one (``*.example.org``), at a public or private address;
* an address or a network (``10.1.2.3``, ``127.0.0.0/8``), of whatever kind;
* each of them with a port (``models.example.org:8001``, ``[fd00::/8]:443``) at that port only.

So a name never leads to this machine or to a link-local address, such as that of a cloud's metadata, unless that
address itself is in the list.
"""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from .errors import AddressRefused, ServerUnreachable

PORTS = {"grpc": 8001, "grpcs": 443, "http": 80, "https": 443}  # 8001 is what Triton listens on
ENCRYPTED = frozenset({"grpcs", "https"})
ANY_PORT = 0
URL_CHARACTERS = 500
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
ENTRY = re.compile(r"(?:\[(?P<address>[^\[\]]+)\]|(?P<name>[^:\[\]]+)):(?P<port>[0-9]{1,5})")
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
PRIVATE = [
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of a URL. ``path`` has no slash at its end; gRPC has none."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def encrypted(self) -> bool:
        return self.scheme in ENCRYPTED

    @property
    def is_grpc(self) -> bool:
        return self.scheme.startswith("grpc")

    @property
    def authority(self) -> str:
        """Host and port as URLs and headers have them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The list of the settings, taken apart: each with its port, or with ``ANY_PORT``."""

    names: frozenset[tuple[str, int]]
    networks: tuple[tuple[Network, int], ...]

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "Allowed":
        """Raise ``ValueError`` for an entry that is neither a name nor an address nor a network."""
        names: set[tuple[str, int]] = set()
        networks: list[tuple[Network, int]] = []
        for entry in entries:
            host, port = entry_parts(entry)
            try:
                networks.append((ipaddress.ip_network(host), port))
            except ValueError:
                names.add((name_of(host), port))
        return cls(frozenset(names), tuple(networks))

    @property
    def is_empty(self) -> bool:
        return not self.names and not self.networks

    def names_host(self, place: Place) -> bool:
        host = place.host
        parents = [f"*.{host[dot + 1 :]}" for dot, letter in enumerate(host) if letter == "."]
        return any((name, port) in self.names for name in (host, *parents) for port in (ANY_PORT, place.port))

    def holds(self, address: Address, port: int) -> bool:
        return any(address in network and at in (ANY_PORT, port) for network, at in self.networks)


def parse_url(url: str) -> Place:
    """Take a URL apart, strictly: whatever two programs could read differently is refused."""
    if len(url) > URL_CHARACTERS or not url.isascii() or re.search(r"[\s\\\x00-\x1f\x7f%]", url):
        raise AddressRefused("The address has characters that do not belong there.")
    parts = split(url)
    if parts.scheme not in PORTS:
        raise AddressRefused("The address must begin with grpc://, grpcs://, http:// or https://.")
    if "@" in parts.netloc:
        raise AddressRefused("The address must have no name or password; a token has a field of its own.")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise AddressRefused("The address must end after host, port and path.")
    scheme, port = parts.scheme, port_of(parts)
    return Place(scheme, host_of(parts), port, path_of(parts))


def check_place(place: Place, allowed: Allowed, resolve: Resolve) -> list[str]:
    """Resolve once and return the addresses to connect to, each of them checked."""
    found = [ipaddress.ip_address(text) for text in numeric(place.host) or resolve(place.host, place.port)]
    if not found:
        raise AddressRefused(f"The host {place.host} has no address.")
    for address in found:
        check_address(place, address, allowed)
    return [str(address) for address in found]


def check_address(place: Place, address: Address, allowed: Allowed) -> None:
    meant = embedded(address)
    if allowed.holds(address, place.port) or allowed.holds(meant, place.port):
        return
    if allowed.names_host(place):
        if (meant.is_global and not meant.is_multicast) or is_private(meant):
            return
        raise AddressRefused(
            f"The host {place.host} leads to {address}, which must be in REMOTE_ALLOWED_HOSTS itself."
        )
    if not allowed.is_empty:
        raise not_listed(place)
    if not meant.is_global or meant.is_multicast:
        raise AddressRefused(
            f"The host {place.host} leads to {address}, which is not public; add it to REMOTE_ALLOWED_HOSTS "
            "if that is meant."
        )


def not_listed(place: Place) -> AddressRefused:
    return AddressRefused(f"The host {place.host} is not in REMOTE_ALLOWED_HOSTS with port {place.port}.")


def resolve_within(seconds: float) -> Resolve:
    """Return a resolver that gives up in time: the system's own may wait for many seconds."""

    def resolve(host: str, port: int) -> list[str]:
        answers: SimpleQueue[list[str] | OSError] = SimpleQueue()
        threading.Thread(target=lambda: answers.put(looked_up(host, port)), daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            raise ServerUnreachable(host) from None
        if isinstance(answer, OSError):
            raise ServerUnreachable(host) from answer
        return answer

    return resolve


def looked_up(host: str, port: int) -> list[str] | OSError:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return error if isinstance(error, OSError) else OSError(str(error))
    # An address once, and without the zone of a link-local one.
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def is_private(address: Address) -> bool:
    return any(address in network for network in PRIVATE)


def entry_parts(entry: str) -> tuple[str, int]:
    """Take an entry of the list apart; an IPv6 address has a port only behind brackets."""
    found = ENTRY.fullmatch(entry)
    if found is None:
        return entry.removeprefix("[").removesuffix("]"), ANY_PORT
    port = int(found["port"])
    if not 0 < port < 65536:
        raise ValueError(f"{entry!r} has a port that is not from 1 to 65535")
    return found["address"] or found["name"], port


def split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise AddressRefused("The address cannot be read.") from error


def port_of(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise AddressRefused("The port must be a number from 1 to 65535.") from error
    if port == 0 or parts.netloc.endswith(":"):
        raise AddressRefused("The port must be a number from 1 to 65535.")
    return port or PORTS[parts.scheme]


def host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if numeric(host):
        return str(ipaddress.ip_address(host))
    try:
        return name_of(host)
    except ValueError as error:
        raise AddressRefused(f"{host or 'Nothing'} is not a host; write a name or an address.") from error


def path_of(parts: SplitResult) -> str:
    path = parts.path.rstrip("/")
    if path and (parts.scheme.startswith("grpc") or not PATH.fullmatch(path) or ".." in path.split("/")):
        raise AddressRefused("The address must end after host, port and path.")
    return path


def numeric(host: str) -> list[str]:
    """Return the address itself if the host is one, written in the usual way."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return []


def name_of(text: str) -> str:
    """Return a host name in lower case; one that some program could take for an address is none."""
    name = text.lower().removesuffix(".")
    labels = name.removeprefix("*.").split(".")
    last = labels[-1]
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{text!r} is not a host name")
    # 2130706433, 127.1 and 0x7f.1 are addresses in disguise.
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        raise ValueError(f"{text!r} is not a host name, and not an address as one usually writes it")
    return name
