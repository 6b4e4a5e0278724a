"""A folder of models of its own for each test, and small models made on the spot."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from processors.hosts import HostOptions, HostPool
from processors.model_store import store
from processors.model_store.rows import ModelFile
from processors.models import Processor
from processors.sandbox import Limits
from tests.processors.host.conftest import HostDesk

Taken = Callable[[bytes, str], ModelFile]


@pytest.fixture(autouse=True)
def models_dir(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    settings.MODELS_DIR = folder
    monkeypatch.setenv("SHOWROOM_MODELS_DIR", str(folder))
    return folder


@pytest.fixture
def desk(alice: Any) -> Client:
    """The admin as the owner of the site sees it."""
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def take(db: None) -> Taken:
    """Brings a file the way every file comes: quarantine, check, folder."""

    def taken(data: bytes, name: str = "model.onnx") -> ModelFile:
        part = store.quarantine() / "arrived.part"
        part.write_bytes(data)
        row = store.take(part, name)
        store.check(row)
        row.refresh_from_db()
        return row

    return taken


@pytest.fixture
def sit_down(models_dir: Path) -> Iterator[Callable[..., HostDesk]]:
    """``sit_down(row, **parameters)`` opens a session of a row in a processor host."""
    limits = Limits(readable=(str(models_dir),))
    pool, desks = HostPool(HostOptions(load_seconds=30.0, limits=limits)), []

    def sit(row: Processor, **values: Any) -> HostDesk:
        desks.append(HostDesk(pool, row.key, row.configuration, values))
        desks[-1].runner.open()
        return desks[-1]

    yield sit
    for each in desks:
        each.close()
    pool.close()
