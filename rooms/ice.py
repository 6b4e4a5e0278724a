"""What a page gets to connect with: servers, credentials of its own for the relay, and whether it must use it."""

import hashlib
from typing import Any

from django.conf import settings

from workers.turn_credentials import turn_server

# Enough to tell sessions apart in the relay's log and quota; it leads back to none of them.
USER_CHARACTERS = 16


def for_session(session: str) -> dict[str, Any]:
    """The fields of ``session.opened`` and ``session.resumed``; given to admitted sessions only."""
    return {
        "ice_servers": servers(session),
        # The browser uses no other way than the relay.
        "ice_relay_only": settings.ICE_RELAY_ONLY or bool(settings.WORKER_TURN_URL),
        # The offer must name the browser's addresses on the relay: the worker cannot be reached otherwise.
        "ice_candidates": bool(settings.WORKER_TURN_URL),
    }


def servers(session: str) -> list[dict[str, Any]]:
    if not settings.TURN_URLS:
        return list(settings.ICE_SERVERS)
    relay = turn_server(
        settings.TURN_URLS, settings.TURN_SECRET, user_of(session), settings.TURN_CREDENTIAL_SECONDS
    )
    return [*settings.ICE_SERVERS, relay]


def user_of(session: str) -> str:
    """One name for a session, however often it resumes: the relay counts allocations by it."""
    return hashlib.sha256(f"turn {session}".encode()).hexdigest()[:USER_CHARACTERS]


def relay_urls() -> list[str]:
    """Every relay that browsers are told of, however the host has set it; holds no secret."""
    entries = [server["urls"] for server in settings.ICE_SERVERS]
    flat = [url for entry in entries for url in ([entry] if isinstance(entry, str) else entry)]
    return [*(url for url in flat if url.startswith("turn")), *settings.TURN_URLS]


def transport_of(url: str) -> str:
    """What the way to a relay needs of the visitor's network: udp, tcp or tls."""
    if url.startswith("turns:"):
        return "tls"
    return "tcp" if "transport=tcp" in url else "udp"


def relay_ways() -> list[str]:
    """By what the relays can be reached, in words: UDP, TCP, TLS."""
    return list(dict.fromkeys(transport_of(url).upper() for url in relay_urls()))
