"""Where the site listens, and by which addresses visitors reach it."""

import os
import socket
from dataclasses import dataclass
from typing import Self

from django.conf import settings

from .addresses import LOOPBACK, is_loopback, network_addresses
from .certificate import ensure_certificate


class AddressBusy(Exception):
    pass


@dataclass(frozen=True)
class Address:
    host: str
    port: int
    # We encrypt ourselves; a proxy before us does it otherwise.
    is_encrypted: bool

    @classmethod
    def from_settings(cls) -> Self:
        behind_proxy = bool(settings.ALLAUTH_TRUSTED_PROXY_COUNT)
        return cls(settings.HOST, settings.PORT, settings.HTTPS and not behind_proxy)

    @property
    def url(self) -> str:
        return self.url_of("127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host)

    def url_of(self, host: str) -> str:
        name = f"[{host}]" if ":" in host else host
        return f"{'https' if self.is_encrypted else 'http'}://{name}:{self.port}/"

    def check_free(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise AddressBusy(
                    f"Port {self.port} on {self.host} cannot be used: {os.strerror(error.errno or 0)}. "
                    f"Perhaps the site runs already; else choose another port, for example PORT={self.port + 1}."
                ) from error

    def allow_hosts(self) -> None:
        """Who opens the site to the network wants to be reached there; ALLOWED_HOSTS, if set, decides alone."""
        if self.is_local or {"ALLOWED_HOSTS", "ALLOWED_HOSTS_FILE"} & set(os.environ):
            return
        settings.ALLOWED_HOSTS = list(dict.fromkeys([*settings.ALLOWED_HOSTS, *self.network_names()]))

    @property
    def is_local(self) -> bool:
        return is_loopback(self.host)

    def network_names(self) -> list[str]:
        name = socket.gethostname().lower()
        chosen = [] if self.host in {"0.0.0.0", "::", ""} else [self.host]
        return [*chosen, *network_addresses(), name, f"{name}.local"]

    def endpoint(self) -> str:
        """In Twisted's words."""
        interface = self.host.replace(":", "\\:")
        if not self.is_encrypted:
            return f"tcp:{self.port}:interface={interface}"
        names = [*LOOPBACK, *([] if self.is_local else self.network_names())]
        key, certificate = ensure_certificate(settings.VAR_DIR / "tls", names)
        return f"ssl:{self.port}:privateKey={key}:certKey={certificate}:interface={interface}"

    def advice(self) -> list[str]:
        if self.is_local or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
            return []
        if not self.is_encrypted:
            return [
                "Browsers give cameras to secure addresses only: other devices need HTTPS=1 (or a proxy with TLS)."
            ]
        found = ", ".join(self.url_of(address) for address in network_addresses())
        return [f"Other devices in the network: {found} (the browser warns once about the certificate)"]
