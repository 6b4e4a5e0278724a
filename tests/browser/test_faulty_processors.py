"""A processor that raises or gives nonsense costs its picture, not the session; no traceback reaches a page."""

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import VisitorFactory
from .studio import Studio, open_studio
from .test_order_and_delay import started

SECRETS = ("Traceback", "secret-of-the-process", 'File "', "showroom_test_processors")


@pytest.mark.parametrize("fault", ["raise", "text", "shape", "nan", "float"])
def test_what_no_processor_may_give(fault: str, site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "alice")
    studio = started(page, site, "test-fault")
    studio.set_parameter("fault", fault)
    said = wait_until(lambda: troubles(studio), "the page hears of the trouble")
    assert said[-1]["message"], "with a sentence"
    assert studio.state() == "live"
    keep_secrets(studio)
    assert page.evaluate("probe.sockets.at(-1).readyState") == 1, "the socket stayed open: no 1011"


def test_a_processor_that_cannot_be_loaded(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "alice")
    studio = open_studio(page, site, "test-broken-load")
    studio.press_start()
    wait_until(
        lambda: "weights of this model are missing" in page.page.locator("body").inner_text(), "the reason"
    )
    keep_secrets(studio)


def troubles(studio: Studio) -> list[dict[str, str]]:
    said = [message for message in studio.messages() if message["type"] == "processor"]
    return [message for message in said if message["state"] in {"failing", "stopped"}]


def keep_secrets(studio: Studio) -> None:
    seen = studio.page.evaluate("document.body.innerText + JSON.stringify(probe.results)")
    assert [secret for secret in SECRETS if secret in seen] == []
