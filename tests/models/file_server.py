"""A small HTTP server that stands in for the internet, with the faults that the internet has."""

import http.server
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Faults:
    # Cut each answer after so many bytes of its body.
    cut_after: int = 0
    # Send the whole file whatever range is asked for.
    ignores_range: bool = False
    # Send this instead, with status 200.
    instead: bytes = b""
    # Do not say how long it is.
    no_length: bool = False
    # Wait for this before the body goes out.
    hold: threading.Event | None = None
    # Send an eighth of it, and another one each time this is released.
    steps: threading.Semaphore | None = None


@dataclass
class FileServer:
    files: dict[str, bytes] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    # (path, Range header) of every request
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def handler_for(site: FileServer) -> Callable[..., Any]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range") or ""
            site.asked.append((self.path, asked))
            data = site.faults.instead or site.files.get(self.path)
            if data is None:
                return self.send_error(404)
            start = 0 if site.faults.ignores_range or not asked else int(asked[len("bytes=") : -1])
            return self._send(data, start, partial=start > 0)

        def _send(self, data: bytes, start: int, partial: bool) -> None:
            self.send_response(206 if partial else 200)
            if partial:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            if not site.faults.no_length:
                self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            if site.faults.hold:
                site.faults.hold.wait(20)
            rest = data[start:]
            self._write(rest[: site.faults.cut_after] if site.faults.cut_after else rest)
            self.close_connection = True

        def _write(self, rest: bytes) -> None:
            size = max(1, -(-len(rest) // 8)) if site.faults.steps else max(1, len(rest))
            for at in range(0, len(rest), size):
                if at and site.faults.steps:
                    site.faults.steps.acquire(timeout=20)
                self.wfile.write(rest[at : at + size])

        def log_message(self, *_arguments: Any) -> None:
            """The test says what matters."""

    return Handler
