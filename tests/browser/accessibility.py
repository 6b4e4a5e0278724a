"""axe-core on a page: the serious and critical findings, as readable lines."""

from axe_playwright_python.sync_playwright import Axe

from .chromium import ChromiumPage

AT_REST = """
    Promise.all(document.getAnimations()
        .filter((animation) => animation.effect.getComputedTiming().endTime < Infinity)
        .map((animation) => animation.finished)).then(() => null)
"""
SERIOUS = {"serious", "critical"}


def see_no_barrier(page: ChromiumPage) -> None:
    """In both colour schemes."""
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme)
        assert serious_violations(page) == [], scheme


def serious_violations(page: ChromiumPage) -> list[str]:
    # Colours on their way from light to dark are neither: let the page come to rest.
    page.page.evaluate(AT_REST)
    found = Axe().run(page.page).response["violations"]
    return [_line(each) for each in found if each["impact"] in SERIOUS]


def _line(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    places = "; ".join(f"{node['html'][:160]} ({node['failureSummary']})" for node in nodes[:3])
    return f"{violation['id']}: {violation['help']}: {places}"
