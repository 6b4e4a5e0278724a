"""coturn's configuration out of the settings: deploy/turnserver.conf, filled in."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Engine

TEMPLATE = settings.BASE_DIR / "deploy" / "turnserver.conf"
PORT, TLS_PORT = 3478, 5349
# A page takes one allocation for each URL of the relay; a session that changes networks a few more for a while.
USER_QUOTA = 4
TOTAL_QUOTA = 400
LIFETIME_SECONDS = 180
URL = re.compile(r"(turns?):(?:\[[^]]+\]|[^:?]+)(?::(\d+))?")
# One line of the file each: nothing in them may begin another.
LINE = re.compile(r"[!-~]+")
# Used to ask the system for its way out; nothing is sent there (RFC 5737).
ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True)
class Place:
    """What of the relay belongs to the machine rather than to the site."""

    port: int = 0
    tls_port: int = 0
    listening_addresses: tuple[str, ...] = ()


def rendered(place: Place) -> str:
    """Return the whole file; raise ImproperlyConfigured with the setting to change."""
    relay_address = settings.TURN_RELAY_ADDRESS or own_address()
    values = {
        "urls": settings.TURN_URLS,
        "port": place.port or port_of("turn", PORT),
        "tls_port": place.tls_port or port_of("turns", TLS_PORT),
        "listening_addresses": place.listening_addresses,
        "relay_address": relay_address,
        "own_address": relay_of_workers(relay_address),
        "external_address": settings.TURN_EXTERNAL_ADDRESS,
        "first_port": settings.TURN_RELAY_PORTS[0],
        "last_port": settings.TURN_RELAY_PORTS[1],
        "secret": one_line("TURN_SECRET", settings.TURN_SECRET),
        "realm": one_line("TURN_REALM", settings.TURN_REALM),
        "user_quota": USER_QUOTA,
        "total_quota": TOTAL_QUOTA,
        "lifetime_seconds": LIFETIME_SECONDS,
        "bytes_per_second": settings.TURN_BYTES_PER_SECOND,
        "peers": [as_range(network) for network in workers()],
        **certificate(),
    }
    return Engine(autoescape=False).from_string(TEMPLATE.read_text()).render(Context(values))


def port_of(scheme: str, default: int) -> int:
    found = (URL.match(url) for url in settings.TURN_URLS)
    ports = [match[2] for match in found if match and match[1] == scheme]
    return int(ports[0] or default) if ports else default


def workers() -> list[ipaddress.IPv4Network]:
    """The only peers; without them the relay would be of no use to anybody."""
    entries = settings.TURN_WORKER_ADDRESSES or list(filter(None, [settings.WORKER_PUBLIC_ADDRESS]))
    if not entries and not settings.WORKER_TURN_URL:
        raise ImproperlyConfigured(
            "The relay must be told where the media workers are, and reaches nobody else; "
            "write for example TURN_WORKER_ADDRESSES=10.0.5.7"
        )
    networks = [ipaddress.ip_network(entry, strict=False) for entry in entries]
    return list(checked(networks))


def checked(networks: Iterable[Any]) -> Iterable[ipaddress.IPv4Network]:
    for network in networks:
        if network.version != 4:
            raise ImproperlyConfigured(
                f"TURN_WORKER_ADDRESSES has {network}, but the relay speaks IPv4 to the workers; name IPv4 addresses"
            )
        if network.is_loopback or network.is_multicast or network.is_link_local or network.is_unspecified:
            raise ImproperlyConfigured(
                f"TURN_WORKER_ADDRESSES has {network}, which is no address of a media worker; "
                "name the one by which the relay reaches it"
            )
        yield network


def as_range(network: ipaddress.IPv4Network) -> str:
    first, last = network[0], network[-1]
    return str(first) if first == last else f"{first}-{last}"


def relay_of_workers(relay_address: str) -> str:
    """Where workers have their addresses if they sit behind this relay too."""
    return (settings.TURN_EXTERNAL_ADDRESS or relay_address) if settings.WORKER_TURN_URL else ""


def certificate() -> dict[str, str]:
    files = {"certificate": settings.TURN_CERTIFICATE, "certificate_key": settings.TURN_CERTIFICATE_KEY}
    if bool(files["certificate"]) != bool(files["certificate_key"]):
        raise ImproperlyConfigured("TURN_CERTIFICATE and TURN_CERTIFICATE_KEY go together; set both or none")
    if any(url.startswith("turns:") for url in settings.TURN_URLS) and not files["certificate"]:
        raise ImproperlyConfigured(
            "TURN_URLS has a turns: address, which needs a certificate; set TURN_CERTIFICATE and TURN_CERTIFICATE_KEY"
        )
    return files


def one_line(name: str, value: str) -> str:
    if not LINE.fullmatch(value):
        raise ImproperlyConfigured(f"{name} must be set, in letters, digits and signs without spaces")
    return value


def own_address() -> str:
    """The IPv4 address by which this machine reaches others."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError as error:
            raise ImproperlyConfigured(
                "This machine has no IPv4 address for the relay; write for example TURN_RELAY_ADDRESS=203.0.113.9"
            ) from error
        return str(probe.getsockname()[0])
