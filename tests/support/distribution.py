"""In which order the tests run, and which of the processes of ``make test`` runs them."""

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling

# What takes long goes first, so that all processes end at about the same time; the rest follows by name.
ORDER = (
    "tests/browser/",
    "tests/workers/",
    "tests/browser/test_rooms_",
    "tests/bench/",
    "tests/models/",
    "tests/processors/",
)
# What shares sites and browsers is run by one process; a file of any other folder goes to whoever is free.
PIECES = ("tests/browser/test_rooms_", "tests/browser/")


class ByFileOrPiece(LoadFileScheduling):
    """Hands out one file or piece after the other, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return next((piece for piece in PIECES if nodeid.startswith(piece)), super()._split_scope(nodeid))


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Sort by folder and piece; within one nothing moves."""
    return sorted(items, key=lambda item: rank(item.nodeid))


def rank(nodeid: str) -> int:
    """Return the place of the longest beginning that fits."""
    fitting = [beginning for beginning in ORDER if nodeid.startswith(beginning)]
    return ORDER.index(max(fitting, key=len)) if fitting else len(ORDER)
