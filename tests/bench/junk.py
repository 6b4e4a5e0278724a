"""What junk from a stranger costs: so many datagrams a second at the UDP port of a running session."""

import asyncio

from tests.support.udp import dropped_by_kernel

from .child import Child
from .figures import Figure
from .junk_sender import DATAGRAMS
from .load_run import LoadRun, load_run
from .measure import Measurement
from .rows import Measurements, Plan
from .scene import FRAMES_PER_SECOND

SENDER = "tests.bench.junk_sender"
PACKETS_PER_SECOND = 20_000
FLOOD_SECONDS = 10.0
# Cores that the flood may cost, and how many of its 30 pictures a second the session may miss.
HOLD_CORES, HOLD_MISSING = 0.3, 1.5
# What a datagram begins with decides how far it gets.
KINDS = tuple(DATAGRAMS)


async def junk(plan: Plan, seen: Measurements) -> list[Figure]:
    """One visitor of edges, quiet and then under fire of each kind."""
    figures = []
    async with load_run("ours") as run, Child(SENDER) as sender:
        await run.grow_to(1, "edges")
        await run.settle(plan.settle_seconds)
        quiet = await run.measure(FLOOD_SECONDS)
        for kind in KINDS:
            flooded, sent, refused, lost = await under_fire(run, sender, kind)
            seen.append(flooded)
            name = f"{PACKETS_PER_SECOND} packets/s of {kind} from a stranger"
            figures += [
                Figure(f"{name}: cores added", flooded.server_cores - quiet.server_cores, None, HOLD_CORES),
                Figure(f"{name}: sent, 1/s", sent / FLOOD_SECONDS),
                Figure(f"{name}: dropped by the guard, 1/s", refused / FLOOD_SECONDS),
                Figure(f"{name}: dropped by the kernel, 1/s", lost / FLOOD_SECONDS),
                Figure(f"{name}: pictures a second that are missing", missing(flooded), None, HOLD_MISSING),
                Figure(f"{name}: p95 delay over the quiet one's", flooded.p95_ms, quiet.p95_ms),
            ]
    return figures


def missing(found: Measurement) -> float:
    return FRAMES_PER_SECOND - found.fps


async def under_fire(run: LoadRun, sender: Child, kind: str) -> tuple[Measurement, int, int, int]:
    """Return what was measured, and how many datagrams were sent, refused by the guard, and lost in the kernel."""
    host, port = run.addresses[0]
    before, refused = dropped_by_kernel(port), await run.dropped_datagrams()
    fire = {"host": host, "port": port, "junk": kind, "per_second": PACKETS_PER_SECOND}
    measured, answer = await asyncio.gather(
        run.measure(FLOOD_SECONDS), sender.ask("flood", **fire, seconds=FLOOD_SECONDS)
    )
    refused = await run.dropped_datagrams() - refused
    return measured, answer["sent"], refused, dropped_by_kernel(port) - before
