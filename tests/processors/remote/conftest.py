from collections.abc import Iterator
from pathlib import Path

import pytest

from .misbehaving import MisbehavingServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MisbehavingServer]:
    running = MisbehavingServer(tmp_path)
    yield running
    running.kill()
