"""The cards' pictures: made once from our own sample, or uploaded."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client

from processors.models import Processor
from rooms import stills

Wall = dict[str, Processor]


def test_a_still_shows_what_the_processor_does(visitor: Client, wall: Wall) -> None:
    response = visitor.get("/p/edges/still/")
    assert response["Content-Type"] == "image/webp"
    picture = cv2.imdecode(np.frombuffer(response.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (360, 640, 3)


def test_it_is_made_once(visitor: Client, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    first = visitor.get("/p/edges/still/").content
    monkeypatch.setattr(stills, "made", lambda row: pytest.fail("made a second time"))
    assert visitor.get("/p/edges/still/").content == first


def test_there_is_none_for_a_class_that_is_gone(visitor: Client, wall: Wall) -> None:
    assert visitor.get("/p/no-such-class/still/").status_code == 204


def test_code_from_other_packages_makes_none_in_the_web_process(
    visitor: Client, wall: Wall, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(stills, "is_our_own", lambda key: False)
    assert visitor.get("/p/edges/still/").status_code == 204


def test_no_still_of_what_one_may_not_see(visitor: Client, wall: Wall) -> None:
    wall["edges"].retire()
    assert visitor.get("/p/edges/still/").status_code == 404
