"""From where a socket comes, for limits that a visitor without a cookie cannot shed."""

import ipaddress
from typing import Any

from django.conf import settings

# One household or machine has a whole IPv6 network of this size.
IPV6_NETWORK_BITS = 64


def address_of(scope: dict[str, Any]) -> str:
    """The visitor's address as our own proxies saw it, or the peer's; empty where there is none."""
    forwarded = [hop for hop in _forwarded(scope) if hop]
    count: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if count and len(forwarded) >= count:
        # Each proxy appends whom it talks to; what stands further left was written by the visitor.
        return network_of(forwarded[-count])
    return network_of((scope.get("client") or [""])[0])


def network_of(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK_BITS), strict=False))


def _forwarded(scope: dict[str, Any]) -> list[str]:
    values = [
        value.decode("latin1") for name, value in scope.get("headers", []) if name == b"x-forwarded-for"
    ]
    return [hop.strip() for hop in ",".join(values).split(",")]
