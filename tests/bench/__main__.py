"""``python -m tests.bench``: measure, print, write var/bench/latest.json; exit status 1 if a figure does not hold."""

import argparse
import asyncio
import logging
import platform
import sys
import time
from collections.abc import Sequence

from . import engine_rows, rows
from .capacity import capacity
from .chromium_rows import chromium
from .figures import Figure, table, write_json
from .host_row import host
from .junk import junk
from .matrix import matrix_table
from .measure import Measurement
from .model_row import model
from .stream import FOLDER, prepared_stream

QUICK_ROWS: dict[str, rows.Row] = {
    "sessions": rows.sessions,
    "rooms": rows.rooms,
    "viewers": rows.viewers,
    "hidden": rows.hidden,
    "slow": rows.slow,
    "limit": rows.limit,
    "big-room": rows.big_room,
    "host": host,
}
FULL_ROWS: dict[str, rows.Row] = QUICK_ROWS | {
    "capacity": capacity,
    "chromium": chromium,
    "site": rows.site,
    "junk": junk,
    "model": model,
    "loop": engine_rows.loop,
    "opencv": engine_rows.opencv,
}


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    names = options.rows or list(QUICK_ROWS if options.quick else FULL_ROWS)
    plan = rows.QUICK if options.quick else rows.FULL
    prepared_stream()
    begun = time.monotonic()
    figures, seen = asyncio.run(measure_rows(names, plan))
    write_json(FOLDER / "latest.json", [figure.as_dict() for figure in figures])
    write_json(FOLDER / "measurements.json", [each.as_dict() for each in seen])
    say_all(figures, seen)
    say(f"Written to {FOLDER}/latest.json; every window is in measurements.json.")
    say(f"All rows took {time.monotonic() - begun:.0f} s.")
    return int(any(figure.holds is False for figure in figures))


async def measure_rows(names: list[str], plan: rows.Plan) -> tuple[list[Figure], list[Measurement]]:
    figures: list[Figure] = []
    seen: list[Measurement] = []
    for name in names:
        begun = time.monotonic()
        figures += await FULL_ROWS[name](plan, seen)
        say(f"The row {name} took {time.monotonic() - begun:.0f} s.")
    return figures, seen


def say_all(figures: list[Figure], seen: list[Measurement]) -> None:
    """Print the tables as docs/performance.md has them."""
    if disturbed := sum(not each.is_calm for each in seen):
        say(f"\nOther work kept this machine busy in {disturbed} of {len(seen)} windows: figures may be off.")
    say(f"\n{table(figures)}\n")
    if every_number := matrix_table(figures):
        say(f"For every number of sessions, ours / plain:\n\n{every_number}\n")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    made.add_argument("rows", nargs="*", choices=[[], *FULL_ROWS], help="only these rows (default: all)")
    made.add_argument(
        "--quick", action="store_true", help="shorter windows, and only the rows that need a few minutes"
    )
    return made


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    say(f"Python {platform.python_version()} on {platform.platform()}")
    raise SystemExit(main(sys.argv[1:]))
