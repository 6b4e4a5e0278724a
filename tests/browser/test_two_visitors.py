"""Two people on two processors at once, and a guest: each sees only their own picture and parameters."""

import numpy as np

from tests.support.patience import wait_until
from tests.support.site import Site

from . import scene
from .conftest import VisitorFactory
from .studio import open_studio
from .test_edges import HIGH, LOW, SOFT_HIGH, SOFT_LOW, see_edges


def test_each_sees_their_own_picture_and_parameters(any_site: Site, visit: VisitorFactory) -> None:
    hers = open_studio(visit(any_site, "bob"), any_site, "edges")
    his = open_studio(visit(any_site, "charlie"), any_site, "edges")
    guests = open_studio(visit(any_site), any_site, "invert")
    for studio in (hers, his, guests):
        studio.press_start()
        studio.wait_live()
    hers.set_parameter("low", SOFT_LOW)
    hers.set_parameter("high", SOFT_HIGH)
    see_edges(hers, SOFT_LOW, SOFT_HIGH)
    see_edges(his, LOW, HIGH)
    his_low = his.page.evaluate(f"document.querySelector({his.control('low')!r}).value")
    assert his_low == str(LOW)
    inverted = 255 - (scene.luma(0)[scene.SCENE_TOP :].astype(float) - 16) * 255 / 219

    def difference() -> float:
        return float(np.abs(guests.output_luma()[scene.SCENE_TOP :] - inverted).mean())

    wait_until(lambda: difference() < 8, "the guest sees the negative")
