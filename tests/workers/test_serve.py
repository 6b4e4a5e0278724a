"""``manage.py serve`` as its host runs it: a real process, a real port, data in a folder of its own."""

import asyncio
import json
import re
import signal
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.patience import patient, wait_until
from tests.support.processes import RunningProgram
from tests.support.site import MANAGE, Site
from tests.support.visitor import Visitor

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the module, so that only the first start prepares everything."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    yield site
    for program in site.programs():
        program.kill()


def start(site: Site) -> float:
    """Without the people of the browser tests, who cost a second."""
    site.people = {"nobody": {}}
    return site.start()


def test_the_first_start_prepares_everything_and_says_where_it_is(site: Site) -> None:
    start(site)
    output = site.output()
    assert f"is at {site.url}/" in output
    assert re.search(r"Admin account: admin, one-time password: \S+ \(shown only now\)", output)
    assert site.get("/readyz").json() == {"ready": True, "database": True, "workers": 1}
    site.run_script("row", "kept", "key=passthrough", "title=Kept", "visibility=everyone")
    assert site.stop() < patient(3)


def test_the_second_start_takes_three_seconds_and_keeps_the_data(site: Site) -> None:
    took = start(site)
    assert "one-time password" not in site.output().split("is at")[-1]
    assert "collected" not in site.output().split("is at")[-1]
    assert took < patient(3)
    assert site.get("/p/kept/").status == 200
    assert site.stop() < patient(3)


def test_the_password_is_shown_only_once(site: Site) -> None:
    start(site)
    site.stop()
    assert (site.folder / "serve.log").read_text().count("one-time password") == 1


async def test_ctrl_c_ends_it_within_three_seconds_with_two_live_sessions(site: Site) -> None:
    start(site)
    assert site.web
    async with Visitor(site.url) as one, Visitor(site.url) as two:
        for visitor in (one, two):
            await visitor.start("edges")
            await visitor.sees_pictures()
        assert await asyncio.to_thread(site.web.stop, signal.SIGINT) < patient(3)
        for visitor in (one, two):
            assert await visitor.closed_with() == 4012
            assert visitor.heard[-1]["type"] == "server.restart"
    assert site.web.process.returncode == 0
    assert site.web.left_over() == []


async def test_sigterm_ends_it_too(site: Site) -> None:
    """One process for everything ends at once; a team's worker would let its sessions finish first."""
    start(site)
    assert site.web
    async with Visitor(site.url) as visitor:
        await visitor.start("edges")
        await visitor.sees_pictures()
        assert await asyncio.to_thread(site.web.stop, signal.SIGTERM) < patient(3)
        assert await visitor.closed_with() == 4012
    assert site.web.process.returncode == 0


async def test_a_page_resumes_after_a_restart_of_the_site(site: Site) -> None:
    start(site)
    visitor = Visitor(site.url)
    await visitor.connect()
    opened = await visitor.start("edges")
    await visitor.sees_pictures()
    await asyncio.to_thread(site.stop)
    start(site)
    async with Visitor(site.url) as again:
        resumed = await again.asks("session.resume", session=opened["session"], token=opened["token"])
        assert resumed["type"] == "session.resumed", resumed
        assert resumed["processor"]["slug"] == "edges"
        await again.offer(opened["session"])
        await again.sees_pictures()
    await visitor.leave()
    site.stop()


async def test_stop_frees_the_place(site: Site) -> None:
    site.settings["SESSIONS_PER_WORKER"] = "1"
    start(site)
    async with Visitor(site.url) as visitor, Visitor(site.url) as next_one:
        opened = await visitor.start("edges")
        await visitor.sees_pictures()
        assert (await next_one.asks("session.open", processor="edges"))["code"] == "busy"
        closed = await visitor.asks("session.close", session=opened["session"])
        assert (closed["type"], closed["reason"]) == ("session.closed", "visitor")
        await next_one.start("edges")
        await next_one.sees_pictures()
    site.stop()


def test_a_busy_port_is_told_in_a_sentence(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen()
        done = subprocess.run(
            [*MANAGE, "serve"], env=site.environment(), capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 1
    assert f"Port {site.port} on 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_workers_of_their_own_need_redis(site: Site) -> None:
    for command in (["serve", "--workers", "2"], ["runmediaworker"]):
        done = subprocess.run(
            [*MANAGE, *command], env=site.environment(), capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 1
        assert "REDIS_URL" in done.stderr


def test_guests_are_welcome_unless_the_host_says_otherwise(site: Site) -> None:
    start(site)
    assert site.get("/api/processors/").status == 200
    site.stop()
    site.settings["GUESTS_ALLOWED"] = "False"
    start(site)
    assert site.get("/api/processors/").status == 401
    assert site.get("/healthz").status == 200
    site.stop()


def test_another_host_without_https_is_told_about_cameras(site: Site) -> None:
    site.settings["HOST"] = "0.0.0.0"
    start(site)
    assert "HTTPS=1" in site.output()
    site.stop()


def test_https_comes_with_a_certificate_for_this_machine(site: Site) -> None:
    site.settings["HTTPS"] = "1"
    web = RunningProgram([*MANAGE, "serve"], site.folder / "https.log", site.environment())
    try:
        certificate = site.folder / "tls" / "certificate.pem"
        wait_until(lambda: "is at https://" in web.output(), "the site says where it is", seconds=30)
        context = ssl.create_default_context(cafile=str(certificate))
        url = site.url.replace("http:", "https:") + "/healthz"
        with urllib.request.urlopen(url, timeout=10, context=context) as answer:
            assert answer.status == 200
        assert (site.folder / "tls" / "key.pem").stat().st_mode & 0o077 == 0
    finally:
        web.stop()


def test_a_body_that_is_too_large_is_refused_at_its_headers(site: Site) -> None:
    site.settings["MAX_BODY_BYTES"] = "2000"
    start(site)
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
    for rest in (
        "Content-Length: 2001\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n7d1\r\n" + "x" * 2001 + "\r\n",
    ):
        with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
            connection.sendall((head + rest).encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 413")
    assert site.get("/healthz").status == 200
    site.stop()


async def test_above_the_hard_limit_the_socket_is_closed_and_below_it_told(site: Site) -> None:
    start(site)
    async with Visitor(site.url) as visitor:
        assert visitor.socket
        await visitor.socket.send(json.dumps({"type": "ping", "time": 1, "more": "x" * 200_000}))
        assert (await visitor.next())["code"] == "message_too_large"
        assert (await visitor.asks("ping", time=1))["type"] == "pong"
        await visitor.socket.send("x" * 3_000_000)
        assert await visitor.closed_with() in {1006, 1009}
    assert site.get("/healthz").status == 200
    site.stop()


def test_figures_are_for_this_machine_or_for_a_token(site: Site) -> None:
    start(site)
    assert "showroom_websockets" in site.get("/metrics").body
    assert fetch(site, {"X-Forwarded-For": "203.0.113.5"}) == 403
    site.stop()
    site.settings["METRICS_TOKEN"] = "a-long-token"
    start(site)
    assert fetch(site, {}) == 403
    assert fetch(site, {"Authorization": "Bearer a-long-token"}) == 200
    site.stop()


def fetch(site: Site, headers: dict[str, str]) -> int:
    request = urllib.request.Request(f"{site.url}/metrics", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
