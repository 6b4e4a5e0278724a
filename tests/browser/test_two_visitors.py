"""Two people on two processors at once: each sees only their own picture, parameters and results."""

import cv2

from tests.support.site import Site

from . import scene
from .conftest import VisitorFactory
from .studio import open_studio
from .test_edges import HIGH, LOW, SOFT_HIGH, SOFT_LOW, see_edges


def test_each_sees_their_own_picture_and_parameters(any_site: Site, visit: VisitorFactory) -> None:
    hers = open_studio(visit(any_site, "bob"), any_site, "edges")
    his = open_studio(visit(any_site, "charlie"), any_site, "edges")
    copy = open_studio(visit(any_site), any_site, "test-copy")
    for studio in (hers, his, copy):
        studio.press_start()
        studio.wait_live()
    hers.set_parameter("low", SOFT_LOW)
    hers.set_parameter("high", SOFT_HIGH)
    see_edges(hers, SOFT_LOW, SOFT_HIGH)
    see_edges(his, LOW, HIGH)
    his_low = his.page.evaluate(f"document.querySelector({his.control('low')!r}).value")
    assert his_low == str(LOW)
    assert copy.page.evaluate("probe.number('output-video')") is not None
    assert cv2.absdiff(copy.output_luma(), copy.input_image().mean(axis=2).astype("uint8")).mean() < 20
    assert {entry["number"] for entry in his.presented_for(0.5)} == {None}, (
        f"no {scene.NUMBERS} numbers in edges"
    )
