"""What a visitor meets first: the certificate, the page, the websocket. Asked from this machine."""

import asyncio
import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography import x509

from .findings import Finding, short
from .visit import NoGreeting, Visit, VisitError

ANSWER_SECONDS = 10.0
ENDS_SOON_DAYS = 14
DAY_SECONDS = 86_400
HTTPS_PORT = 443
# OpenSSL's numbers for a certificate that signed itself, or whose authority is not known here.
SELF_SIGNED = {18, 19}


@dataclass(frozen=True)
class SiteAddress:
    scheme: str
    # Name and port, as they stand in the address.
    place: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises ValueError for what is no address of a site."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url} is not an address; write for example https://showroom.example.org/")
        return cls(parts.scheme, parts.netloc, parts.hostname, parts.port or HTTPS_PORT)

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"

    @property
    def is_local(self) -> bool:
        """Opened on this machine only, and without https."""
        return not self.is_https and is_loopback(self.host)

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.place}"


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def about_address(address: SiteAddress) -> Iterator[Finding]:
    yield about_certificate(address)
    yield about_site(address)


def about_certificate(address: SiteAddress) -> Finding:
    if not address.is_https:
        return Finding("tls.local" if address.is_local else "tls.missing")
    try:
        return lasting(certificate_of(address, ssl.create_default_context()))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in SELF_SIGNED:
            return Finding("tls.own")
        return Finding("tls.wrong", values={"error": short(error.verify_message)})
    except ssl.SSLError as error:
        return Finding("tls.wrong", values={"error": short(error)})
    except OSError:
        return Finding("tls.unasked")


def certificate_of(address: SiteAddress, context: ssl.SSLContext) -> x509.Certificate:
    with (
        socket.create_connection((address.host, address.port), ANSWER_SECONDS) as raw,
        context.wrap_socket(raw, server_hostname=address.host) as secure,
    ):
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")


def lasting(certificate: x509.Certificate) -> Finding:
    seconds = certificate.not_valid_after_utc.timestamp() - time.time()
    days = int(seconds // DAY_SECONDS)
    return Finding("tls.ends" if days < ENDS_SOON_DAYS else "tls.good", values={"days": days})


def trusting() -> ssl.SSLContext:
    """For the questions after that about the certificate, in which no secret is sent."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def about_site(address: SiteAddress) -> Finding:
    try:
        status, told = ready_answer(address)
    except (OSError, http.client.HTTPException) as error:
        return Finding("site.away", values={"error": short(getattr(error, "reason", error))})
    if "ready" not in told:
        return Finding("site.other", values={"status": status})
    values = {"database": told.get("database"), "workers": told.get("workers")}
    return Finding("site.good" if told["ready"] else "site.unready", values=values)


def ready_answer(address: SiteAddress) -> tuple[int, dict[str, Any]]:
    """What ``/readyz`` says; an empty answer where it is not this site."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if address.is_https:
        handlers.append(urllib.request.HTTPSHandler(context=trusting()))
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(f"{address.origin}/readyz", timeout=ANSWER_SECONDS) as answer:
            return answer.status, read_object(answer.read(1_000_000))
    except urllib.error.HTTPError as error:
        return error.code, read_object(error.read(1_000_000))


def read_object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


async def about_socket(address: SiteAddress) -> Finding:
    """As a guest; where guests are sent away, that is an answer too."""
    asked_at = time.monotonic()
    try:
        async with asyncio.timeout(2 * ANSWER_SECONDS), Visit(address.origin, context=trusting()) as visit:
            ms = round((time.monotonic() - asked_at) * 1000)
            return Finding("socket.good" if visit.is_welcome else "socket.members", values={"ms": ms})
    except (NoGreeting, TimeoutError) as error:
        return Finding("socket.silent", values={"error": short(error)})
    except VisitError as error:
        return Finding("socket.refused", values={"error": short(error)})
