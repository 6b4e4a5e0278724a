import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
TRIES = 20


def sign_in(name: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": password})
    return client


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_twenty_wrong_passwords_block_the_account_for_a_while(bob: User) -> None:
    for _ in range(TRIES):
        sign_in("bob", "a guess")
    client = Client()
    page = client.post("/accounts/login/", {"login": "bob", "password": "a short walk"})
    assert not signed_in(client)
    assert "Too many" in page.content.decode()


def test_others_at_the_same_address_are_not_affected(bob: User, charlie: User) -> None:
    for _ in range(TRIES):
        sign_in("bob", "a guess")
    assert signed_in(sign_in("charlie", "no walk"))


def test_guessing_many_names_from_one_address_is_blocked(charlie: User) -> None:
    for number in range(60):
        sign_in(f"name{number}", "a guess")
    assert not signed_in(sign_in("charlie", "no walk"))


def test_a_forged_address_does_not_help(bob: User) -> None:
    for number in range(TRIES):
        Client(headers={"X-Forwarded-For": f"203.0.113.{number}"}).post(
            "/accounts/login/", {"login": "bob", "password": "a guess"}
        )
    assert not signed_in(sign_in("bob", "a short walk"))


def test_four_wrong_passwords_are_forgiven(bob: User) -> None:
    for _ in range(4):
        sign_in("bob", "a guess")
    assert signed_in(sign_in("bob", "a short walk"))
