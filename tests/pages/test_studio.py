"""The page of one processor as the server writes it."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from processors.models import Processor

from .conftest import hang

Wall = dict[str, Processor]


def config(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="config" type="application/json">(.*?)</script>', html, re.S)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    return facts


def open_page(visitor: Client, address: str) -> str:
    response = visitor.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_hooks_for_tools_are_there(visitor: Client, wall: Wall) -> None:
    html = open_page(visitor, "/p/edges/")
    for hook in ("start", "stop", "output-video", "input-video", "param-low", "param-high", "results"):
        assert f'data-testid="{hook}"' in html


def test_scripts_get_their_facts_from_the_page(visitor: Client, wall: Wall) -> None:
    facts = config(open_page(visitor, "/p/edges/"))
    assert facts["manifest"]["slug"] == "edges"
    assert facts["urls"]["files"] == "/p/edges/files/"
    assert facts["urls"]["socket"] == "/ws/"


def test_a_shared_link_sets_the_controls(visitor: Client, wall: Wall) -> None:
    html = open_page(visitor, "/p/edges/?low=40&high=90")
    assert re.search(r'name="low"[^>]* value="40"', html)
    assert re.search(r'name="high"[^>]* value="90"', html)


@pytest.mark.parametrize("value", ["-5", "99999", "abc", "nan", "inf", "1e400", ""])
def test_a_value_that_does_not_fit_leaves_the_default(visitor: Client, wall: Wall, value: str) -> None:
    html = open_page(visitor, f"/p/edges/?low={value}")
    assert re.search(r'name="low"[^>]* value="100"', html)


def test_the_defaults_of_the_row_win_over_those_of_the_class(visitor: Client, db: None) -> None:
    hang("edges", "Edges", "", "", parameters={"low": 55})
    assert re.search(r'name="low"[^>]* value="55"', open_page(visitor, "/p/edges/"))


def test_the_other_processors_are_one_click_away(visitor: Client, wall: Wall) -> None:
    html = open_page(visitor, "/p/edges/")
    assert re.search(r'href="/p/edges/" data-slug="edges" aria-current="page"', html)
    assert 'href="/p/gain/" data-slug="gain"' in html


def test_only_what_the_processor_takes_is_promised(visitor: Client, wall: Wall) -> None:
    assert "Your camera goes to this server" in open_page(visitor, "/p/edges/")
    assert "Your microphone goes to this server" in open_page(visitor, "/p/gain/")


@pytest.mark.parametrize("address", ["/", "/p/edges/", "/p/hidden-faces/", "/p/nothing-here/"])
def test_no_page_has_inline_scripts_or_styles_or_foreign_addresses(
    visitor: Client, wall: Wall, address: str
) -> None:
    html = visitor.get(address).content.decode()
    assert not re.search(r"<script(?![^>]*\b(src=|type=\"application/json\"))", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", html)
    assert not re.search(r'(src|href)="(https?:)?//', html)


def test_an_unknown_processor_is_a_page_of_ours(visitor: Client, wall: Wall) -> None:
    response = visitor.get("/p/nothing-here/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()
