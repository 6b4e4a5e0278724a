"""``/check/``: whatever is in the way gets its own verdict and next step, and the host can read it by the code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.support.certificate import fingerprint, write_certificate
from tests.support.deaf_proxy import DeafProxy
from tests.support.patience import patient
from tests.support.processes import free_port
from tests.support.site import Site
from tests.support.turn_server import TurnServer, machine_address

from . import chromium
from .check_page import CheckPage, read_as_host
from .conftest import VisitorFactory
from .firefox import Firefox
from .studio import open_studio

FAKE_DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
# As if a firewall let no UDP out: Chromium then sends nothing but TCP.
NO_UDP = "--webrtc-ip-handling-policy=disable_non_proxied_udp"


@pytest.fixture(scope="module")
def without_udp(playwright: Playwright) -> Iterator[Browser]:
    launched = chromium.launch(playwright, *FAKE_DEVICES, NO_UDP)
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def without_camera(playwright: Playwright) -> Iterator[Browser]:
    launched = chromium.launch(playwright)
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with TurnServer(tmp_path_factory.mktemp("check-relay")) as running:
        yield running


@pytest.fixture(scope="module")
def relayed_site(
    fresh_site: Site, tmp_path_factory: pytest.TempPathFactory, relay: TurnServer
) -> Iterator[Site]:
    with fresh_site.copied_to(tmp_path_factory.mktemp("check-site"), **relay.settings) as site:
        yield site


def test_everything_works(relayed_site: Site, relay: TurnServer, visit: VisitorFactory) -> None:
    check = CheckPage(visit(relayed_site), relayed_site)
    assert check.run() == "good", check.words()
    assert set(check.states().values()) == {"good"}, check.states()
    assert "ms" in check.line("relay-0")["words"]
    assert "Mbit/s" in check.line("speed")["words"]
    code = check.send()
    shown = read_as_host(visit(relayed_site, "alice"), relayed_site, code)
    assert "Everything works" in shown
    assert "relay" in shown
    assert "Candidate pair" in shown
    for kept in (relayed_site.output(), relayed_site.get("/check/").body, shown):
        assert relay.settings["TURN_SECRET"] not in kept
        assert '"credential"' not in kept


def test_in_firefox(relayed_site: Site, firefox: Firefox) -> None:
    page = firefox.new_page(relayed_site)
    check = CheckPage(page, relayed_site)
    assert check.run() == "good", f"{check.words()} {check.states()}"
    assert check.states()["relay-1"] == "good"
    page.close()


def test_udp_is_blocked_and_the_relay_helps(
    relayed_site: Site, without_udp: Browser, visit: VisitorFactory
) -> None:
    with chromium.visitor(without_udp, relayed_site) as page:
        check = CheckPage(page, relayed_site)
        assert check.run() == "good_relay", check.words()
        assert "The relay over TCP works" in check.words()
        states = check.states()
        assert (states["direct"], states["relay-0"], states["relay-1"]) == ("warn", "warn", "good")
        code = check.send()
    assert "the direct way is blocked" in read_as_host(visit(relayed_site, "alice"), relayed_site, code)


def test_udp_is_blocked_and_there_is_no_relay(
    site: Site, without_udp: Browser, visit: VisitorFactory
) -> None:
    with chromium.visitor(without_udp, site) as page:
        check = CheckPage(page, site)
        assert check.run() == "udp_blocked", check.words()
        assert "Try another network" in check.words()
        assert check.line("direct")["code"] == "udp_blocked"
        assert "TURN_URLS" in check.line("direct")["words"]
        code = check.send()
    shown = read_as_host(visit(site, "alice"), site, code)
    assert "The direct way is blocked, and there is no relay" in shown
    assert "udp_blocked" in shown


def test_the_relay_refuses_our_credentials(
    fresh_site: Site, tmp_path: Path, relay: TurnServer, visit: VisitorFactory
) -> None:
    wrong = relay.settings | {"TURN_SECRET": "not the one that the relay has"}
    with fresh_site.copied_to(tmp_path, **wrong) as site:
        check = CheckPage(visit(site), site)
        assert check.run() == "relay_wrong", check.words()
        assert check.line("relay-0")["code"] == "relay_refused"
        assert "TURN_SECRET" in check.words()
        assert "the relay does not" in read_as_host(visit(site, "alice"), site, check.send())


def test_the_relay_is_somewhere_else(
    fresh_site: Site, tmp_path: Path, relay: TurnServer, visit: VisitorFactory
) -> None:
    wrong = relay.settings | {"TURN_URLS": f"turn:{relay.address}:{free_port()}?transport=tcp"}
    with fresh_site.copied_to(tmp_path, **wrong) as site:
        check = CheckPage(visit(site), site)
        assert check.run() == "relay_wrong", check.words()
        assert check.line("relay-0")["code"] == "relay_unreachable"
        assert "TURN_URLS" in check.words()


def test_a_proxy_refuses_websockets(site: Site, visit: VisitorFactory) -> None:
    with DeafProxy(site.port) as proxy:
        check = CheckPage(visit(site), site, proxy.url)
        assert check.run() == "no_websocket", check.words()
        assert proxy.refused > 0
        assert "websocket" in check.words()
        assert check.line("socket")["state"] == "bad"
        assert check.line("direct")["state"] == "skipped"
        code = check.send()
    assert "Websockets are blocked" in read_as_host(visit(site, "alice"), site, code)


def test_the_site_went_away(fresh_site: Site, tmp_path: Path, visit: VisitorFactory) -> None:
    with fresh_site.copied_to(tmp_path) as site:
        check = CheckPage(visit(site), site)
    assert check.run() == "no_server", check.words()
    assert check.line("socket")["code"] == "unreachable"
    assert "online" in check.words()


def test_every_place_is_taken(fresh_site: Site, tmp_path: Path, visit: VisitorFactory) -> None:
    with fresh_site.copied_to(tmp_path, SESSIONS_PER_WORKER="1") as site:
        studio = open_studio(visit(site, "bob"), site, "edges")
        studio.press_start()
        studio.wait_live()
        check = CheckPage(visit(site), site)
        assert check.run() == "busy", check.words()
        assert "Try again" in check.words()
        assert "Every place was taken" in read_as_host(visit(site, "alice"), site, check.send())


def test_the_address_is_not_secure(site: Site, visit: VisitorFactory) -> None:
    check = CheckPage(visit(site), site, f"http://{chromium.INSECURE_NAME}:{site.port}")
    assert check.run() == "insecure", check.words()
    assert "https" in check.words()
    assert check.line("direct")["state"] == "good"
    code = check.send()
    assert "an address that is not secure" in read_as_host(visit(site, "alice"), site, code)


def test_there_is_no_camera(site: Site, without_camera: Browser, visit: VisitorFactory) -> None:
    with chromium.visitor(without_camera, site) as page:
        check = CheckPage(page, site)
        assert check.run() == "no_camera", check.words()
        assert "No camera found" in check.words()
        assert check.line("direct")["state"] == "good"
        code = check.send()
    assert "No camera" in read_as_host(visit(site, "alice"), site, code)


def test_the_camera_is_refused(site: Site, playwright: Playwright, visit: VisitorFactory) -> None:
    refusing = chromium.launch(playwright, "--use-fake-device-for-media-stream", "--deny-permission-prompts")
    with chromium.visitor(refusing, site) as page:
        check = CheckPage(page, site)
        assert check.run() == "no_camera", check.words()
        assert "blocked" in check.words()
        assert "Allow" in check.words()
        assert check.line("direct")["state"] == "good"
    refusing.close()


@pytest.mark.parametrize("knows_it", [True, False], ids=["known", "unknown"])
def test_the_relay_over_tls(knows_it: bool, fresh_site: Site, tmp_path: Path, playwright: Playwright) -> None:
    certificate = write_certificate(tmp_path, machine_address())
    known = [f"--ignore-certificate-errors-spki-list={fingerprint(certificate[0])}"] if knows_it else []
    browser = chromium.launch(playwright, *FAKE_DEVICES, *known)
    with TurnServer(tmp_path / "relay", certificate) as relay:
        settings = relay.settings | {"TURN_URLS": relay.settings["TURN_URLS"].split(",")[-1]}
        with (
            fresh_site.copied_to(tmp_path / "site", **settings) as site,
            chromium.visitor(browser, site) as page,
        ):
            check = CheckPage(page, site)
            assert check.run() == ("good" if knows_it else "relay_wrong"), check.words()
            line = check.line("relay-0")
            assert "over TLS" in line["words"]
            if knows_it:
                assert line["state"] == "good"
            else:
                assert "certificate" in check.words()
    browser.close()


def test_a_failed_start_leads_here(site: Site, without_udp: Browser) -> None:
    with chromium.visitor(without_udp, site) as page:
        page.open(f"{site.url}/p/edges/")
        page.click("[data-testid=start]")
        page.page.locator("#problem [data-action=check]").click(timeout=patient(40) * 1000)
        page.page.wait_for_url("**/check/")


def test_its_session_is_over_afterwards(site: Site, visit: VisitorFactory) -> None:
    page = visit(site)
    CheckPage(page, site).run()
    assert page.evaluate("probe.tracks.filter(each => each.readyState === 'live').length") == 0
    assert page.evaluate("probe.peers.filter(each => each.connectionState !== 'closed').length") == 0
