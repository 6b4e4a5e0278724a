"""A catalogue of four rows, one per visibility, and browsers for the people who ask for them."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import translation
from PIL import Image

from processors import catalogue
from processors.models import Processor
from processors.visibility import Visibility

Browser = Callable[[Any], Client]


@pytest.fixture
def stella(alice: Any) -> Any:
    """Staff, but not the owner: may look at drafts, may not change anything."""
    return type(alice).objects.create_user("stella", "stella@example.org", "a staff walk", is_staff=True)


@pytest.fixture
def guest() -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def rows(db: None) -> dict[str, Processor]:
    return {value: make_row(value, visibility=value) for value in Visibility.values}


@pytest.fixture
def row(db: None) -> Processor:
    return make_row("hall")


@pytest.fixture
def browser() -> Browser:
    def signed_in(user: Any) -> Client:
        client = Client()
        if not user.is_anonymous:
            client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def admin_browser(alice: Any, browser: Browser) -> Client:
    return browser(alice)


@pytest.fixture
def guests_welcome(settings: Any) -> None:
    settings.GUESTS_ALLOWED = True


@pytest.fixture
def every_kind(db: None, monkeypatch: pytest.MonkeyPatch) -> Processor:
    """A row whose class has a parameter of every kind."""
    for key, name in {"every-kind": "EveryKind", "only-size": "OnlySize"}.items():
        monkeypatch.setitem(catalogue.BUILTINS, key, f"tests.catalogue.every_kind:{name}")
    return make_row("kinds", key="every-kind")


def png(width: int = 32, height: int = 18) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(output, "PNG")
    return output.getvalue()


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A request in German, with a dictionary that no translator can change."""
    words = {"Volume": "Lautstärke", "Passthrough": "Durchgang"}
    monkeypatch.setattr("processors.translation.gettext", lambda text: words.get(text, text))
    with translation.override("de"):
        yield


def make_row(slug: str, **values: Any) -> Processor:
    defaults = {"title": slug.capitalize(), "key": "passthrough", "visibility": Visibility.EVERYONE}
    return Processor.objects.create(slug=slug, **{**defaults, **values})
