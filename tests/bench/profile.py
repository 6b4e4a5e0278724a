"""``python -m tests.bench.profile edges``: where the time of our worker goes, with a number of sessions.

The time that each thread used comes from the kernel; what it was used for from samples of the running process (py-spy,
in the dependency group ``bench``: ``uv run --group bench python -m tests.bench.profile edges``).
"""

import argparse
import asyncio
import shutil
import sys
from collections import Counter
from pathlib import Path

from .child import Child
from .figures import markdown
from .jobs import OUR_KEYS
from .load_run import LoadRun, load_run
from .stream import FOLDER

SAMPLES_PER_SECOND = 200
SETTLE_SECONDS = 2.0
SHARES_SHOWN = 8
# The innermost function of a stack that one of these names is in decides what a sample is counted for.
PARTS = {
    "encode (libvpx)": ("VideoEncoder.",),
    "decode (libvpx)": ("VideoDecoder.",),
    "convert pictures": ("workers/video_codecs.py", "processors/planes.py"),
    "the processor itself": (".process_video", ".process (processors/builtin"),
    "send UDP": ("StunProtocol.send_data",),
    "SRTP": ("pylibsrtp",),
    "bandwidth estimate (REMB)": ("aiortc/rate.py",),
    "wake another thread": ("threading.py", "call_on_loop"),
    "data channel": ("rtcsctptransport.py", "workers/data_channel.py"),
    "figures and what to show, ten times a second": ("MediaWorker._tick", "Measurements.snapshot"),
    "jitter buffer": ("jitter_buffers.py",),
    "packetise": ("packetisers.py",),
    "receive in aiortc": ("rtcrtpreceiver.py", "rtcdtlstransport.py", "aiortc/codecs", "aioice/ice.py"),
    "send in aiortc": ("rtcrtpsender.py",),
    "RTP headers": ("aiortc/rtp.py",),
    "our own bookkeeping": ("workers/", "processors/"),
}
# A thread whose innermost function is one of these waits.
WAITING = ("Runner.run", "Condition.wait", "Event.wait", "_worker (concurrent", "run_forever")


async def profile(job: str, sessions: int, seconds: float) -> None:
    async with load_run("ours") as run:
        await run.grow_to(sessions, job)
        await run.settle(SETTLE_SECONDS)
        server = run.processes[0]
        say(f"{await run.measure(seconds)}\n")
        await say_threads(run, server, seconds)
        stacks = await sampled(server, seconds)
    for kind, parts in parts_of(stacks).items():
        if parts:
            say(f"\n{shares(kind, parts)}")


async def say_threads(run: LoadRun, server: Child, seconds: float) -> None:
    before = thread_seconds(server.pid)
    await run.settle(seconds)
    after = thread_seconds(server.pid)
    used = {thread: (after[thread] - before.get(thread, 0.0)) / seconds for thread in after}
    loop = used.pop(server.pid)
    say(f"loop {loop:.3f} core, {len(used)} other threads {sum(used.values()):.3f} core")


def thread_seconds(pid: int) -> dict[int, float]:
    tasks = Path(f"/proc/{pid}/task")
    return {
        int(task.name): int((task / "schedstat").read_text().split()[0]) / 1e9 for task in tasks.iterdir()
    }


async def sampled(server: Child, seconds: float) -> Counter[tuple[str, ...]]:
    """Return how often each stack was seen, outermost function first."""
    path = FOLDER / "profile.txt"
    program = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or "py-spy"
    recording = await asyncio.create_subprocess_exec(
        *(program, "record", "--pid", str(server.pid), "--duration", f"{seconds:.0f}", "--format", "raw"),
        *("--rate", str(SAMPLES_PER_SECOND), "--threads", "--output", str(path)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if await recording.wait() != 0:
        raise RuntimeError("py-spy could not look at the worker; it needs the rights to trace processes.")
    stacks: Counter[tuple[str, ...]] = Counter()
    for line in path.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        stacks[tuple(stack.split(";"))] += int(count)
    return stacks


def parts_of(stacks: Counter[tuple[str, ...]]) -> dict[str, Counter[str]]:
    """Return how often each part was seen in what each kind of thread did when it did not wait."""
    parts: dict[str, Counter[str]] = {"loop": Counter(), "other threads": Counter()}
    for stack, count in stacks.items():
        if not any(name in stack[-1] for name in WAITING):
            kind = "loop" if "MainThread" in stack[0] else "other threads"
            parts[kind][part_of(stack)] += count
    return parts


def shares(kind: str, parts: Counter[str]) -> str:
    """Return the largest shares as a Markdown table."""
    largest = parts.most_common(SHARES_SHOWN)
    rows = [[f"{100 * count / parts.total():.0f} %", part] for part, count in largest]
    return markdown([[f"share of the {kind}", "what"], *rows])


def part_of(stack: tuple[str, ...]) -> str:
    for function in reversed(stack):
        for part, names in PARTS.items():
            if any(name in function for name in names):
                return part
    return "the rest"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.profile", description=__doc__)
    parser.add_argument("job", choices=OUR_KEYS)
    parser.add_argument("--sessions", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    asyncio.run(profile(options.job, options.sessions, options.seconds))
