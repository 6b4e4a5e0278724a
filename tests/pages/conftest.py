"""A small wall: three processors that exist, one whose class does not."""

from typing import Any

import pytest
from django.test import Client

from processors.models import Processor
from processors.visibility import Visibility


@pytest.fixture(autouse=True)
def open_house(settings: Any, tmp_path: Any) -> None:
    """Guests are welcome."""
    settings.GUESTS_ALLOWED = True
    settings.VAR_DIR = tmp_path


@pytest.fixture
def wall(db: None) -> dict[str, Processor]:
    rows = [
        hang("edges", "Edges", "Finds outlines.", "vision,picture", order=1),
        hang("hidden-faces", "Hide faces", "Blurs every face.", "faces,privacy", order=2),
        hang("gain", "Volume", "Louder or quieter.", "sound", order=3),
        hang("no-such-class", "Lost", "Its package is gone.", "vision", order=4),
    ]
    return {row.slug: row for row in rows}


def hang(key: str, title: str, description: str, tags: str, **fields: Any) -> Processor:
    fields = {"visibility": Visibility.EVERYONE, "slug": key, **fields}
    return Processor.objects.create(key=key, title=title, description=description, tags=tags, **fields)


@pytest.fixture
def visitor() -> Client:
    return Client()
