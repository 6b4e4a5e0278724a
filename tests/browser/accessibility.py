"""axe-core on a page: the serious and critical findings, as readable lines."""

from axe_playwright_python.sync_playwright import Axe

from .chromium import ChromiumPage

SERIOUS = {"serious", "critical"}


def serious_violations(page: ChromiumPage) -> list[str]:
    found = Axe().run(page.page).response["violations"]
    return [_line(each) for each in found if each["impact"] in SERIOUS]


def _line(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    places = "; ".join(f"{node['html'][:160]} ({node['failureSummary']})" for node in nodes[:3])
    return f"{violation['id']}: {violation['help']}: {places}"
