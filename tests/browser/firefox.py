"""Firefox over WebDriver BiDi, with a client of our own: no driver program is needed."""

import base64
import itertools
import json
import os
import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.patience import patient, wait_until
from tests.support.processes import RunningProgram, program
from tests.support.site import Site

from . import scene

HERE = Path(__file__).parent
PREFERENCES: Mapping[str, Any] = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "en-US",
    "media.autoplay.default": 0,
    # A machine without loudspeaker has no clock for Web Audio: tones would neither be made nor heard.
    "media.cubeb.force_mock_context": True,
    "media.gmp-manager.updateEnabled": False,
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class BidiError(Exception):
    """The browser refused a command, or the page's script threw."""


class Firefox:
    """One browser process and its BiDi session."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "user.js").write_text(_user_js())
        command = [program("firefox-esr", "firefox"), "--headless", "--no-remote", "--profile", str(folder)]
        environment = {**os.environ, "HOME": str(folder)}
        self._program = RunningProgram(
            [*command, "--remote-debugging-port", "0", "about:blank"], folder / "firefox.log", environment
        )
        self._numbers = itertools.count(1)
        self._ends = ExitStack()
        self._socket = self._ends.enter_context(self._connect())
        self.command("session.new", capabilities={})
        self.command("script.addPreloadScript", functionDeclaration=_preload_script())

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=patient(60)))
            if message.get("id") == number:
                break
        if message["type"] == "error":
            raise BidiError(f"{method}: {message['error']}: {message['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def new_page(self, site: Site, person: str | None = None, script: str = "") -> "FirefoxPage":
        """A page of its own; ``script`` runs in it, and in those opened after it, before the site's code."""
        if script:
            self.command("script.addPreloadScript", functionDeclaration=f"() => {{{script}}}")
        self.command("storage.deleteCookies")
        if person is not None:
            value = {"type": "string", "value": site.people[person]["session"]}
            cookie = {"name": "sessionid", "value": value, "domain": "127.0.0.1", "path": "/"}
            self.command("storage.setCookie", cookie=cookie)
        return FirefoxPage(self, self.command("browsingContext.create", type="tab")["context"])

    def close(self) -> None:
        try:
            self.command("browser.close")
            self._ends.close()
        finally:
            self._program.stop()

    def _connect(self) -> ClientConnection:
        address = wait_until(self._listening_at, "Firefox listens for BiDi", seconds=60)
        return connect(f"{address}/session", max_size=None, open_timeout=patient(20))

    def _listening_at(self) -> str | None:
        self._program.expect_running()
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", self._program.output())
        return found.group(1) if found else None


class FirefoxPage:
    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context

    def open(self, url: str) -> None:
        self._firefox.command("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Values cross as JSON text, which spares BiDi's own typed form."""
        answer = self._firefox.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise BidiError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def click(self, selector: str) -> None:
        selector_text = json.dumps(selector)
        wait_until(lambda: self.evaluate(f"!!document.querySelector({selector_text})"), f"{selector} exists")
        self.evaluate(f"document.querySelector({selector_text}).click(), null")

    def set_value(self, selector: str, value: str) -> None:
        self.evaluate(
            f"""(() => {{
                const control = document.querySelector({json.dumps(selector)});
                control.value = {json.dumps(value)};
                control.dispatchEvent(new Event("input", {{bubbles: true}}));
                control.dispatchEvent(new Event("change", {{bubbles: true}}));
            }})()"""
        )

    def screenshot(self) -> bytes:
        taken = self._firefox.command("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(taken["data"])

    def close(self) -> None:
        self._firefox.command("browsingContext.close", context=self._context)


def _user_js() -> str:
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items())
    return "\n".join(lines)


def _preload_script() -> str:
    scripts = ((HERE / name).read_text() for name in ("probe.js", "canvas_camera.js"))
    return "() => {" + scene.as_script() + "\n".join(scripts) + "}"
