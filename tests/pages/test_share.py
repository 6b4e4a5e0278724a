"""A link, its code for phones, and the page inside another page."""

from typing import Any

import cv2
import numpy as np
from django.test import Client

from processors.models import Processor

Wall = dict[str, Processor]


def modules(svg: str) -> np.ndarray[Any, Any]:
    """Draw the code's path: segno writes rows of dark strokes, ``m1 1h7m…``, with a border of 2."""
    import re

    side = int(re.search(r'width="(\d+)"', svg)[1]) // 4  # type: ignore[index]
    path = re.findall(r' d="([^"]+)"', svg)[-1]
    picture = np.full((side, side), 255, np.uint8)
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([MmhH])([-\d. ]+)", path):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command in "Mm":
            x, y = values if command == "M" else (x + values[0], y + values[1])
        else:
            picture[int(y), int(x) : int(x + values[0])] = 0
            x += values[0]
    return cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)


def test_the_code_reads_as_the_link_with_its_values(visitor: Client, wall: Wall) -> None:
    response = visitor.get("/p/edges/qr.svg?low=40")
    assert response["Content-Type"] == "image/svg+xml"
    picture = cv2.copyMakeBorder(
        modules(response.content.decode()), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255
    )
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert text == "http://testserver/p/edges/?low=40"


def test_a_link_too_long_for_a_code_is_refused_not_an_error(visitor: Client, wall: Wall) -> None:
    assert visitor.get("/p/edges/qr.svg", {"text": "x" * 3000}).status_code == 414


def test_no_code_for_what_one_may_not_open(visitor: Client, wall: Wall) -> None:
    assert visitor.get("/p/nothing-here/qr.svg").status_code == 404


def test_no_other_site_may_frame_the_studio_unless_named(visitor: Client, wall: Wall, settings: Any) -> None:
    assert "frame-ancestors 'none'" in visitor.get("/p/edges/?embed=1")["Content-Security-Policy"]
    settings.EMBED_ORIGINS = ["https://wiki.example.org"]
    embedded = visitor.get("/p/edges/?embed=1")
    assert "frame-ancestors https://wiki.example.org" in embedded["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded
    plain = visitor.get("/p/edges/")
    assert "frame-ancestors 'none'" in plain["Content-Security-Policy"]
    assert plain["X-Frame-Options"] == "DENY"


def test_embedded_the_frame_of_the_site_is_left_out(visitor: Client, wall: Wall) -> None:
    html = visitor.get("/p/edges/?embed=1").content.decode()
    assert "processor-menu" not in html
    assert "site-footer" not in html
    assert 'data-testid="start"' in html
