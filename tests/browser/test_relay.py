"""Pictures over the relay, and over nothing else: for browsers, for one visit, and for workers behind it."""

import json
from collections.abc import Iterator

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site
from tests.support.turn_server import TurnServer

from .conftest import VisitorFactory
from .firefox import Firefox
from .pages import Page
from .studio import Studio, open_studio


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with TurnServer(tmp_path_factory.mktemp("relay")) as running:
        yield running


@pytest.fixture(scope="module")
def relay_only(
    fresh_site: Site, tmp_path_factory: pytest.TempPathFactory, relay: TurnServer
) -> Iterator[Site]:
    settings = relay.settings | {"ICE_RELAY_ONLY": "True"}
    with fresh_site.copied_to(tmp_path_factory.mktemp("relay-only"), **settings) as site:
        yield site


def path_of(page: Page) -> dict[str, object]:
    """What the connection report says of the way, once it says something."""
    found: dict[str, object] = wait_until(
        lambda: page.evaluate("showroom.report().then(report => report.path)"), "the path is known"
    )
    return found


def is_processed(studio: Studio) -> None:
    studio.wait_live()
    studio.wait_picture()
    wait_until(lambda: studio.presented_for(1), "processed pictures come", seconds=20)


@pytest.mark.parametrize(("transport", "index"), [("udp", 0), ("tcp", 1)])
def test_chromium(
    fresh_site: Site,
    tmp_path_factory: pytest.TempPathFactory,
    visit: VisitorFactory,
    relay: TurnServer,
    transport: str,
    index: int,
) -> None:
    url = relay.settings["TURN_URLS"].split(",")[index]
    settings = relay.settings | {"TURN_URLS": url, "ICE_RELAY_ONLY": "True"}
    with fresh_site.copied_to(tmp_path_factory.mktemp(transport), **settings) as site:
        page = visit(site)
        studio = open_studio(page, site, "edges")
        studio.press_start()
        is_processed(studio)
        path = path_of(page)
        assert (path["relayed"], path["local"], path["protocol"]) == (True, "relay", transport)
        page.click("#status")
        shown = "document.querySelector('[data-figure=path]').innerText"
        wait_until(
            lambda: page.evaluate(shown) == f"over a relay ({transport.upper()})", "the drawer says so"
        )


def test_firefox(relay_only: Site, firefox: Firefox) -> None:
    page = firefox.new_page(relay_only)
    studio = open_studio(page, relay_only, "edges")
    studio.press_start()
    is_processed(studio)
    path = path_of(page)
    assert (path["relayed"], path["local"]) == (True, "relay")
    assert path["protocol"] in {"udp", "tcp"}
    page.close()


def test_credentials_are_given_to_the_session_and_to_nobody_else(
    relay_only: Site, relay: TurnServer, visit: VisitorFactory
) -> None:
    page, other = visit(relay_only), visit(relay_only)
    for each in (page, other):
        studio = open_studio(each, relay_only, "edges")
        studio.press_start()
        studio.wait_live()
    given = [each.evaluate("probe.configurations[0].iceServers.at(-1)") for each in (page, other)]
    assert given[0]["username"] != given[1]["username"]
    assert page.evaluate("probe.configurations[0].iceTransportPolicy") == "relay"
    pages = "".join(
        relay_only.get(path).body for path in ("/", "/p/edges/", "/check/", "/privacy/", "/about/")
    )
    report = json.dumps(page.evaluate("showroom.report()"))
    for text in (pages, relay_only.output(), report, relay.log().replace(given[0]["username"], "")):
        for secret in (relay.settings["TURN_SECRET"], *(server["credential"] for server in given)):
            assert secret not in text
    for text in (pages, relay_only.output(), report):
        assert given[0]["username"] not in text


def test_one_visit_may_ask_for_it(
    fresh_site: Site, tmp_path_factory: pytest.TempPathFactory, relay: TurnServer, visit: VisitorFactory
) -> None:
    with fresh_site.copied_to(tmp_path_factory.mktemp("asked"), **relay.settings) as site:
        page = visit(site)
        studio = open_studio(page, site, "edges", "?relay=1")
        studio.press_start()
        is_processed(studio)
        assert path_of(page)["relayed"] is True
        page.open(f"{site.url}/p/edges/")
        studio.press_start()
        is_processed(studio)
        assert path_of(page)["relayed"] is False


def test_a_worker_behind_the_relay(
    fresh_site: Site, tmp_path_factory: pytest.TempPathFactory, visit: VisitorFactory, firefox: Firefox
) -> None:
    folder = tmp_path_factory.mktemp("behind")
    server = TurnServer(folder)
    server.settings["WORKER_TURN_URL"] = server.settings["TURN_URLS"].split(",")[0]
    # Neither side reaches the other any other way: the relay's own address is its only peer.
    server.settings["TURN_WORKER_ADDRESSES"] = ""
    with server as relay, fresh_site.copied_to(folder / "site", **relay.settings) as site:
        page = visit(site)
        studio = open_studio(page, site, "edges")
        studio.press_start()
        is_processed(studio)
        path = path_of(page)
        assert (path["relayed"], path["local"], path["remote"]) == (True, "relay", "relay")
        in_firefox = firefox.new_page(site)
        studio = open_studio(in_firefox, site, "edges")
        studio.press_start()
        is_processed(studio)
        in_firefox.close()
