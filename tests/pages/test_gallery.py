"""What a visitor finds on the wall, with nothing but addresses: it works without scripts."""

import re
from typing import Any

from django.test import Client

from processors.models import Processor
from processors.visibility import Visibility

from .conftest import hang

Wall = dict[str, Processor]


def titles(html: str) -> list[str]:
    return re.findall(r'class="card-title">([^<]+)<', html)


def test_every_processor_hangs_in_its_order_after_the_one_for_newcomers(visitor: Client, wall: Wall) -> None:
    html = visitor.get("/").content.decode()
    assert titles(html) == ["Try without a camera", "Edges", "Hide faces", "Volume", "Lost"]
    assert 'href="/p/edges/?source=sample"' in html


def test_search_finds_by_title_description_and_tag(visitor: Client, wall: Wall) -> None:
    assert titles(visitor.get("/?q=outline").content.decode()) == ["Edges"]
    assert titles(visitor.get("/?q=FACE").content.decode()) == ["Hide faces"]
    assert titles(visitor.get("/?q=sound").content.decode()) == ["Volume"]


def test_a_tag_narrows_the_wall_and_is_marked(visitor: Client, wall: Wall) -> None:
    html = visitor.get("/?tag=privacy").content.decode()
    assert titles(html) == ["Hide faces"]
    assert re.search(r'href="/\?tag=privacy"\s+aria-current="true"', html)


def test_search_and_tag_together(visitor: Client, wall: Wall) -> None:
    assert titles(visitor.get("/?tag=vision&q=outlines").content.decode()) == ["Edges"]


def test_nothing_found_offers_the_way_back(visitor: Client, wall: Wall) -> None:
    html = visitor.get("/?q=zebra").content.decode()
    assert "No processor matches" in html
    assert "Show all" in html


def test_an_empty_site_says_so_and_helps_admins_only(visitor: Client, db: None, alice: Any) -> None:
    assert "Publish a processor" not in visitor.get("/").content.decode()
    visitor.force_login(alice)
    html = visitor.get("/").content.decode()
    assert "Nothing is on show yet" in html
    assert "Publish a processor" in html


def test_a_class_that_is_gone_is_said_and_breaks_nothing(visitor: Client, wall: Wall) -> None:
    assert 'data-state="missing"' in visitor.get("/?q=lost").content.decode()
    studio = visitor.get("/p/no-such-class/")
    assert studio.status_code == 200
    assert "not installed on this server" in studio.content.decode()
    assert 'data-testid="start"' not in studio.content.decode()


def test_members_see_what_guests_do_not(visitor: Client, wall: Wall, bob: Any) -> None:
    hang("invert", "Negative", "", "", visibility=Visibility.MEMBERS)
    assert "Negative" not in titles(visitor.get("/").content.decode())
    visitor.force_login(bob)
    assert "Negative" in titles(visitor.get("/").content.decode())


def test_without_guests_the_wall_asks_to_sign_in(visitor: Client, wall: Wall, settings: Any) -> None:
    settings.GUESTS_ALLOWED = False
    response = visitor.get("/")
    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_a_hostile_search_stays_text(visitor: Client, wall: Wall) -> None:
    html = visitor.get("/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in html
