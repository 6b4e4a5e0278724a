"""Daphne with our limits and a farewell.

Daphne alone buffers a body of any size before Django sees it, tells no socket that it ends, and waits for ever on
a handshake it never made; each of the three is put right here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server
from django.conf import settings
from twisted.internet import defer, reactor
from twisted.internet.interfaces import ISSLTransport

logger = logging.getLogger(__name__)

REFUSED_BODY = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
# Cancelled applications get so long to finish.
CANCEL_SECONDS = 0.5


class LimitedRequest(WebRequest):  # type: ignore[misc]
    """Refuses a body that is too large at its headers, or at the byte that is one too many."""

    received_bytes = 0
    refused = False

    def gotLength(self, length: int | None) -> None:
        super().gotLength(min(length or 0, settings.MAX_BODY_BYTES))
        if length is not None and length > settings.MAX_BODY_BYTES:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        self.received_bytes += len(data)
        if self.received_bytes > settings.MAX_BODY_BYTES:
            self._refuse()
        elif not self.refused:
            super().handleContentChunk(data)

    def process(self) -> Any:
        return None if self.refused else super().process()

    def _refuse(self) -> None:
        if not self.refused:
            self.refused = True
            self.channel.transport.write(REFUSED_BODY)
            self.channel.loseConnection()


class LimitedFactory(HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = LimitedRequest
        return protocol


class ShowroomServer(Server):  # type: ignore[misc]
    def __init__(
        self,
        application: Any,
        endpoints: list[str],
        ready: Callable[[], None],
        say_goodbye: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            application,
            endpoints=endpoints,
            server_name="showroom",
            websocket_max_message_size=settings.WEBSOCKET_HARD_LIMIT_BYTES,
            websocket_max_frame_size=settings.WEBSOCKET_HARD_LIMIT_BYTES,
            # A consumer has done all it must within two seconds.
            application_close_timeout=5,
            **proxy_headers(),
        )
        self.failure: str | None = None
        self._ready = ready
        self._say_goodbye = say_goodbye

    def call_when_running(self, function: Callable[[], None]) -> None:
        reactor.callWhenRunning(function)

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        reactor.callWhenRunning(self._ready)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "websocket":
            is_encrypted = ISSLTransport.providedBy(protocol.transport)
            scope["scheme"] = "wss" if is_encrypted else "ws"
        return super().create_application(protocol, scope)

    def listen_error(self, failure: Any) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()

    def kill_all_applications(self) -> Any:
        """Called before the reactor stops, which waits for what is returned here."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._shut_down()))

    async def _shut_down(self) -> None:
        try:
            await self._say_goodbye()
        except Exception:
            logger.exception("The farewell failed")
        applications = [details.get("application_instance") for details in self.connections.values()]
        running = [application for application in applications if application and not application.done()]
        for application in running:
            application.cancel()
        if running:
            await asyncio.wait(running, timeout=CANCEL_SECONDS)


def proxy_headers() -> dict[str, str]:
    """Believe X-Forwarded-For and -Proto only where the settings say that a proxy of ours stands before us."""
    if not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return {}
    return {
        "proxy_forwarded_address_header": "X-Forwarded-For",
        "proxy_forwarded_port_header": "X-Forwarded-Port",
        "proxy_forwarded_proto_header": "X-Forwarded-Proto",
    }


# Daphne names its factory in its own module; ours takes its place there.
import daphne.server  # noqa: E402

daphne.server.HTTPFactory = LimitedFactory
