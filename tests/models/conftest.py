"""A folder of models of its own for each test, and small models made on the spot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from processors.model_store import store
from processors.model_store.rows import ModelFile

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
