"""What the privacy page says, read from the settings that make it so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from processors import catalogue, files, guest_cookie
from processors.exceptions import ProcessorUnavailable
from processors.models import Processor
from processors.visibility import Visibility


@dataclass(frozen=True)
class IceServer:
    host: str
    relays: bool


@dataclass(frozen=True)
class PrivacyFacts:
    host: str
    contact: str
    guests: bool
    https: bool
    history_days: int
    # 0: rooms are not recorded.
    recording_days: int
    file_hours: int
    report_days: int
    sign_in_days: int
    language_cookie: str
    session_cookie: str
    guest_cookie: str
    csrf_cookie: str
    browser_ice_servers: tuple[IceServer, ...]
    worker_ice_servers: tuple[IceServer, ...]
    sso_name: str
    sso_host: str
    mail_host: str
    passed_on: tuple[tuple[str, str], ...]

    @property
    def third_parties(self) -> bool:
        return bool(self.browser_ice_servers or self.worker_ice_servers or self.sso_name or self.passed_on)


def privacy_facts() -> PrivacyFacts:
    return PrivacyFacts(
        host=settings.HOST_NAME,
        contact=settings.CONTACT,
        guests=settings.GUESTS_ALLOWED,
        https=settings.HTTPS,
        history_days=settings.SESSION_HISTORY_DAYS,
        recording_days=settings.RECORDING_RETENTION_DAYS if settings.ROOM_RECORDING else 0,
        file_hours=int(files.LIFETIME.total_seconds() // 3600),
        report_days=settings.CONNECTION_REPORT_DAYS,
        sign_in_days=settings.SESSION_COOKIE_AGE // (24 * 3600),
        language_cookie=settings.LANGUAGE_COOKIE_NAME,
        session_cookie=settings.SESSION_COOKIE_NAME,
        guest_cookie=guest_cookie.COOKIE,
        csrf_cookie=settings.CSRF_COOKIE_NAME,
        browser_ice_servers=ice_servers([*settings.ICE_SERVERS, {"urls": settings.TURN_URLS}]),
        worker_ice_servers=ice_servers([*settings.WORKER_ICE_SERVERS, {"urls": worker_relay()}]),
        sso_name=settings.SSO_OIDC_NAME if settings.SSO_OIDC_SERVER_URL else "",
        sso_host=urlsplit(settings.SSO_OIDC_SERVER_URL).hostname or "",
        mail_host=mail_host(),
        passed_on=tuple(passed_on()),
    )


def ice_servers(servers: Sequence[Mapping[str, Any]]) -> tuple[IceServer, ...]:
    """Name each server once; one that can relay is told apart from one that only sees addresses."""
    relays: dict[str, bool] = {}
    for url in ice_urls(servers):
        host = ice_host(url)
        relays[host] = relays.get(host, False) or url.startswith("turn")
    return tuple(IceServer(host, can_relay) for host, can_relay in relays.items())


def worker_relay() -> list[str]:
    return [settings.WORKER_TURN_URL] if settings.WORKER_TURN_URL else []


def ice_urls(servers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for server in servers:
        urls = server["urls"]
        yield from [urls] if isinstance(urls, str) else urls


def ice_host(url: str) -> str:
    """``turn:relay.example.org:3478?transport=udp`` is at relay.example.org."""
    address = url.partition(":")[2].partition("?")[0]
    return urlsplit(f"//{address}").hostname or address


def mail_host() -> str:
    sends = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    return settings.EMAIL_HOST if sends else ""


def passed_on() -> Iterator[tuple[str, str]]:
    """Processors on offer that send something to another server: title and what they say about it."""
    for processor in Processor.objects.published().exclude(visibility=Visibility.DRAFT):
        if sentence := sends_elsewhere(processor):
            yield processor.title, sentence


def sends_elsewhere(processor: Processor) -> str:
    try:
        return str(catalogue.load_class(processor.key, processor.configuration).sends_elsewhere)
    except ProcessorUnavailable:
        return ""  # what cannot be loaded cannot send anything
