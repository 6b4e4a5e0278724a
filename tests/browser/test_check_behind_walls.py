"""``/check/`` in a network that really blocks or slows: a browser in a namespace of its own, behind packet filters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.support.certificate import fingerprint, write_certificate
from tests.support.processes import program
from tests.support.site import Site
from tests.support.turn_server import TurnServer, machine_address

from . import chromium
from .check_page import CheckPage, read_as_host
from .conftest import VisitorFactory
from .test_connection_check import FAKE_DEVICES
from .walled_network import NEAR, WalledNetwork

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network() -> Iterator[WalledNetwork]:
    with WalledNetwork() as network:
        yield network


@pytest.fixture
def wall(network: WalledNetwork) -> Iterator[WalledNetwork]:
    yield network
    network.open()


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    folder = tmp_path_factory.mktemp("walled-relay")
    with TurnServer(folder, write_certificate(folder, machine_address())) as running:
        yield running


def site_at(fresh_site: Site, folder: Path, **settings: str) -> Site:
    """The site where the walled browser finds it."""
    site = fresh_site.copied_to(folder, HOST=NEAR, ALLOWED_HOSTS=NEAR, **settings)
    site.url = f"http://{NEAR}:{site.port}"
    return site


@pytest.fixture(scope="module")
def plain_site(
    fresh_site: Site, network: WalledNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with site_at(fresh_site, tmp_path_factory.mktemp("walled-plain")) as site:
        yield site


@pytest.fixture(scope="module")
def relayed_site(
    fresh_site: Site, network: WalledNetwork, relay: TurnServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with site_at(fresh_site, tmp_path_factory.mktemp("walled-relayed"), **relay.settings) as site:
        yield site


@pytest.fixture(scope="module")
def walled(
    playwright: Playwright,
    network: WalledNetwork,
    plain_site: Site,
    relayed_site: Site,
    relay: TurnServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Browser]:
    path = network.program(program("chromium", "chromium-browser"), tmp_path_factory.mktemp("walled"))
    certificate = Path(relay.settings["TURN_CERTIFICATE"])
    launched = chromium.launch(
        playwright,
        *FAKE_DEVICES,
        f"--unsafely-treat-insecure-origin-as-secure={plain_site.url},{relayed_site.url}",
        f"--ignore-certificate-errors-spki-list={fingerprint(certificate)}",
        path=path,
    )
    yield launched
    launched.close()


def test_nothing_is_in_the_way(walled: Browser, relayed_site: Site, wall: WalledNetwork) -> None:
    with chromium.visitor(walled, relayed_site) as page:
        check = CheckPage(page, relayed_site)
        assert check.run() == "good", check.words()
        assert set(check.states().values()) == {"good"}, check.states()


def test_udp_is_blocked(
    walled: Browser, plain_site: Site, wall: WalledNetwork, visit: VisitorFactory
) -> None:
    wall.block_udp()
    with chromium.visitor(walled, plain_site) as page:
        check = CheckPage(page, plain_site)
        assert check.run() == "udp_blocked", check.words()
        assert "Try another network" in check.words()
        code = check.send()
    assert "there is no relay" in read_as_host(visit(plain_site, "alice"), plain_site, code)


def test_udp_is_blocked_and_the_relay_helps(
    walled: Browser, relayed_site: Site, wall: WalledNetwork, visit: VisitorFactory
) -> None:
    wall.block_udp()
    with chromium.visitor(walled, relayed_site) as page:
        check = CheckPage(page, relayed_site)
        assert check.run() == "good_relay", check.words()
        states = check.states()
        assert [states[f"relay-{index}"] for index in range(3)] == ["warn", "good", "good"]
        code = check.send()
    assert "the direct way is blocked" in read_as_host(visit(relayed_site, "alice"), relayed_site, code)


def test_only_tls_comes_through(
    walled: Browser, relayed_site: Site, relay: TurnServer, wall: WalledNetwork
) -> None:
    wall.block_udp()
    wall.block_tcp(relay.port)
    with chromium.visitor(walled, relayed_site) as page:
        check = CheckPage(page, relayed_site)
        assert check.run(90) == "good_relay", check.words()
        states = check.states()
        assert [states[f"relay-{index}"] for index in range(3)] == ["warn", "warn", "good"]


def test_nothing_but_pages_comes_through(
    walled: Browser, relayed_site: Site, relay: TurnServer, wall: WalledNetwork, visit: VisitorFactory
) -> None:
    wall.block_udp()
    wall.block_tcp(relay.port)
    wall.block_tcp(relay.tls_port)
    with chromium.visitor(walled, relayed_site) as page:
        check = CheckPage(page, relayed_site)
        assert check.run(90) == "no_path", check.words()
        assert "another network" in check.words()
        code = check.send()
    shown = read_as_host(visit(relayed_site, "alice"), relayed_site, code)
    assert "Neither the direct way nor the relay works" in shown


@pytest.mark.parametrize(("rate", "answer"), [("250kbit", "Hardly enough"), ("800kbit", "small picture")])
def test_the_way_is_narrow(
    rate: str, answer: str, walled: Browser, plain_site: Site, wall: WalledNetwork, visit: VisitorFactory
) -> None:
    with chromium.visitor(walled, plain_site) as page:
        check = CheckPage(page, plain_site)
        wall.slow_down(rate)
        assert check.run(90) == "slow", f"{check.words()} {check.line('speed')}"
        assert answer in check.line("speed")["words"]
        wall.open()
        code = check.send()
    assert "Works, but slowly" in read_as_host(visit(plain_site, "alice"), plain_site, code)
