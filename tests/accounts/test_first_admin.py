from urllib.parse import quote

import pytest
from django.test import Client

from accounts.first_admin import ensure_admin
from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer() -> Client:
    made = ensure_admin()
    assert made
    client = Client()
    client.post("/accounts/login/", {"login": made[0], "password": made[1]})
    return client


def test_an_empty_site_gets_an_admin_once() -> None:
    name, password = ensure_admin() or ("", "")
    assert User.objects.get(username=name).check_password(password)
    assert ensure_admin() is None


def test_a_site_with_an_admin_gets_none(alice: User) -> None:
    assert ensure_admin() is None


def test_a_member_who_took_the_name_does_not_become_admin() -> None:
    member = User.objects.create_user("admin", password="a short walk")
    name, _ = ensure_admin() or ("", "")
    assert name.startswith("admin-")
    member.refresh_from_db()
    assert not member.is_superuser


@pytest.mark.parametrize("page", ["/", "/accounts/me/", "/admin/", "/api/processors/"])
def test_the_one_time_password_opens_nothing_but_the_page_for_a_new_one(newcomer: Client, page: str) -> None:
    answer = newcomer.get(page)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/password/change/?next={quote(page, safe='')}"


def test_the_page_for_a_new_password_says_why(newcomer: Client) -> None:
    assert "one-time password" in newcomer.get("/accounts/password/change/").content.decode()


def test_a_new_password_opens_the_site(newcomer: Client) -> None:
    old = {"oldpassword": "wrong", "password1": "a very long walk", "password2": "a very long walk"}
    assert newcomer.post("/accounts/password/change/", old).status_code == 200
    assert newcomer.get("/accounts/me/").status_code == 302
    user = User.objects.get()
    user.set_password("one time")
    user.save()
    newcomer.force_login(user)
    asked = {**old, "oldpassword": "one time", "next": "/accounts/me/"}
    answer = newcomer.post("/accounts/password/change/", asked)
    assert answer["Location"] == "/accounts/me/", "on to what was asked for first"
    assert newcomer.get("/accounts/me/").status_code == 200
    assert not User.objects.get().must_change_password
