"""In which order the tests run, and which of the processes of ``make test`` runs them."""

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling

# What takes long goes first, so that all processes end at about the same time; the rest follows by name.
FIRST = ("tests/browser/", "tests/workers/", "tests/bench/", "tests/models/", "tests/processors/")
# These share sites and browsers, so one process takes them all; a file of any other folder goes to whoever is free.
IN_ONE_PIECE = "tests/browser/"


class ByFileButBrowsersTogether(LoadFileScheduling):
    """Hands out one file after the other, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return IN_ONE_PIECE if nodeid.startswith(IN_ONE_PIECE) else super()._split_scope(nodeid)


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Sort by folder; within a folder nothing moves."""
    return sorted(items, key=lambda item: rank(item.nodeid))


def rank(nodeid: str) -> int:
    return next((place for place, folder in enumerate(FIRST) if nodeid.startswith(folder)), len(FIRST))
