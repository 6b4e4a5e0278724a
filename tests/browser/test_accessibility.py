"""axe-core finds nothing serious in a running studio; and a keyboard is enough for the whole flow."""

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from .accessibility import see_no_barrier
from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .studio import open_studio
from .test_order_and_delay import started


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_a_running_studio_has_no_serious_barrier(
    viewport: tuple[int, int], site: Site, visit: VisitorFactory
) -> None:
    size = {"width": viewport[0], "height": viewport[1]}
    page = visit(site, "bob", viewport=size, reduced_motion="reduce")
    started(page, site, "faces")
    see_no_barrier(page)
    page.click("#status")
    page.page.wait_for_timeout(300)
    see_no_barrier(page)


def test_a_keyboard_is_enough(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "bob")
    page.open(site.url)
    walk_to(page, ".card a[href$='/p/edges/']")
    page.page.keyboard.press("Enter")
    page.page.wait_for_url("**/p/edges/")
    studio = open_studio(page, site, "edges")
    walk_to(page, "[data-testid=start]")
    page.page.keyboard.press("Enter")
    studio.wait_live()
    assert focused(page) not in {"BODY", "HTML"}, "the focus is not lost when Start goes away"
    walk_to(page, studio.control("low"))
    before = int(page.evaluate("document.activeElement.value"))
    page.page.keyboard.press("ArrowRight")
    wait_until(lambda: int(page.evaluate("document.activeElement.value")) > before, "the slider moves")
    walk_to(page, "[data-testid=stop]")
    page.page.keyboard.press("Enter")
    studio.wait_state("idle", "ended")
    assert focused(page) not in {"BODY", "HTML"}, "the focus is not lost when Stop goes away"


def walk_to(page: ChromiumPage, selector: str, steps: int = 120) -> None:
    """Press Tab until the element has the focus, which must then be visible."""
    for _ in range(steps):
        if page.evaluate(f"!!document.activeElement?.matches({selector!r})"):
            break
        page.page.keyboard.press("Tab")
    else:
        raise AssertionError(f"Tab never reaches {selector}")
    style = page.evaluate(
        "(() => { const style = getComputedStyle(document.activeElement);"
        " return [style.outlineStyle, style.boxShadow]; })()"
    )
    assert style[0] != "none" or style[1] != "none", f"{selector} has no visible focus"


def focused(page: ChromiumPage) -> str:
    return str(page.evaluate("document.activeElement.tagName"))
