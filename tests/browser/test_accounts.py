"""Accounts as people meet them: in a browser that enforces the content policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accounts.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.support.patience import wait_until
from tests.support.site import Site

from .chromium import ChromiumPage
from .conftest import VisitorFactory

SUBMIT = "main button[type=submit]"
OPEN_SOCKET = """
new Promise((done, fail) => {
    const socket = new WebSocket(location.origin.replace("http", "ws") + "/ws/");
    socket.onopen = () => done(true);
    socket.onerror = () => fail(new Error("the socket did not open"));
    socket.onclose = event => { window.closeCode = event.code; };
})
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    provider.start()
    provider.person = {
        "sub": "42",
        "preferred_username": "dana",
        "name": "Dana Dee",
        "email": "dana@team.example",
        "email_verified": True,
    }
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def sso_site(tmp_path_factory: pytest.TempPathFactory, provider: OidcProvider) -> Iterator[Site]:
    site = Site(
        tmp_path_factory.mktemp("sso"),
        SSO_OIDC_NAME="Team login",
        SSO_OIDC_SERVER_URL=provider.url,
        SSO_OIDC_CLIENT_ID=CLIENT_ID,
        SSO_OIDC_CLIENT_SECRET=CLIENT_SECRET,
        SSO_SIGNUP_ALLOWED="True",
        SSO_EMAIL_DOMAINS="team.example",
    )
    site.start()
    yield site
    site.stop()


def test_one_signs_in_and_out(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, None)
    sign_in(page, site, "charlie", site.people["charlie"]["password"])
    page.page.wait_for_url(f"{site.url}/")
    page.click(".account-menu summary")
    page.click(".account-menu button[type=submit]")
    page.page.get_by_role("link", name="Sign in").wait_for()


def test_signing_out_in_one_tab_closes_the_socket_of_the_other(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, None)
    sign_in(page, site, "charlie", site.people["charlie"]["password"])
    page.page.wait_for_url(f"{site.url}/")
    page.evaluate(OPEN_SOCKET)
    other_tab = page.page.context.new_page()
    other_tab.goto(f"{site.url}/accounts/logout/")
    other_tab.click(SUBMIT)
    wait_until(lambda: page.evaluate("window.closeCode") == 4401, "the socket is closed with 4401", seconds=2)


def test_a_socket_of_another_browser_stays_open(site: Site, visit: VisitorFactory) -> None:
    here, there = visit(site, None), visit(site, None)
    for page in (here, there):
        sign_in(page, site, "charlie", site.people["charlie"]["password"])
        page.page.wait_for_url(f"{site.url}/")
        page.evaluate(OPEN_SOCKET)
    here.open(f"{site.url}/accounts/logout/")
    here.click(SUBMIT)
    here.page.wait_for_url(f"{site.url}/")
    there.page.wait_for_timeout(1000)
    assert there.evaluate("window.closeCode ?? null") is None


def test_an_admin_invites_and_the_invited_signs_up(site: Site, visit: VisitorFactory, tmp_path: Path) -> None:
    admin = visit(site, "alice")
    admin.open(f"{site.url}/admin/accounts/invitation/add/")
    admin.click("input[name=_continue]")
    link = admin.page.locator(".copy-text").input_value()
    admin.click(".copy-button")
    admin.page.get_by_role("button", name="Copied").wait_for()

    guest = visit(site, None)
    guest.open(link)
    guest.page.get_by_label("User name").fill("erik")
    guest.page.get_by_label("Password").fill("a rather long walk")
    guest.click(SUBMIT)
    guest.page.wait_for_url(f"{site.url}/")
    guest.open(f"{site.url}/accounts/me/")
    assert "erik" in guest.page.inner_text("main")


def test_one_button_signs_in_at_the_team_and_back(sso_site: Site, visit: VisitorFactory) -> None:
    """Chromium checks every redirect after a form against the content policy."""
    page = visit(sso_site, None)
    page.open(f"{sso_site.url}/accounts/login/?next=/accounts/me/")
    page.page.get_by_role("button", name="Continue with Team login").click()
    page.page.wait_for_url(f"{sso_site.url}/accounts/me/")
    assert "Dana Dee" in page.page.locator("[name=display_name]").input_value()
    assert page.problems == []


def sign_in(page: ChromiumPage, site: Site, name: str, password: str) -> None:
    page.open(f"{site.url}/accounts/login/?next=/")
    page.page.fill("[name=login]", name)
    page.page.fill("[name=password]", password)
    page.click(SUBMIT)
