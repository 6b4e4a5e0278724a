"""Draft, staff, members, everyone: the same answer on the page, on the socket and from the API."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.site import Site
from tests.support.socket import SignallingSocket

MATRIX = {
    # visibility: who may open it
    "draft": {"alice"},
    "staff": {"alice"},
    "members": {"alice", "bob"},
    "everyone": {"alice", "bob", None},
}
VISITORS = ("alice", "bob", None)
CASES = [(visibility, visitor) for visibility in MATRIX for visitor in VISITORS]


@pytest.fixture(scope="module", autouse=True)
def rows(embedded_site: Site) -> None:
    for visibility in MATRIX:
        facts = ("key=passthrough", f"title=For {visibility}", f"visibility={visibility}")
        embedded_site.run_script("row", f"for-{visibility}", *facts)


@pytest.mark.parametrize(("visibility", "visitor"), CASES)
def test_page_socket_and_api_agree(visibility: str, visitor: str | None, site: Site) -> None:
    slug, allowed = f"for-{visibility}", visitor in MATRIX[visibility]
    assert page_opens(site, slug, visitor) == allowed
    assert api_answers(site, slug, visitor) == allowed
    assert session_opens(site, slug, visitor) == allowed
    listed = slug in {row["slug"] for row in site.get("/api/processors/", visitor).json()}
    assert listed == (allowed and visibility != "draft")


def test_a_retired_processor_opens_for_nobody(site: Site) -> None:
    site.run_script(
        "row", "for-nobody", "key=passthrough", "title=Gone", "visibility=everyone", "state=retired"
    )
    for visitor in VISITORS:
        assert not page_opens(site, "for-nobody", visitor)
        assert not api_answers(site, "for-nobody", visitor)
        assert not session_opens(site, "for-nobody", visitor)


@pytest.fixture(scope="module")
def closed_site(fresh_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that is for signed-in people only."""
    with fresh_site.copied_to(tmp_path_factory.mktemp("closed"), GUESTS_ALLOWED="False") as site:
        yield site


def test_without_guests_a_stranger_gets_to_the_sign_in_page_only(closed_site: Site) -> None:
    assert "/accounts/login/" in closed_site.get("/").url
    assert "/accounts/login/" in closed_site.get("/p/edges/").url
    assert closed_site.get("/api/processors/").status in {401, 403}
    assert closed_site.get("/p/edges/", "bob").status == 200
    with SignallingSocket(closed_site) as socket:
        assert socket.greeting["type"] == "error"
        assert socket.greeting["code"] == "not_allowed"
        assert socket.close_code() in {4401, 4403}
    with SignallingSocket(closed_site, "bob") as socket:
        assert socket.request("session.open", processor="edges")["type"] == "session.opened"


def page_opens(site: Site, slug: str, visitor: str | None) -> bool:
    answer = site.get(f"/p/{slug}/", visitor)
    return answer.status == 200 and urlsplit(answer.url).path == f"/p/{slug}/"


def api_answers(site: Site, slug: str, visitor: str | None) -> bool:
    answer = site.get(f"/api/processors/{slug}/", visitor)
    assert answer.status in {200, 401, 403, 404}
    return answer.status == 200


def session_opens(site: Site, slug: str, visitor: str | None) -> bool:
    """A refusal is a typed error, and 4403 (4401 for a guest) because nothing else is open."""
    with SignallingSocket(site, visitor) as socket:
        reply = socket.request("session.open", processor=slug)
        if reply["type"] == "session.opened":
            socket.request("session.close", session=reply["session"])
            return True
        assert reply["type"] == "error"
        assert reply["code"] in {"not_allowed", "not_found"}
        if reply["code"] == "not_allowed":
            assert socket.close_code() == (4403 if visitor else 4401)
        return False
