from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.test import Client

from accounts.models import User
from accounts.signals import close_sockets, session_mark, user_group

pytestmark = pytest.mark.django_db
NEW = "a much longer walk"


@pytest.fixture
def heard(bob: User) -> Callable[[], list[dict[str, Any]]]:
    """A socket of Bob's: the messages that reach it."""
    layer: Any = get_channel_layer()
    layer.flush = getattr(layer, "flush", None)
    channel = async_to_sync(layer.new_channel)()
    async_to_sync(layer.group_add)(user_group(bob.pk), channel)

    def messages() -> list[dict[str, Any]]:
        queue = layer.channels.get(channel)
        return [queue.get_nowait()[1] for _ in range(queue.qsize())] if queue else []

    return messages


def test_sign_out_closes_those_of_this_browser(heard: Any, bobs_client: Client) -> None:
    mark = session_mark(bobs_client.session.session_key)
    bobs_client.post("/accounts/logout/")
    assert heard() == [{"type": "account.signed_out", "session": mark}]


def test_one_can_sign_out_while_redis_is_away(bobs_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*arguments: Any) -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(get_channel_layer(), "group_send", fail)
    assert bobs_client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in bobs_client.session


def test_disabling_closes_all(
    heard: Any, alices_client: Client, bob: User, django_capture_on_commit_callbacks
) -> None:
    data = {"username": "bob", "display_name": "", "email": "", "language": ""}
    with django_capture_on_commit_callbacks(execute=True):
        answer = alices_client.post(f"/admin/accounts/user/{bob.pk}/change/", data)
    assert answer.status_code == 302
    bob.refresh_from_db()
    assert not bob.is_active
    assert heard() == [{"type": "account.signed_out", "session": ""}]


def test_a_new_password_closes_all(
    heard: Any, bobs_client: Client, django_capture_on_commit_callbacks
) -> None:
    data = {"oldpassword": "a short walk", "password1": NEW, "password2": NEW}
    with django_capture_on_commit_callbacks(execute=True):
        bobs_client.post("/accounts/password/change/", data)
    assert heard() == [{"type": "account.signed_out", "session": ""}]


def test_deleting_the_account_closes_all(
    heard: Any, bobs_client: Client, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        bobs_client.post("/accounts/me/delete/", {"proof": "a short walk"})
    assert heard()[-1] == {"type": "account.signed_out", "session": ""}


def test_a_new_name_closes_none(heard: Any, bobs_client: Client, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        bobs_client.post("/accounts/me/", {"display_name": "Bobby", "language": ""})
    assert heard() == []


def test_signing_in_closes_none(heard: Any, client: Client, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/login/", {"login": "bob", "password": "a short walk"})
    assert heard() == []


def test_another_persons_sockets_stay(heard: Any, charlie: User) -> None:
    close_sockets(charlie.pk)
    assert heard() == []
