from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.test import Client

from accounts.models import User

from .oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider

pytestmark = pytest.mark.django_db
DANA = {
    "sub": "42",
    "preferred_username": "dana",
    "name": "Dana Dee",
    "email": "dana@team.example",
    "email_verified": True,
}
LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings: Any) -> Iterator[OidcProvider]:
    provider = OidcProvider()
    provider.start()
    provider.person = dict(DANA)
    app = {
        "provider_id": "sso",
        "name": "Team login",
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "settings": {"server_url": provider.url},
    }
    settings.SSO_OIDC_SERVER_URL = provider.url
    settings.SSO_OIDC_NAME = "Team login"
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    settings.SSO_SIGNUP_ALLOWED = True
    settings.SSO_EMAIL_DOMAINS = ["team.example"]
    yield provider
    provider.stop()


def sign_in(client: Client, process: str = "login") -> Any:
    """What a browser does: press the button, follow to the provider, come back with what it gave."""
    to_provider = client.post(f"{LOGIN}?process={process}")
    assert to_provider.status_code == 302, to_provider.content.decode()
    back = requests.get(to_provider["Location"], allow_redirects=False, timeout=10).headers["Location"]
    return client.get(back.removeprefix("http://testserver"), follow=True)


def who(client: Client) -> User | None:
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


def test_the_sign_in_page_offers_it(client: Client, provider: OidcProvider) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "Continue with Team login" in page
    assert f'action="{LOGIN}?process=login' in page


def test_without_the_setting_there_is_none(client: Client) -> None:
    assert "Continue with" not in client.get("/accounts/login/").content.decode()
    assert client.post(LOGIN).status_code == 404


def test_a_colleague_gets_an_account(client: Client, provider: OidcProvider) -> None:
    sign_in(client)
    dana = who(client)
    assert dana
    assert (dana.username, dana.name, dana.email) == ("dana", "Dana Dee", "dana@team.example")
    assert not dana.is_staff
    assert not dana.has_usable_password()


def test_the_second_time_it_is_the_same_account(client: Client, provider: OidcProvider) -> None:
    sign_in(client)
    other_browser = Client()
    sign_in(other_browser)
    assert who(other_browser) == who(client)
    assert User.objects.count() == 1


def test_without_permission_to_sign_up_a_newcomer_is_refused(
    client: Client, provider: OidcProvider, settings: Any
) -> None:
    settings.SSO_SIGNUP_ALLOWED = False
    page = sign_in(client)
    assert "Accounts are by invitation" in page.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email", ["dana@elsewhere.example", "dana@evil-team.example", "team.example@evil.example"]
)
def test_an_address_of_another_domain_is_refused(client: Client, provider: OidcProvider, email: str) -> None:
    provider.person["email"] = email
    sign_in(client)
    assert not User.objects.exists()


def test_an_unconfirmed_address_is_refused(client: Client, provider: OidcProvider) -> None:
    provider.person["email_verified"] = False
    sign_in(client)
    assert not User.objects.exists()


def test_an_existing_account_is_not_taken_over_by_its_address(
    client: Client, provider: OidcProvider, settings: Any, bob: User
) -> None:
    settings.SSO_EMAIL_DOMAINS = ["example.org"]
    provider.person["email"] = "bob@example.org"
    sign_in(client)
    assert who(client) is None
    assert User.objects.count() == 1


def test_a_member_connects_it_and_signs_in_with_it(
    bobs_client: Client, provider: OidcProvider, bob: User
) -> None:
    sign_in(bobs_client, process="connect")
    other_browser = Client()
    sign_in(other_browser)
    assert who(other_browser) == bob


def test_a_closed_account_does_not_get_in(client: Client, provider: OidcProvider) -> None:
    sign_in(client)
    User.objects.update(is_active=False)
    other_browser = Client()
    sign_in(other_browser)
    assert who(other_browser) is None


def test_a_cancelled_sign_in_says_so(client: Client, provider: OidcProvider) -> None:
    provider.error = "access_denied"
    assert "cancelled" in sign_in(client).content.decode()


def test_a_provider_that_fails_gives_a_page_and_no_traceback(client: Client, provider: OidcProvider) -> None:
    provider.error = "server_error"
    assert "did not work" in sign_in(client).content.decode()


def test_an_answer_with_a_forged_state_is_refused(client: Client, provider: OidcProvider) -> None:
    client.post(f"{LOGIN}?process=login")
    page = client.get(f"{LOGIN}callback/?code=stolen&state=forged", follow=True)
    assert "did not work" in page.content.decode()
    assert who(client) is None


def test_opening_the_address_does_not_start_it(client: Client, provider: OidcProvider) -> None:
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert "Continue with Team login" in page.content.decode()
