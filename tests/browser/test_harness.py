"""The tests' eyes: a picture that goes through WebRTC is read back with its number, in both browsers."""

import http.server
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.support.patience import wait_until

from . import chromium, scene
from .firefox import Firefox
from .pages import Page
from .studio import Studio

LOOP = b"""<!doctype html><html data-session-state="idle"><title>Loop</title>
<video data-testid="input-video" autoplay muted playsinline></video>
<video data-testid="output-video" autoplay muted playsinline></video>
<script>
async function begin() {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: {width: 640, height: 480},
    audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false},
  });
  document.querySelector("[data-testid=input-video]").srcObject = stream;
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = (event) => far.addIceCandidate(event.candidate);
  far.onicecandidate = (event) => near.addIceCandidate(event.candidate);
  const output = document.querySelector("[data-testid=output-video]");
  far.ontrack = (event) => { output.srcObject = event.streams[0]; };
  stream.getTracks().forEach((track) => near.addTrack(track, stream));
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  document.documentElement.dataset.sessionState = "live";
}
</script><button data-testid="start" onclick="begin()">Start</button>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(LOOP)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def loop_site() -> Iterator[Any]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", people={})
    server.shutdown()
    server.server_close()


def look_through(page: Page, site: Any) -> None:
    page.open(site.url)
    studio = Studio(page, site, "loop")
    studio.press_start()
    studio.wait_picture()
    assert studio.states()[-1] == "live"
    wait_until(lambda: page.evaluate("probe.number('output-video')") is not None, "a number comes through")
    sent = (scene.luma(0)[scene.SCENE_TOP :].astype(float) - 16) * 255 / 219

    def difference() -> float:
        return float(np.abs(studio.output_luma()[scene.SCENE_TOP :] - sent).mean())

    wait_until(lambda: difference() < 6, "the picture is the scene", seconds=20)
    numbers = [entry["number"] for entry in studio.presented_for(1.5)]
    assert sum(number is not None for number in numbers) > 0.9 * len(numbers) > 9
    assert studio.live_tracks() == 2
    assert studio.open_peers() == 2


def test_chromium_shows_the_film_and_plays_the_tone(browser: Browser, loop_site: Any) -> None:
    with chromium.visitor(browser, loop_site) as page:
        look_through(page, loop_site)
        heard = Studio(page, loop_site, "loop").sound()
        assert heard["hertz"] == pytest.approx(scene.TONE_HERTZ, abs=4)
        assert heard["rms"] == pytest.approx(0.25 / np.sqrt(2), rel=0.1)


def test_firefox_shows_the_scene_from_a_canvas(firefox: Firefox, loop_site: Any) -> None:
    page = firefox.new_page(loop_site)
    look_through(page, loop_site)
    page.close()
