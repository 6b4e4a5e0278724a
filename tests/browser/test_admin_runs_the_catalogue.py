"""An admin creates, edits, retires and publishes a processor; the next session obeys, without a restart."""

from tests.support.patience import wait_until
from tests.support.site import Site

from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .studio import Studio
from .test_edges import HIGH, LOW, SOFT_HIGH, SOFT_LOW, see_edges
from .test_order_and_delay import started

ADD = "/admin/processors/processor/add/"


def test_the_next_session_obeys_the_admin(any_site: Site, visit: VisitorFactory) -> None:
    desk, bob = visit(any_site, "alice"), visit(any_site, "bob")
    create(desk, any_site)
    set_defaults(desk, SOFT_LOW, SOFT_HIGH)
    save(desk, "_publish")

    studio = started(bob, any_site, "fine-lines")
    assert "Fine lines" in bob.evaluate("document.title")
    see_edges(studio, SOFT_LOW, SOFT_HIGH)

    address = desk.page.url
    set_defaults(desk, LOW, HIGH)
    save(desk, "_continue")
    see_edges(studio, SOFT_LOW, SOFT_HIGH)
    studio.press_stop()
    see_edges(started(bob, any_site, "fine-lines"), LOW, HIGH)

    desk.open(address)
    save(desk, "_retire")
    runs_on(studio)
    assert any_site.get("/p/fine-lines/", "bob").status == 404
    assert "fine-lines" not in any_site.get("/", "bob").body

    desk.open(address)
    save(desk, "_publish")
    assert any_site.get("/p/fine-lines/", "bob").status == 200
    assert "fine-lines" in any_site.get("/", "bob").body


def create(desk: ChromiumPage, site: Site) -> None:
    desk.open(site.url + ADD)
    desk.page.locator("#id_title").press_sequentially("Fine lines")
    desk.page.select_option("#id_key", "edges")
    assert desk.page.input_value("#id_slug") == "fine-lines"
    desk.page.locator("input[type=submit]").first.click()
    desk.page.wait_for_url("**/change/")


def set_defaults(desk: ChromiumPage, low: int, high: int) -> None:
    for name, value in (("low", low), ("high", high)):
        desk.page.fill(f"#id_parameter_{name}", str(value))


def save(desk: ChromiumPage, button: str) -> None:
    desk.page.click(f"[name={button}]")
    desk.page.wait_for_load_state()
    assert desk.page.locator(".errornote").count() == 0, desk.page.locator("form").inner_text()


def runs_on(studio: Studio) -> None:
    """A session that runs goes on to its end."""
    studio.watch_output()
    before = len(studio.presented())
    wait_until(lambda: len(studio.presented()) > before + 10, "pictures go on")
    assert studio.state() == "live"
