"""What the media workers that run just now say about themselves, for pages and checks of the catalogue.

The catalogue knows no workers: whoever does (``workers.apps``) says here how they are asked.
"""

from collections.abc import Callable
from dataclasses import dataclass

from . import sandbox


@dataclass(frozen=True)
class Isolation:
    level: str
    files_hidden: bool


AskWorkers = Callable[[], list[Isolation]]


def nobody() -> list[Isolation]:
    return []


ask_workers: AskWorkers = nobody


def weakest_isolation() -> Isolation | None:
    """Return how well each worker, at least, keeps hosts apart; None if no worker runs or has found out yet."""
    told = ask_workers()
    if not told:
        return None
    return Isolation(
        min((each.level for each in told), key=sandbox.LEVELS.index),
        all(each.files_hidden for each in told),
    )
