import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
OPEN_PAGES = ("/accounts/login/", "/accounts/password/reset/", "/privacy/", "/about/", "/jsi18n/")


def test_guests_look_around_when_they_are_welcome(client: Client, settings) -> None:
    settings.GUESTS_ALLOWED = True
    assert client.get("/").status_code == 200
    assert "Continue as a guest" in client.get("/accounts/login/").content.decode()


def test_else_they_are_asked_to_sign_in(client: Client, settings) -> None:
    settings.GUESTS_ALLOWED = False
    answer = client.get("/p/edges/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/p/edges/"
    assert "Continue as a guest" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("page", OPEN_PAGES)
def test_some_pages_are_for_everybody(client: Client, settings, page: str) -> None:
    settings.GUESTS_ALLOWED = False
    assert client.get(page).status_code == 200


def test_the_language_can_be_chosen_before_signing_in(client: Client, settings) -> None:
    settings.GUESTS_ALLOWED = False
    client.post("/i18n/setlang/", {"language": "de", "next": "/accounts/login/"})
    assert '<html lang="de"' in client.get("/accounts/login/").content.decode()


def test_the_api_answers_in_its_own_language(client: Client, settings) -> None:
    settings.GUESTS_ALLOWED = False
    answer = client.get("/api/processors/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_allowed"


def test_members_come_in_either_way(bobs_client: Client, bob: User, settings) -> None:
    for settings.GUESTS_ALLOWED in (True, False):
        assert bobs_client.get("/").status_code == 200


@pytest.mark.parametrize("page", ["/accounts/me/", "/accounts/me/export/", "/accounts/me/delete/"])
def test_guests_have_no_account_page(client: Client, settings, page: str) -> None:
    settings.GUESTS_ALLOWED = True
    assert client.get(page).status_code == 302
