"""A table, a number and a chart reach the page, in step with the picture they belong to."""

from tests.support.patience import wait_until
from tests.support.site import Site

from . import scene
from .conftest import VisitorFactory
from .test_order_and_delay import started

RESULTS = "[data-testid=results]"


def test_table_number_and_chart_are_shown(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "alice")
    started(page, site, "test-report")
    results = page.page.locator(RESULTS)
    results.wait_for(state="visible")
    assert results.locator("th").all_inner_texts() == ["What", "Number"]
    wait_until(lambda: results.locator("td").first.inner_text() == "seen", "the table has its row")
    number = results.locator("[data-result=number] [data-value]")
    shown = {wait_until(lambda: digits(number.inner_text()), "the number is shown")}
    wait_until(lambda: shown.add(digits(number.inner_text())) or len(shown) > 2, "the number goes on")
    chart = results.locator("[data-view=chart] canvas")
    chart.wait_for(state="visible")
    assert chart.bounding_box()["height"] > 40
    assert page.problems == []


def test_results_are_in_step_with_the_picture(site: Site, visit: VisitorFactory) -> None:
    studio = started(visit(site, "alice"), site, "test-report")
    studio.presented_for(3)
    picture_at = {
        entry["rtp"]: entry["number"] for entry in studio.presented() if entry["number"] is not None
    }
    joined = [
        (result["data"]["number"], picture_at[result["rtp"]])
        for result in studio.results()
        if result["rtp"] in picture_at and result["data"]["number"] is not None
    ]
    assert len(joined) > 20, "too few results carry the time of a picture that was shown"
    off = [abs(said - shown) for said, shown in joined]
    frames_off = sorted(min(step, scene.NUMBERS - step) for step in off)
    assert frames_off[len(off) // 2] == 0, joined
    # A busy machine reads a picture late, when the next one stands there already; that is not the page's doing.
    assert frames_off[len(off) * 9 // 10] <= 1, joined


def digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
