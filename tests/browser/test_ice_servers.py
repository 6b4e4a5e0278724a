"""The browser gets exactly what ICE_SERVERS says, and nothing when it says nothing."""

import json
from pathlib import Path

from tests.support.site import Site

from .conftest import VisitorFactory
from .test_order_and_delay import started

SERVERS = [
    {"urls": "stun:127.0.0.1:9"},
    {"urls": ["turn:127.0.0.1:9?transport=tcp"], "username": "visitor", "credential": "a secret"},
]


def test_nothing_by_default(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "alice")
    started(page, site, "test-copy")
    assert [given["iceServers"] for given in page.evaluate("probe.configurations")] == [[]]


def test_exactly_what_the_host_wrote(fresh_site: Site, tmp_path: Path, visit: VisitorFactory) -> None:
    with fresh_site.copied_to(tmp_path, ICE_SERVERS=json.dumps(SERVERS)) as site:
        page = visit(site, "bob")
        started(page, site, "edges")
        assert page.evaluate("probe.configurations[0].iceServers") == SERVERS
        assert "127.0.0.1:9" not in site.get("/p/edges/", "bob").body, "given to admitted sessions only"
