"""What a visitor sees of the connection check, and what the host makes of the code."""

from typing import Any

from tests.support.patience import wait_until
from tests.support.site import Site

from .chromium import ChromiumPage
from .pages import Page


class CheckPage:
    def __init__(self, page: Page, site: Site, origin: str = "") -> None:
        """``origin`` is another way to the same site."""
        self.page, self.site = page, site
        page.open(f"{origin or site.url}/check/")

    def run(self, seconds: float = 60) -> str:
        """Start it and wait; return the verdict's code."""
        self.page.click("[data-testid=start-check]")
        return str(
            wait_until(
                lambda: self.page.evaluate("document.documentElement.dataset.verdict || ''"),
                "the check gives a verdict",
                seconds,
            )
        )

    def words(self) -> str:
        return str(self.page.evaluate("document.querySelector('#verdict').innerText"))

    def line(self, name: str) -> dict[str, Any]:
        """The state and words of one line."""
        found: dict[str, Any] = self.page.evaluate(
            f"(line => ({{...line.dataset, words: line.innerText}}))"
            f"(document.querySelector('[data-line={name}]'))"
        )
        return found

    def states(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('[data-line]')]"
            ".map(line => [line.dataset.line, line.dataset.state]))"
        )
        return found

    def send(self) -> str:
        """Ask for a code, and return it."""
        self.page.click("[data-testid=send-report]")
        code = "document.querySelector('[data-testid=report-code]').textContent"
        return str(wait_until(lambda: self.page.evaluate(code), "there is a code"))


def read_as_host(page: ChromiumPage, site: Site, code: str) -> str:
    """Find the report by its code in the admin, and return all that is shown of it."""
    page.open(f"{site.url}/admin/rooms/connectionreport/?q={code.lower()}")
    page.click("#result_list tbody a")
    page.page.wait_for_url("**/change/**")
    return str(page.evaluate("document.querySelector('#content').innerText"))
