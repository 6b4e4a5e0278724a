"""The same matrix on the pages: gallery and studio."""

from typing import Any

import pytest

from .conftest import Browser
from .test_who_may_open_a_processor import CASES, MISSING, OPENS, REFUSED, SIGN_IN

STATUS = {OPENS: 200, MISSING: 404, REFUSED: 403, SIGN_IN: 302}


@pytest.mark.parametrize(("visibility", "who", "expected"), CASES)
def test_the_matrix_of_the_studio(
    visibility: str,
    who: str,
    expected: str,
    rows: Any,
    browser: Browser,
    guests_welcome: None,
    request: pytest.FixtureRequest,
) -> None:
    response = browser(request.getfixturevalue(who)).get(f"/p/{visibility}/")
    assert response.status_code == STATUS[expected]
    if expected == SIGN_IN:
        assert f"next=/p/{visibility}/" in response["Location"]


@pytest.mark.parametrize(
    ("who", "shown"),
    [("guest", {"everyone"}), ("bob", {"everyone", "members"}), ("stella", {"everyone", "members", "staff"})],
)
def test_the_gallery_hangs_what_is_for_the_visitor(
    who: str, shown: set[str], rows: Any, browser: Browser, guests_welcome: None, request: Any
) -> None:
    html = browser(request.getfixturevalue(who)).get("/").content.decode()
    assert {slug for slug in rows if f'href="/p/{slug}/"' in html} == shown


@pytest.mark.parametrize("path", ["/", "/p/everyone/", "/p/none/", "/p/everyone/still/"])
def test_without_guests_every_page_leads_to_the_sign_in(
    path: str, rows: Any, browser: Browser, guest: Any, settings: Any
) -> None:
    settings.GUESTS_ALLOWED = False
    response = browser(guest).get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_an_edit_shows_on_the_next_visit(rows: Any, browser: Browser, bob: Any) -> None:
    rows["everyone"].title = "A new name"
    rows["everyone"].save()
    assert "A new name" in browser(bob).get("/p/everyone/").content.decode()
    rows["everyone"].retire()
    assert browser(bob).get("/p/everyone/").status_code == 404
