"""All questions in their order, for the command; each answer is told as soon as it is there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError

from .account_visit import account, signed_in
from .address_checks import SiteAddress, about_address, about_socket
from .findings import Finding
from .media_checks import MediaCheck
from .relay_checks import about_relays
from .site_checks import all_of_them


@dataclass
class Preflight:
    address: SiteAddress
    hear: Callable[[Finding], None]
    account: str = ""
    soak_seconds: float = 0
    findings: list[Finding] = field(default_factory=list)

    def run(self) -> None:
        for finding in all_of_them(self.address.is_local, knows_workers=not settings.EMBEDDED):
            self._note(finding)
        for finding in about_address(self.address):
            self._note(finding)
        socket = self._about_socket()
        self._note(socket)
        asyncio.run(self._note_all(about_relays(self.address.is_local)))
        self._about_media(socket)

    def _note(self, finding: Finding) -> None:
        self.findings.append(finding)
        self.hear(finding)

    async def _note_all(self, findings: AsyncIterator[Finding]) -> None:
        async for finding in findings:
            self._note(finding)

    def _about_socket(self) -> Finding:
        if self._has("site.away") or self._has("site.other"):
            return Finding("socket.unasked")
        return asyncio.run(about_socket(self.address))

    def _about_media(self, socket: Finding) -> None:
        if socket.state != "green":
            self._note(Finding("media.unasked"))
        elif socket.code == "socket.good" and not self.account:
            self._visit()
        else:
            self._visit_as_account()

    def _visit(self, cookie: str = "") -> None:
        asyncio.run(self._note_all(MediaCheck(self.address, cookie, self.soak_seconds).findings()))

    def _visit_as_account(self) -> None:
        if not (self.address.is_local or self._has("tls.good") or self._has("tls.ends")):
            self._note(Finding("media.insecure"))
            return
        try:
            user = account(self.account)
        except DatabaseError:
            user = None
        if user is None:
            self._note(Finding("media.no_account"))
            return
        with signed_in(user) as cookie:
            self._visit(cookie)

    def _has(self, code: str) -> bool:
        return any(finding.code == code for finding in self.findings)
