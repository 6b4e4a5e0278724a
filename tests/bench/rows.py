"""The rows of the benchmark. Each measures ours and the plain server in turn and returns its figures.

A row is called with a ``Plan`` (how long, how often) and a list to which it adds every single measurement.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .child import ChildFailed
from .figures import Figure
from .load_run import load_run
from .matrix import matrix
from .measure import Measurement, at, matching, median_measurement
from .physical_limit import ms_per_frame

Measurements = list[Measurement]

# Visitors who come one after the other, in one run.
SESSION_STEPS = (1, 2, 4, 8, 12)
ROOM_SIZES = (2, 4, 6)
BIG_ROOM = 8
# Where CPU and delay are compared.
COMPARED_SESSIONS = 4
ROOM_COMPARED = 4
SHOW_VIEWERS = (1, 5)
# Codecs take their memory in the first seconds.
SLOW_SETTLE_SECONDS = 6.0
# At five pictures a second it takes this long to learn how late they are.
SLOW_LEARN_SECONDS = 2.5
SLOW_WINDOW_SECONDS = 4.0
# A hidden tile costs little: that shows in a longer window only.
HIDDEN_WINDOW_SECONDS = 4.0
JOBS = ("none", "invert", "edges")
BOTH = ("ours", "plain")


@dataclass(frozen=True)
class Plan:
    """How long a window lasts, how long a server may settle before, and how often the compared rows are measured."""

    window_seconds: float
    settle_seconds: float
    repeats: int
    room_repeats: int


QUICK = Plan(window_seconds=2.0, settle_seconds=0.6, repeats=3, room_repeats=1)
FULL = Plan(window_seconds=6.0, settle_seconds=2.0, repeats=5, room_repeats=4)

Row = Callable[[Plan, Measurements], Awaitable[list[Figure]]]


async def sessions(plan: Plan, seen: Measurements) -> list[Figure]:
    """One person, one processor, 1 to 12 times: CPU, delay, first frame, memory."""
    found: Measurements = []
    for job in JOBS:
        for server in BOTH:
            found += await growing(plan, server, job, SESSION_STEPS)
    for repeat in range(1, plan.repeats):
        for job in JOBS:
            for server in BOTH[:: 1 if repeat % 2 else -1]:
                found += await growing(plan, server, job, [COMPARED_SESSIONS])
    seen += found
    return session_figures(found) + matrix(found, JOBS, SESSION_STEPS)


async def growing(plan: Plan, server: str, job: str, steps: Sequence[int]) -> Measurements:
    """Let visitors come up to each number of ``steps`` and look at each, as far as the server lets them in."""
    found: Measurements = []
    async with load_run(server) as run:
        for number in steps:
            try:
                await run.grow_to(number, job)
            except ChildFailed:
                return found
            await run.settle(plan.settle_seconds)
            found.append(await run.measure(plan.window_seconds))
    return found


def session_figures(seen: Measurements) -> list[Figure]:
    def cpu(job: str, hold: float, reach: float) -> Figure:
        ours, plain = (at(seen, server, job, COMPARED_SESSIONS) for server in BOTH)
        name = f"cores per session at 30 fps, {COMPARED_SESSIONS} sessions, {job}"
        return Figure(name, ours.cores_at_full_rate, plain.cores_at_full_rate, hold, reach)

    ours, plain = (at(seen, server, "edges", COMPARED_SESSIONS) for server in BOTH)
    return [
        cpu("invert", 0.7, 0.5),
        cpu("edges", 0.55, 0.4),
        cpu("none", 0.15, 0.1),
        Figure("p50 delay of edges, ms", ours.p50_ms, plain.p50_ms, 0.3, 0.15),
        Figure("p95 delay of edges, ms", ours.p95_ms, plain.p95_ms),
        Figure("first frame of edges, s", ours.first_frame_seconds, plain.first_frame_seconds),
    ]


async def rooms(plan: Plan, seen: Measurements) -> list[Figure]:
    """Rooms of 2, 4 and 6, everyone sees everyone: server CPU without processors and with invert for all."""
    figures = []
    limits = {"none": (0.15, 0.1), "invert": (0.55, 0.35)}
    for job, (hold, reach) in limits.items():
        for size in ROOM_SIZES:
            is_compared = size == ROOM_COMPARED
            ours, plain = await both_rooms(plan, seen, size, job, plan.room_repeats if is_compared else 1)
            limits_here = (hold, reach) if is_compared else (None, None)
            streams = size * (size - 1)
            name = f"room of {size}, cores at 30 fps, {job}"
            cores = (streams * each.cores_at_full_rate for each in (ours, plain))
            figures.append(Figure(name, *cores, *limits_here))
    return figures


async def big_room(plan: Plan, seen: Measurements) -> list[Figure]:
    """A room of 8 without processors: what it costs, and whether it keeps its 30 fps."""
    ours, plain = await both_rooms(plan, seen, BIG_ROOM, "none", 1)
    streams = BIG_ROOM * (BIG_ROOM - 1)
    name = f"room of {BIG_ROOM}, none"
    return [
        Figure(f"{name}: cores at 30 fps", *(streams * each.cores_at_full_rate for each in (ours, plain))),
        *missing_pictures(name, ours, plain),
    ]


def missing_pictures(name: str, ours: Measurement, plain: Measurement) -> list[Figure]:
    """Return what the slowest stream misses: a mean of all would not show a dead one."""
    what = f"{name}: pictures a second that the slowest stream misses"
    return [
        Figure(what, 30 - ours.slowest_fps, None, 2.0),
        Figure(f"{what}, plain", 30 - plain.slowest_fps),
    ]


async def hidden(plan: Plan, seen: Measurements) -> list[Figure]:
    """What a tile costs that nobody looks at: one looks on, four more come, then these hide the picture.

    All in one process, one after the other: two processes differ by more than a hidden tile costs.
    """
    few, many = SHOW_VIEWERS
    async with load_run("ours") as run:
        await run.open_show(few, "invert")
        await run.settle(plan.settle_seconds)
        alone = await run.measure(HIDDEN_WINDOW_SECONDS)
        await run.add_viewers(many - few)
        await run.settle(plan.settle_seconds)
        shown = await run.measure(HIDDEN_WINDOW_SECONDS)
        await run.hide_all(range(few + 1, many + 1))
        await run.settle(plan.settle_seconds)
        one_left = await run.measure(HIDDEN_WINDOW_SECONDS)
    seen += [shown, one_left, alone]
    each_hidden = (one_left.server_cores - alone.server_cores) / (many - few)
    each_shown = (shown.server_cores - alone.server_cores) / (many - few)
    return [
        Figure("a hidden tile, cores", each_hidden, None, 0.005),
        Figure("the same tile shown, cores", each_shown),
    ]


async def both_rooms(
    plan: Plan, seen: Measurements, size: int, job: str, repeats: int
) -> tuple[Measurement, Measurement]:
    found: dict[str, Measurements] = {server: [] for server in BOTH}
    for repeat in range(repeats):
        for server in BOTH[:: -1 if repeat % 2 else 1]:
            async with load_run(server) as run:
                await run.open_room(size, job)
                await run.settle(plan.settle_seconds)
                found[server].append(await run.measure(plan.window_seconds))
        seen += [found[server][-1] for server in BOTH]
    return median_measurement(found["ours"]), median_measurement(found["plain"])


async def site(plan: Plan, seen: Measurements) -> list[Figure]:
    """A room of the running site, opened by its command and joined over its websocket, beside the bare engine's."""
    figures = []
    for job in ("none", "invert"):
        found = []
        for server in ("site", "ours"):
            async with load_run(server) as run:
                await run.open_room(ROOM_COMPARED, job)
                await run.settle(plan.settle_seconds)
                found.append(await run.measure(plan.window_seconds))
        seen += found
        streams = ROOM_COMPARED * (ROOM_COMPARED - 1)
        cores = (streams * each.cores_at_full_rate for each in found)
        figures.append(Figure(f"room of {ROOM_COMPARED} of the running site, cores at 30 fps, {job}", *cores))
    return figures


async def viewers(plan: Plan, seen: Measurements) -> list[Figure]:
    """One more viewer of a processed stream: what each of four more costs, and whether anything more is encoded."""
    cores: dict[str, list[float]] = {server: [] for server in BOTH}
    encodes_per_frame = []
    few, many = SHOW_VIEWERS
    for server in BOTH:
        for number in SHOW_VIEWERS:
            async with load_run(server) as run:
                await run.open_show(number, "invert")
                await run.settle(plan.settle_seconds)
                before = await run.encoded_frames()
                seen.append(await run.measure(plan.window_seconds))
                delivered = seen[-1].frames_per_second / number * plan.window_seconds
                encodes_per_frame.append((await run.encoded_frames() - before) / max(delivered, 1))
                cores[server].append(seen[-1].server_cores)
    ours, plain = ((after - before) / (many - few) for before, after in cores.values())
    return [
        Figure("one more viewer of a processed stream, cores", ours, None, 0.03),
        Figure("one more viewer of a processed stream, cores, plain", plain),
        Figure(
            f"encodes per frame of a processed stream with {many} viewers", encodes_per_frame[1], None, 1.1
        ),
    ]


async def slow(plan: Plan, seen: Measurements) -> list[Figure]:
    """A processor of 0.2 s a frame, 1 to 12 times: the delay stays short and the memory flat."""
    found: Measurements = []
    grown = {}
    for server in BOTH:
        grown[server] = await growing_slowly(plan, server, found)
    seen += found
    ours, plain = (at(found, server, "sleep", COMPARED_SESSIONS) for server in BOTH)
    name, seconds = "slow processor (0.2 s)", slow_window_seconds(plan)
    return [
        Figure(f"{name}: p50 delay, s", ours.p50_ms / 1000, None, 0.35, 0.25),
        Figure(f"{name}: p50 delay, s, plain", plain.p50_ms / 1000),
        Figure(f"{name}: memory grown in {seconds:g} s, MB", grown["ours"], None, 4.0),
        Figure(f"{name}: memory grown in {seconds:g} s, MB, plain", grown["plain"]),
        *matrix(found, ["sleep"], SESSION_STEPS),
    ]


async def growing_slowly(plan: Plan, server: str, found: Measurements) -> float:
    """As ``growing``, in one run; return by how many MB the memory grew while the compared number was looked at."""
    grown = float("nan")
    async with load_run(server) as run:
        for number in SESSION_STEPS:
            is_compared = number == COMPARED_SESSIONS
            try:
                await run.grow_to(number, "sleep")
            except ChildFailed:
                return grown
            await run.settle(SLOW_SETTLE_SECONDS if is_compared else SLOW_LEARN_SECONDS)
            before = run.resident_bytes()
            found.append(await run.measure(slow_window_seconds(plan) if is_compared else plan.window_seconds))
            if is_compared:
                grown = (run.resident_bytes() - before) / 1e6
    return grown


def slow_window_seconds(plan: Plan) -> float:
    return max(SLOW_WINDOW_SECONDS, plan.window_seconds)


async def limit(plan: Plan, seen: Measurements) -> list[Figure]:
    """The physical limit: decode, convert, process, convert, encode in one loop, without any network."""
    figures = []
    for job in ("invert", "edges"):
        alone = ms_per_frame(job, plan.window_seconds)
        if matching(seen, "ours", job, COMPARED_SESSIONS):
            name = f"CPU ms per frame, {COMPARED_SESSIONS} sessions, over the physical limit, {job}"
            figures.append(Figure(name, at(seen, "ours", job, COMPARED_SESSIONS).ms_per_frame, alone))
        else:
            figures.append(Figure(f"physical limit, CPU ms per frame, {job}", alone))
    return figures
