from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processors.host.conftest import pool, sit_down  # noqa: F401

from .misbehaving import MisbehavingServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MisbehavingServer]:
    running = MisbehavingServer(tmp_path)
    yield running
    running.kill()
