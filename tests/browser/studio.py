"""What a visitor does in a studio, in the words of the story."""

import base64
import json
import time
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tests.support.patience import wait_until
from tests.support.site import Site

from . import scene
from .pages import Page

Picture = npt.NDArray[np.uint8]
START, STOP = "[data-testid=start]", "[data-testid=stop]"


class Studio:
    """The page of one processor; ``page`` is Chromium's or Firefox's."""

    def __init__(self, page: Page, site: Site, slug: str) -> None:
        self.page = page
        self.site = site
        self.slug = slug

    def press_start(self) -> None:
        self.page.click(START)

    def press_stop(self) -> None:
        self.page.click(STOP)

    def wait_live(self, seconds: float = 20) -> None:
        """Wait until the session is live and a picture or sound has come."""
        self.wait_state("live", seconds)

    def wait_picture(self, seconds: float = 20) -> None:
        wait_until(lambda: self._output_width(), f"a picture comes out of {self.slug}", seconds)

    def wait_state(self, *states: str, seconds: float = 20) -> str:
        wanted = set(states)
        try:
            return wait_until(
                lambda: self.state() if self.state() in wanted else "", f"state {states}", seconds
            )
        except AssertionError as error:
            raise AssertionError(f"{error}; the page went through {self.states()}: {self.notice()}") from None

    def state(self) -> str:
        return str(self.page.evaluate("document.documentElement.dataset.sessionState"))

    def states(self) -> list[str]:
        return [entry["state"] for entry in self.page.evaluate("probe.states")]

    def notice(self) -> str:
        """The text of everything the page announces."""
        return str(
            self.page.evaluate(
                "[...document.querySelectorAll('[role=status], [role=alert], [aria-live], dialog[open]')]"
                ".map(each => each.innerText.trim()).filter(Boolean).join(' | ')"
            )
        )

    def set_parameter(self, name: str, value: object) -> None:
        self.open_sheet()
        text = str(value).lower() if isinstance(value, bool) else str(value)
        self.page.set_value(self.control(name), text)

    def open_sheet(self) -> None:
        """On a phone the parameters are behind a grip."""
        grip = "document.querySelector('.grip')"
        if self.page.evaluate(f"{grip}?.checkVisibility() && {grip}.ariaExpanded === 'false'"):
            self.page.click(".grip")

    def control(self, name: str) -> str:
        """The selector of the element that takes a parameter's value."""
        inside = f"[data-testid=param-{name}]"
        fields = "input, select, textarea"
        is_field = f"document.querySelector({json.dumps(inside)})?.matches({json.dumps(fields)})"
        return inside if self.page.evaluate(is_field) else f"{inside} :is({fields})"

    def output_image(self) -> Picture:
        """The picture that is on the output video now, as blue, green, red."""
        return self._image("output-video")

    def output_luma(self) -> Picture:
        """The output's brightness in full range, as the browser shows it, at the size of the scene."""
        grey = self.output_image().mean(axis=2).round().astype(np.uint8)
        return cv2.resize(grey, (scene.WIDTH, scene.HEIGHT), interpolation=cv2.INTER_LINEAR)

    def input_image(self) -> Picture:
        return self._image("input-video")

    def results(self) -> list[dict[str, Any]]:
        return [message for message in self.messages() if message["type"] == "result"]

    def messages(self) -> list[dict[str, Any]]:
        """Results, processor states and statistics that came over the data channel."""
        found: list[dict[str, Any]] = self.page.evaluate("probe.results")
        return found

    def watch_output(self) -> None:
        self.page.evaluate("probe.watchOutput()")

    def presented(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("probe.presented")
        return found

    def presented_for(self, seconds: float) -> list[dict[str, Any]]:
        """The pictures presented in the next seconds."""
        self.watch_output()
        before = len(self.presented())
        time.sleep(seconds)
        return self.presented()[before:]

    def sound(self, milliseconds: int = 1200) -> dict[str, float]:
        heard: dict[str, float] = self.page.evaluate(f"probe.sound({milliseconds})")
        assert heard, "no sound comes back"
        return heard

    def live_tracks(self) -> int:
        """How many camera and microphone tracks the page still holds."""
        return int(self.page.evaluate("probe.tracks.filter(each => each.readyState === 'live').length"))

    def open_peers(self) -> int:
        return int(self.page.evaluate("probe.peers.filter(each => each.connectionState !== 'closed').length"))

    def _output_width(self) -> int:
        return int(
            self.page.evaluate("document.querySelector('[data-testid=output-video]')?.videoWidth || 0")
        )

    def _image(self, testid: str) -> Picture:
        taken = self.page.evaluate(f"probe.image({json.dumps(testid)})")
        assert taken, f"{testid} shows no picture"
        pixels = np.frombuffer(base64.b64decode(taken["pixels"]), np.uint8)
        return pixels.reshape(taken["height"], taken["width"], 4)[..., 2::-1].copy()


def open_studio(page: Page, site: Site, slug: str, query: str = "") -> Studio:
    page.open(f"{site.url}/p/{slug}/{query}")
    return Studio(page, site, slug)
