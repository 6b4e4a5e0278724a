import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.embedding import embeddable
from accounts.middleware.security_headers import SecurityHeadersMiddleware
from accounts.models import User

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/accounts/login/",
    "/accounts/me/",
    "/privacy/",
    "/about/",
    "/admin/",
    "/admin/accounts/user/",
    "/nowhere/",
)


def policy(answer: HttpResponse) -> dict[str, str]:
    directives = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in directives}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_them(alices_client: Client, page: str) -> None:
    answer = alices_client.get(page)
    csp = policy(answer)
    assert csp["default-src"] == csp["script-src"] == csp["style-src"] == "'self'"
    assert csp["connect-src"] == "'self' ws://testserver"
    assert csp["object-src"] == csp["base-uri"] == csp["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "camera=(self), microphone=(self), display-capture=(self)" in answer["Permissions-Policy"]
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


def test_behind_https_the_websocket_is_encrypted_too(client: Client) -> None:
    assert policy(client.get("/privacy/", secure=True))["connect-src"] == "'self' wss://testserver"


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(client: Client, bob: User) -> None:
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "bob", "password": "a short walk"})
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_a_forged_proxy_header_does_not_make_a_connection_secure(client: Client) -> None:
    answer = client.get("/privacy/", headers={"X-Forwarded-Proto": "https"})
    assert policy(answer)["connect-src"].endswith("ws://testserver")


def test_a_forged_host_is_refused_with_headers_too(client: Client) -> None:
    answer = client.get("/privacy/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert policy(answer)["connect-src"] == "'self'"


@embeddable
def studio(request: HttpRequest) -> HttpResponse:
    return HttpResponse("studio")


def framed(path: str) -> HttpResponse:
    return SecurityHeadersMiddleware(studio)(RequestFactory().get(path))


def test_named_sites_may_frame_a_page_in_embed_mode(settings) -> None:
    settings.EMBED_ORIGINS = ["https://wiki.example.org"]
    answer = framed("/p/edges/?embed=1")
    assert policy(answer)["frame-ancestors"] == "https://wiki.example.org"
    assert answer.xframe_options_exempt


def test_nobody_else_may(settings) -> None:
    assert policy(framed("/p/edges/?embed=1"))["frame-ancestors"] == "'none'"
    settings.EMBED_ORIGINS = ["https://wiki.example.org"]
    assert policy(framed("/p/edges/"))["frame-ancestors"] == "'none'"
