"""A proxy that passes ordinary requests on and refuses websockets, as old ones in companies do."""

import socket
import socketserver
import threading
from typing import Self

HEAD_BYTES = 65536
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class DeafProxy:
    """Stands before ``port`` of this machine; ``url`` is how one comes to the site through it."""

    def __init__(self, port: int) -> None:
        self._server = Server(("127.0.0.1", 0), Passage)
        self._server.target = ("127.0.0.1", port)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def refused(self) -> int:
        return self._server.refused

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    target = ("", 0)
    refused = 0


class Passage(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        head = self.request.recv(HEAD_BYTES)
        if b"upgrade: websocket" in head.lower():
            self.server.refused += 1
            self.request.sendall(REFUSAL)
            return
        with socket.create_connection(self.server.target) as site:
            site.sendall(head)
            back = threading.Thread(target=pour, args=(site, self.request), daemon=True)
            back.start()
            pour(self.request, site)
            back.join()


def pour(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes until one of the two has ended."""
    try:
        while piece := source.recv(HEAD_BYTES):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return
