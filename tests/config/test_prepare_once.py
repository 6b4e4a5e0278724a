"""Two sites begin on one empty database at the same moment: one prepares it, both serve."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.patience import wait_until
from tests.support.postgres_server import PostgresServer
from tests.support.redis_server import RedisServer
from tests.support.site import Site
from tests.support.visitor import Visitor

pytestmark = [pytest.mark.redis, pytest.mark.timeout(180)]


@pytest.fixture(params=["one disk", "one PostgreSQL"])
def sites(request: pytest.FixtureRequest, redis_server: RedisServer, tmp_path: Path) -> Iterator[list[Site]]:
    shared = {"SECRET_KEY": "the same for both, as it must be " * 2}
    server = PostgresServer() if request.param == "one PostgreSQL" else None
    if server is None:
        shared["VAR_DIR"] = str(tmp_path / "shared")
    else:
        server.start()
        shared["DATABASE_URL"] = server.url()
    sites = [Site(tmp_path / name, redis_server.url, 1, **shared) for name in ("first", "second")]
    try:
        yield sites
    finally:
        for site in sites:
            site.kill()
        if server is not None:
            server.stop()


def test_of_two_that_begin_together_one_prepares_the_database(sites: list[Site]) -> None:
    for site in sites:
        site.people = {"nobody": {}}
    with ThreadPoolExecutor() as pool:
        list(pool.map(Site.start, sites))
    said = [site.output() for site in sites]
    for sentence in ("Preparing the database", "one-time password"):
        assert sorted(sentence in each for each in said) == [False, True], said
    for site in sites:
        # On a busy machine a worker's sign of life may be late for a moment.
        wait_until(lambda: site.get("/readyz").status == 200, "the site is ready", 30)  # noqa: B023
        asyncio.run(see_pictures(site))
        site.stop()


async def see_pictures(site: Site) -> None:
    async with Visitor(site.url) as visitor:
        await visitor.start("invert")
        await visitor.sees_pictures()
