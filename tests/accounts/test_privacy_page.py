import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def text(client: Client) -> str:
    answer = client.get("/privacy/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_any_server_nobody_else_is_involved(client: Client) -> None:
    page = text(client)
    assert "Nobody. Your browser speaks to this server only" in page
    assert "This site sends no e-mails." in page


def test_it_says_what_rooms_keep_and_pass_on(client: Client) -> None:
    page = text(client)
    for words in (
        "passes them on to the people inside",
        "kept nowhere",
        "in which room",
        "was removed from a room",
    ):
        assert words in page


def test_it_names_the_servers_that_browsers_are_given(client: Client, settings) -> None:
    settings.ICE_SERVERS = [
        {"urls": "stun:stun.example.org:3478"},
        {
            "urls": ["turn:relay.example.org:3478?transport=udp", "turns:[2001:db8::1]:5349"],
            "credential": "hush",
        },
    ]
    page = text(client)
    assert "<strong>stun.example.org</strong> (STUN)" in page
    assert "<strong>relay.example.org</strong> (TURN)" in page
    assert "<strong>2001:db8::1</strong> (TURN)" in page
    assert "hush" not in page
    assert "Nobody." not in page


def test_a_server_that_does_both_is_named_once_as_a_relay(client: Client, settings) -> None:
    settings.ICE_SERVERS = [{"urls": ["stun:one.example.org", "turn:one.example.org"]}]
    page = text(client)
    assert page.count("<strong>one.example.org</strong>") == 1
    assert "<strong>one.example.org</strong> (TURN)" in page


def test_it_names_the_servers_of_the_media_workers(client: Client, settings) -> None:
    settings.WORKER_ICE_SERVERS = [{"urls": "turn:inner.example.org"}]
    assert "inner.example.org" in text(client)


def test_it_names_the_single_sign_on(client: Client, settings) -> None:
    settings.SSO_OIDC_SERVER_URL = "https://login.example.org/realms/team"
    settings.SSO_OIDC_NAME = "Team login"
    page = text(client)
    assert "Team login" in page
    assert "login.example.org" in page


def test_it_names_the_mail_server(client: Client, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "mail.example.org"
    assert "mail.example.org" in text(client)


def test_it_says_how_long_the_history_is_kept(client: Client, settings) -> None:
    settings.SESSION_HISTORY_DAYS = 12
    assert "For 12 days, then deleted." in text(client)
    settings.SESSION_HISTORY_DAYS = 1
    assert "For 1 day, then deleted." in text(client)


def test_it_says_who_runs_the_site(client: Client, settings) -> None:
    assert "has not entered a name" in text(client)
    settings.HOST_NAME = "The vision lab"
    settings.CONTACT = "lab@example.org"
    page = text(client)
    assert "The vision lab" in page
    assert 'href="mailto:lab@example.org"' in page


def test_it_says_whether_guests_are_welcome(client: Client, settings) -> None:
    settings.GUESTS_ALLOWED = True
    assert "Guests can use this site." in text(client)
    settings.GUESTS_ALLOWED = False
    assert "Guests can use this site." not in text(client)


def test_it_warns_without_https(client: Client, settings) -> None:
    assert "not set up for HTTPS" in text(client)
    settings.HTTPS = True
    assert "not set up for HTTPS" not in text(client)


def test_it_names_the_cookies_by_their_real_names(client: Client, settings) -> None:
    settings.SESSION_COOKIE_NAME = "a_renamed_cookie"
    assert "<code>a_renamed_cookie</code>" in text(client)


def test_it_opens_without_signing_in_even_when_guests_are_not_welcome(client: Client, settings) -> None:
    settings.GUESTS_ALLOWED = False
    assert text(client)
