"""The relay as a host would run it: coturn with the configuration that the command writes."""

from collections.abc import Iterator

import pytest

from tests.support.turn_server import TurnServer


@pytest.fixture(scope="package")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with TurnServer(tmp_path_factory.mktemp("relay")) as running:
        yield running
