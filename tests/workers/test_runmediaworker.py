"""A team: web and workers are processes of their own and meet in a real Redis."""

import asyncio
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import patient, wait_until
from tests.support.processes import RunningProgram, free_port
from tests.support.redis_server import RedisServer
from tests.support.site import MANAGE, Site
from tests.support.visitor import Visitor
from workers import huge_pages

pytestmark = [pytest.mark.redis, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server of our own: these tests restart and empty it."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def team(prepared_site: Site, tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[Site]:
    site = prepared_site.copied_to(
        tmp_path_factory.mktemp("team"),
        redis.url,
        GUESTS_ALLOWED="True",
        DRAIN_SECONDS="1",
        WORKER_HTTP_PORT=str(free_port()),
        SESSIONS_PER_WORKER="4",
    )
    site.start()
    yield site
    for program in site.programs():
        program.kill()


@pytest.fixture
def site(team: Site) -> Site:
    """One team for all tests, whole again before each: what the test before has ended is started."""
    assert team.workers
    if team.workers.process.poll() is not None:
        team.workers = team._run("runmediaworker", "--processes", "2")
    wait_until(lambda: len(worker_pids(team)) == 2, "both workers run", seconds=30)
    wait_until(lambda: workers_known(team) == 2, "both workers are known, and no others", seconds=30)
    return team


def workers_known(site: Site) -> int:
    return site.get("/readyz").json()["workers"] or 0


def worker_pids(site: Site) -> list[int]:
    """The supervisor's children that hold sessions; multiprocessing keeps one process of its own beside them."""
    assert site.workers
    return spawned(site.workers)


def spawned(program: RunningProgram) -> list[int]:
    return [pid for pid in program.left_over() if b"spawn_main" in command_of(pid)]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_each_worker_runs_on_uvloop(site: Site) -> None:
    """It is loaded where the loop is made, and nowhere else."""
    for pid in worker_pids(site):
        assert "/uvloop/" in Path(f"/proc/{pid}/maps").read_text()


def test_each_worker_keeps_its_objects_in_one_heap(site: Site) -> None:
    """Which can be put into huge pages as a whole."""
    for pid in worker_pids(site):
        environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
        assert {f"{name}={value}" for name, value in huge_pages.ENVIRONMENT.items()} <= set(environment)


async def test_two_visitors_on_two_processes_see_their_pictures(site: Site) -> None:
    async with Visitor(site.url) as one, Visitor(site.url) as two:
        for visitor in (one, two):
            await visitor.start("edges")
        for visitor in (one, two):
            await visitor.sees_pictures()


async def test_a_killed_worker_is_replaced_and_its_sessions_go_on_elsewhere(site: Site) -> None:
    async with Visitor(site.url) as visitor:
        opened = await visitor.start("edges")
        await visitor.sees_pictures()
        first, second = worker_pids(site)
        os.kill(first, signal.SIGKILL)
        await asyncio.to_thread(
            wait_until, lambda: len(worker_pids(site)) == 2, "the supervisor started it again", 5
        )
        # The second may have held it: then that one goes, too. By now the site knows the one in place of the first.
        if not await is_told_offline(visitor):
            os.kill(second, signal.SIGKILL)
            assert await is_told_offline(visitor)
        await resume(visitor, opened)
        await visitor.offer(opened["session"])
        await visitor.sees_pictures()


async def is_told_offline(visitor: Visitor) -> bool:
    try:
        return bool((await visitor.hears("error", seconds=8))["code"] == "offline")
    except TimeoutError:
        return False


async def resume(visitor: Visitor, opened: dict[str, Any]) -> None:
    """Ask again until a worker is there, as a page does."""
    async with asyncio.timeout(patient(20)):
        while True:
            reply = await visitor.asks("session.resume", session=opened["session"], token=opened["token"])
            if reply["type"] == "session.resumed":
                return
            assert reply["code"] == "offline", reply
            await asyncio.sleep(0.5)


async def test_redis_may_be_away_and_empty_and_the_picture_goes_on(site: Site, redis: RedisServer) -> None:
    async with Visitor(site.url) as visitor:
        opened = await visitor.start("edges")
        await visitor.sees_pictures()
        await asyncio.to_thread(redis.stop)
        await visitor.sees_pictures(30)
        refused = await visitor.asks("session.open", processor="edges")
        assert (refused["type"], refused["code"]) == ("error", "offline")
        await asyncio.to_thread(redis.start)
        await visitor.sees_pictures(30)
        await asyncio.sleep(patient(4))
        assert not any(message["type"] == "session.closed" for message in visitor.heard)
        reply = await visitor.asks(
            "session.parameters", session=opened["session"], number=1, values={"low": 10}
        )
        assert (reply["type"], reply["values"]) == ("session.parameters", {"low": 10})
    async with Visitor(site.url) as other:
        await other.start("edges")
        await other.sees_pictures()


async def test_a_restarted_web_process_finds_the_session_where_it_was(site: Site) -> None:
    visitor = Visitor(site.url)
    await visitor.connect()
    opened = await visitor.start("edges")
    await visitor.sees_pictures()
    assert site.web
    site.web.kill()
    await visitor.sees_pictures(20)
    site.web = site._run("serve")
    wait_until(lambda: site._answers("/healthz"), "the web process is back", seconds=30)
    async with Visitor(site.url) as again:
        resumed = await again.asks("session.resume", session=opened["session"], token=opened["token"])
        assert resumed["type"] == "session.resumed"
        await visitor.sees_pictures(10)
        closed = await again.asks("session.close", session=opened["session"])
        assert closed["type"] == "session.closed"
    await visitor.leave()


async def test_a_socket_that_says_nothing_stays_open(site: Site) -> None:
    """The client library's default would end it after five seconds."""
    async with Visitor(site.url) as visitor:
        await asyncio.sleep(7)
        assert (await visitor.asks("ping", time=1))["type"] == "pong"


def test_sigterm_drains_and_ends_with_zero(site: Site) -> None:
    assert site.workers
    assert site.workers.stop(signal.SIGTERM) < patient(5)
    assert site.workers.process.returncode == 0
    assert site.get("/readyz").status == 503


def test_each_worker_tells_of_its_health(site: Site) -> None:
    first = int(site.settings["WORKER_HTTP_PORT"])
    for port in (first, first + 1):
        for path in ("healthz", "readyz", "metrics"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
                assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{first}/secret", timeout=5)


def test_a_hung_worker_is_replaced(site: Site) -> None:
    hung = worker_pids(site)[0]
    os.kill(hung, signal.SIGSTOP)
    wait_until(lambda: hung not in worker_pids(site), "the hung one is gone", seconds=20)
    wait_until(lambda: len(worker_pids(site)) == 2, "another is there", seconds=10)


def test_workers_end_with_a_supervisor_that_was_killed(site: Site) -> None:
    assert site.workers
    os.kill(site.workers.pid, signal.SIGKILL)
    wait_until(lambda: not worker_pids(site), "no orphan is left", seconds=10)


def test_serve_can_look_after_the_workers_itself(
    prepared_site: Site, tmp_path: Path, redis: RedisServer
) -> None:
    site = prepared_site.copied_to(tmp_path, redis.url, GUESTS_ALLOWED="True")
    web = RunningProgram([*MANAGE, "serve", "--workers", "1"], tmp_path / "serve.log", site.environment())
    try:
        wait_until(lambda: len(spawned(web)) == 1, "the web process started its worker", seconds=40)
        wait_until(lambda: "is at http" in web.output(), "the site is there", seconds=40)
        wait_until(lambda: workers_known(site) >= 1, "a worker is known", seconds=40)
    finally:
        assert web.stop(signal.SIGINT) < patient(4)
    assert web.process.returncode == 0
