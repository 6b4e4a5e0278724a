"""``manage.py preflight`` beside a real team with a real relay: all green, and one red for each kind of fault."""

import json
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.addresses import LOOPBACK
from config.certificate import ensure_certificate
from tests.support.certificate import write_certificate
from tests.support.patience import wait_until
from tests.support.processes import ROOT, free_port
from tests.support.redis_server import RedisServer
from tests.support.site import MANAGE, Site
from tests.support.turn_server import TurnServer, machine_address

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]

Answers = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    folder = tmp_path_factory.mktemp("relay")
    with TurnServer(folder, write_certificate(folder, machine_address())) as running:
        yield running


@pytest.fixture(scope="module")
def site(
    prepared_site: Site,
    tmp_path_factory: pytest.TempPathFactory,
    redis_server: RedisServer,
    relay: TurnServer,
) -> Iterator[Site]:
    settings = {**relay.settings, "SSL_CERT_FILE": str(relay.folder / "certificate.pem")}
    site = prepared_site.copied_to(tmp_path_factory.mktemp("team"), redis_server.url, **settings)
    site.worker_processes = 1
    site.start()
    yield site
    site.kill()


def preflight(site: Site, *options: str, **settings: str) -> tuple[int, Answers, dict[str, Any]]:
    """Return the exit status, the states by question and subject, and everything that it said."""
    done = run(site, "--json", *options, **settings)
    assert done.returncode in {0, 1}, done.stderr
    told = json.loads(done.stdout)
    states = {
        (finding["code"].partition(".")[0], finding["subject"]): finding["state"]
        for finding in told["findings"]
    }
    return done.returncode, states, told


def run(site: Site, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MANAGE, "preflight", *options],
        cwd=ROOT,
        env={**site.environment(), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def codes(told: dict[str, Any], state: str = "red") -> list[str]:
    return [finding["code"] for finding in told["findings"] if finding["state"] == state]


def fix_of(told: dict[str, Any], code: str) -> str:
    return next(str(finding["fix"]) for finding in told["findings"] if finding["code"] == code)


def relay_urls(site: Site) -> list[str]:
    return site.settings["TURN_URLS"].split(",")


def test_a_whole_site_is_green_by_every_way(site: Site) -> None:
    status, states, told = preflight(site)
    assert codes(told) == []
    assert (status, told["url"]) == (0, f"{site.url}/")
    for question in ("settings", "database", "redis", "capacity", "site", "socket"):
        assert states[question, ""] == "green", told
    # A worker under load takes nobody for a moment.
    assert states["workers", ""] in {"green", "amber"}
    ways = relay_urls(site)
    assert len(ways) == 3
    assert {states["relay", way] for way in ways} == {"green"}, told
    assert {states["media", way] for way in ("UDP", *ways)} == {"green"}, told
    assert {states["soak", way] for way in ("UDP", *ways)} == {"off"}
    media = {each["subject"]: each["values"] for each in told["findings"] if "media." in each["code"]}
    assert "host udp" in media["UDP"]["own"]
    assert {media[way]["own"] for way in ways} == {"relay udp"}


def test_it_stays_on_each_way_and_counts(site: Site) -> None:
    _status, _states, told = preflight(site, "--soak", "1")
    soaks = {each["subject"]: each for each in told["findings"] if "soak." in each["code"]}
    assert list(soaks) == ["UDP", *relay_urls(site)]
    for soak in soaks.values():
        assert (soak["values"]["sent"], soak["values"]["seconds"]) == (20, 1)
        assert (soak["state"] == "green") is (soak["values"]["lost"] == 0)


def test_it_leaves_nothing_behind(site: Site) -> None:
    before = rows(site)
    status, _states, told = preflight(site, "--account", "bob")
    assert (status, codes(told)) == (0, [])
    after = rows(site)
    assert after["sign_ins"] == before["sign_ins"]
    assert after["open_sessions"] == 0
    assert after["checks_of_bob"] > before["checks_of_bob"]


def rows(site: Site) -> dict[str, int]:
    found: dict[str, int] = site.run_script("preflight_rows")
    return found


def test_people_read_words_signs_and_the_fix(site: Site) -> None:
    done = run(site, "--url", f"http://127.0.0.1:{free_port()}/")
    assert done.returncode == 1
    assert "✓ green: Is Redis there? Yes." in done.stdout
    assert "✗ red: Does the site answer at its address, and is it ready? Nothing answers:" in done.stdout
    assert "    → Start the site; else look at name, port and firewall." in done.stdout
    assert "– does not apply: Do websockets work there?" in done.stdout


def test_a_wrong_secret_of_the_relay(site: Site) -> None:
    status, states, told = preflight(site, TURN_SECRET="another secret than the relay has")
    assert status == 1
    assert codes(told) == ["relay.refused"] * 3
    assert "401" in next(f["answer"] for f in told["findings"] if f["code"] == "relay.refused")
    assert "static-auth-secret" in fix_of(told, "relay.refused")
    # The site itself has the right one.
    assert {states["media", way] for way in relay_urls(site)} == {"green"}


def test_a_relay_that_nobody_answers_for(site: Site, relay: TurnServer) -> None:
    gone = f"turn:{relay.address}:{free_port()}?transport=tcp"
    status, states, told = preflight(site, TURN_URLS=gone)
    assert (status, codes(told), states["relay", gone]) == (1, ["relay.away"], "red")


def test_a_relay_with_a_certificate_that_nobody_knows(site: Site) -> None:
    status, _states, told = preflight(site, SSL_CERT_FILE="")
    assert status == 1
    # Media by TLS fails for the same reason, as in a browser.
    assert codes(told) == ["relay.certificate", "media.no_relay_way"]


def test_a_relay_that_does_not_reach_the_worker(tmp_path: Path, prepared_site: Site) -> None:
    with TurnServer(tmp_path / "relay", TURN_WORKER_ADDRESSES="192.0.2.9") as strict:
        way = strict.settings["TURN_URLS"].split(",")[0]
        embedded = prepared_site.copied_to(tmp_path / "site", **{**strict.settings, "TURN_URLS": way})
        with embedded:
            status, states, told = preflight(embedded)
    assert (status, codes(told)) == (1, ["media.no_relay_way"])
    assert (states["relay", way], states["media", "UDP"]) == ("green", "green")
    assert "TURN_WORKER_ADDRESSES" in fix_of(told, "media.no_relay_way")
    # The only worker is in the site's process, which nobody else can ask.
    assert (states["redis", ""], states["workers", ""]) == ("off", "off")


def test_a_database_without_its_tables(site: Site, tmp_path: Path) -> None:
    status, states, told = preflight(site, DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert (status, states["database", ""], codes(told)) == (1, "red", ["database.old"])
    assert "manage.py migrate" in fix_of(told, "database.old")


def test_a_database_that_is_away(site: Site) -> None:
    away = f"postgres://nobody:nothing@127.0.0.1:{free_port()}/showroom"
    status, _states, told = preflight(site, DATABASE_URL=away)
    assert (status, codes(told)) == (1, ["database.away"])


def test_a_redis_that_is_away(site: Site) -> None:
    status, _states, told = preflight(site, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert (status, codes(told)) == (1, ["redis.away", "workers.unknown"])


def test_debugging_is_left_on(site: Site) -> None:
    status, _states, told = preflight(site, DEBUG="True")
    assert (status, codes(told)) == (1, ["settings.debug"])


def test_a_proxy_that_lets_no_websocket_through(site: Site) -> None:
    with plain_proxy(site) as url:
        status, states, told = preflight(site, "--url", url)
    assert (status, codes(told)) == (1, ["socket.refused"])
    assert (states["site", ""], states["media", ""]) == ("green", "off")
    assert "Upgrade" in fix_of(told, "socket.refused")


@contextmanager
def plain_proxy(site: Site) -> Iterator[str]:
    """Passes pages on and forgets the header Upgrade, as proxies do by themselves."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = urllib.request.Request(site.url + self.path)
            try:
                with urllib.request.urlopen(request) as answer:
                    status, body = answer.status, answer.read()
            except urllib.error.HTTPError as error:
                status, body = error.code, error.read()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            serving.join()


def test_where_guests_are_sent_away_an_owner_visits(
    prepared_site: Site, tmp_path: Path, redis_server: RedisServer
) -> None:
    site = prepared_site.copied_to(tmp_path / "closed", GUESTS_ALLOWED="False")
    with site:
        status, states, told = preflight(site)
        assert (status, states["media", "UDP"]) == (0, "green"), told
        assert "socket.members" in codes(told, "green")
        nobody = preflight(site, "--account", "nobody")
        assert nobody[0] == 0
        assert "media.no_account" in codes(nobody[2], "amber")


def test_an_accounts_cookie_is_sent_to_a_known_certificate_only(
    prepared_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "https"
    _key, certificate = ensure_certificate(folder / "tls", [*LOOPBACK])
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    site = prepared_site.copied_to(folder, HTTPS="True", GUESTS_ALLOWED="False")
    site.url = site.url.replace("http:", "https:")
    with site:
        status, states, told = preflight(site)
        assert (status, states["tls", ""], states["media", "UDP"]) == (0, "green", "green"), told
        status, states, told = preflight(site, SSL_CERT_FILE="")
        assert (status, states["site", ""]) == (0, "green"), told
        assert {"tls.own", "media.insecure"} <= set(codes(told, "amber"))
        assert "socket.members" in codes(told, "green")


def test_no_worker(site: Site) -> None:
    assert site.workers
    site.workers.stop()
    site.workers = None
    wait_until(lambda: site.get("/readyz").json()["workers"] == 0, "no worker is known", seconds=20)
    status, _states, told = preflight(site)
    assert status == 1
    assert codes(told) == ["workers.none", "site.unready", "media.refused"]
    assert "runmediaworker" in fix_of(told, "workers.none")
