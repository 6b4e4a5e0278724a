"""By which names and addresses this machine is reached in its network."""

import ipaddress
import socket

# Documentation range (RFC 5737): no packet is sent, the system only says which way it would go.
SOMEWHERE = ("192.0.2.1", 9)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def network_addresses() -> list[str]:
    """IPv4 addresses of this machine other than loopback, the one of the default route first."""
    found = [address_towards_others(), *addresses_of_name()]
    return list(dict.fromkeys(address for address in found if address and not is_loopback(address)))


def address_towards_others() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def addresses_of_name() -> list[str]:
    try:
        answers = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return []
    return [str(answer[4][0]) for answer in answers]
