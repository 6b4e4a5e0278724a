"""Each relay that browsers are told of gives out an address, by the protocol that its address says."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.conf import settings

from rooms import ice
from workers.relay_probe import RelayProblem, allocate
from workers.turn_credentials import turn_server

from .findings import Finding, short

USER = "preflight"


async def about_relays(is_local: bool) -> AsyncIterator[Finding]:
    relays = list(relays_of([*ice.servers(USER), *of_workers()]))
    if not relays:
        yield Finding("relay.unneeded" if is_local else "relay.none")
    for relay in relays:
        yield await about_relay(relay)


def of_workers() -> Iterator[dict[str, Any]]:
    """Media workers behind the relay have an address of their own for it."""
    url = settings.WORKER_TURN_URL
    if url and url not in settings.TURN_URLS:
        yield turn_server([url], settings.TURN_SECRET, USER, settings.TURN_CREDENTIAL_SECONDS)


async def about_relay(relay: dict[str, Any]) -> Finding:
    try:
        address, ms = await allocate(relay["urls"], relay.get("username", ""), relay.get("credential", ""))
    except RelayProblem as problem:
        return Finding(f"relay.{problem.outcome}", relay["urls"], {"error": short(problem)})
    return Finding("relay.good", relay["urls"], {"address": address, "ms": ms})


def relays_of(servers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every relay among ``iceServers`` by itself: an entry with one URL."""
    for server in servers:
        urls = [server["urls"]] if isinstance(server["urls"], str) else server["urls"]
        for url in urls:
            if url.startswith("turn"):
                yield {**server, "urls": url}
