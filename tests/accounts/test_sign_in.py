import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def sign_in(client: Client, login: str, password: str, **more: str):
    return client.post("/accounts/login/", {"login": login, "password": password, **more})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_it_shows_the_form(client: Client) -> None:
    page = client.get("/accounts/login/")
    assert page.status_code == 200
    assert 'autocomplete="current-password"' in page.content.decode()


def test_it_signs_in_by_user_name_and_by_e_mail(client: Client, bob: User) -> None:
    for login in ("bob", "bob@example.org"):
        answer = sign_in(client, login, "a short walk")
        assert answer.status_code == 302
        assert answer["Location"] == "/"
        assert signed_in(client)
        client.post("/accounts/logout/")
        assert not signed_in(client)


def test_it_returns_to_where_one_came_from(client: Client, bob: User) -> None:
    answer = sign_in(client, "bob", "a short walk", next="/p/edges/")
    assert answer["Location"] == "/p/edges/"


def test_it_does_not_lead_to_another_site(client: Client, bob: User) -> None:
    answer = sign_in(client, "bob", "a short walk", next="https://elsewhere.example/")
    assert answer["Location"] == "/"


def test_a_wrong_password_is_refused_in_plain_words(client: Client, bob: User) -> None:
    page = sign_in(client, "bob", "a wrong walk")
    assert page.status_code == 200
    assert "The name or the password is not right" in page.content.decode()
    assert not signed_in(client)


def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password(client: Client, bob: User) -> None:
    known = sign_in(client, "bob", "a wrong walk").context["form"].errors
    unknown = sign_in(client, "nobody", "a wrong walk").context["form"].errors
    assert known == unknown


def test_a_closed_account_does_not_get_in(client: Client, bob: User) -> None:
    bob.is_active = False
    bob.save()
    sign_in(client, "bob", "a short walk")
    assert not signed_in(client)


def test_opening_the_sign_out_page_does_not_sign_out(bobs_client: Client) -> None:
    page = bobs_client.get("/accounts/logout/")
    assert page.status_code == 200
    assert signed_in(bobs_client)


def test_the_admin_asks_at_the_same_door(client: Client, alice: User) -> None:
    answer = client.get("/admin/login/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    answer = client.post("/admin/login/", {"username": "alice", "password": "a long walk"})
    assert not signed_in(client)


def test_members_do_not_get_into_the_admin(bobs_client: Client) -> None:
    assert bobs_client.get("/admin/login/").status_code == 403
    assert bobs_client.get("/admin/").status_code == 302


def test_the_account_language_is_used_until_the_browser_chooses_one(bobs_client: Client, bob: User) -> None:
    bob.language = "de"
    bob.save()
    assert '<html lang="de"' in bobs_client.get("/accounts/me/").content.decode()
    bobs_client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in bobs_client.get("/accounts/me/").content.decode()
