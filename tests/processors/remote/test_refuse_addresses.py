"""Where a remote model may live (S13): whatever leads inside is refused, and a canary on loopback stays unvisited."""

import socket
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from processors.remote.addresses import Allowed, Place, check_place, parse_url
from processors.remote.connection import Connection
from processors.remote.errors import AddressRefused, RemoteError, ServerRefused
from processors.remote.server import Call, RemoteServer
from tests.support.patience import wait_until

from .misbehaving import MisbehavingServer

PORT = "{port}"
HOSTILE = (
    "http://169.254.169.254/latest/meta-data",
    "grpc://169.254.169.254:{port}",
    "http://[::ffff:10.0.0.1]:{port}",
    "http://[::ffff:127.0.0.1]:{port}",
    "grpc://[::ffff:7f00:1]:{port}",
    "http://0:{port}",
    "http://0.0.0.0:{port}",
    "grpc://[::]:{port}",
    "http://2130706433:{port}",
    "http://0x7f000001:{port}",
    "http://0x7f.1:{port}",
    "http://017700000001:{port}",
    "http://127.1:{port}",
    "http://127.0.0.1:{port}",
    "http://127.0.0.1.:{port}",
    "grpc://127.0.0.1:{port}",
    "grpc://127.8.9.10:{port}",
    "http://[::1]:{port}",
    "http://[fe80::1%25eth0]:{port}",
    "http://[fe80::1]:{port}",
    "http://[64:ff9b::7f00:1]:{port}",
    "http://[2002:7f00:1::]:{port}",
    "http://localhost:{port}",
    "http://LOCALHOST:{port}",
    "http://localhost.:{port}",
    "http://10.0.0.1:{port}",
    "http://172.16.0.1:{port}",
    "http://192.168.1.1:{port}",
    "http://100.64.0.1:{port}",
    "http://224.0.1.1:{port}",
    "http://255.255.255.255:{port}",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_",
    "ftp://127.0.0.1:{port}",
    "unix:/run/docker.sock",
    "dns:///127.0.0.1:{port}",
    "ipv4:127.0.0.1:{port}",
    "127.0.0.1:{port}",
    "//127.0.0.1:{port}",
    "",
    "http://",
    "http://:{port}",
    "http://example.org@127.0.0.1:{port}",
    "http://user:secret@127.0.0.1:{port}",
    "http://127.0.0.1:{port}@example.org",
    "http://example.org\\@127.0.0.1:{port}",
    "http://127.0.0.1:{port}\\.example.org",
    "http://127.0.0.1:{port}#.example.org",
    "http://127.0.0.1:{port}?.example.org",
    "http://127.0.0.1%2f.example.org",
    "http://127。0。0。1:{port}",
    "http://①②⑦.0.0.1:{port}",
    "http://127.0.0.1\t:{port}",
    " http://127.0.0.1:{port}",
    "http://127.0.0.1\r\nHost: example.org",
    "http://example.org:0",
    "http://example.org:99999",
    "http://example.org:",
    "http://example.org:8o",
    "http://[::1",
    "http://exa_mple..org",
    "http://-.org",
    "http://example.org/../v2",
    "grpc://example.org/path",
)


class Canary:
    """Listens where nobody may call, and counts who does."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.socket = socket.create_server((address, port))
        self.port: int = self.socket.getsockname()[1]
        self.hits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.hits += 1
            visitor.close()

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


def call(deadline_seconds: float = 2) -> Call:
    return Call("double", "", {"x": np.ones((1, 4), np.float32)}, (), deadline_seconds)


def flipping(*answers: str) -> tuple[list[str], object]:
    """A resolver whose answer changes each time it is asked."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [answers[min(len(asked), len(answers)) - 1]]

    return asked, resolve


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_before_any_connection(url: str, canary: Canary) -> None:
    server = RemoteServer("hostile", url.format(port=canary.port))
    with pytest.raises(AddressRefused):
        Connection(server).infer(call())
    assert canary.hits == 0


def test_a_name_that_leads_inside_is_refused(canary: Canary) -> None:
    for inside in ("127.0.0.1", "10.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1"):
        asked, resolve = flipping(inside)
        server = RemoteServer("hostile", f"http://models.example.org:{canary.port}")
        with pytest.raises(AddressRefused):
            Connection(server, resolve).infer(call())  # type: ignore[arg-type]
        assert asked == ["models.example.org"]
    assert canary.hits == 0


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_a_name_that_flips_is_looked_up_once_and_what_was_checked_is_what_is_called(
    scheme: str, canary: Canary
) -> None:
    """127.0.0.2 stands for the public address; the next answer leads to the canary."""
    checked = Canary("127.0.0.2", canary.port)
    asked, resolve = flipping("127.0.0.2", "127.0.0.1")
    url = f"{scheme}://models.example.org:{canary.port}"
    connection = Connection(RemoteServer("flips", url, allowed_hosts=("127.0.0.2/32",)), resolve)  # type: ignore[arg-type]
    with pytest.raises(RemoteError):
        connection.infer(call())
    wait_until(lambda: checked.hits > 0, "the checked address was called")
    assert asked == ["models.example.org"]
    connection.close()
    with pytest.raises(AddressRefused):
        connection.infer(call())
    checked.close()
    assert canary.hits == 0


def test_a_redirect_to_loopback_is_not_followed(server: MisbehavingServer, canary: Canary) -> None:
    (server.folder / "redirect").write_text(f"http://127.0.0.1:{canary.port}/v2")
    server.behave("redirect")
    with pytest.raises(ServerRefused, match="refused"):
        Connection(server.as_server("http", deadline_seconds=2)).infer(call())
    assert canary.hits == 0


@pytest.mark.parametrize("scheme", ["http", "grpc"])
def test_a_proxy_of_the_environment_is_not_used(
    scheme: str, server: MisbehavingServer, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    Connection(server.as_server(scheme)).infer(call())
    assert canary.hits == 0


def test_without_a_list_public_addresses_only() -> None:
    assert checked("8.8.8.8") == ["8.8.8.8"]
    assert checked("2606:4700::1111") == ["2606:4700::1111"]
    with pytest.raises(AddressRefused):
        checked("10.0.0.1")
    with pytest.raises(AddressRefused):
        check_place(Place("grpc", "a.example.org", 1), Allowed.parse(()), lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_with_a_list_only_what_it_names() -> None:
    with pytest.raises(AddressRefused):
        checked("8.8.8.8", "models.example.org")
    assert checked("8.8.8.8", "8.8.0.0/16") == ["8.8.8.8"]
    assert checked("10.1.2.3", "10.0.0.0/8") == ["10.1.2.3"]
    assert checked("::1", "::1") == ["::1"]


def test_a_listed_name_may_be_private_but_never_this_machine() -> None:
    assert checked("10.0.0.5", "models.example.org", host="models.example.org") == ["10.0.0.5"]
    assert checked("8.8.8.8", "*.example.org", host="models.example.org") == ["8.8.8.8"]
    for inside in ("127.0.0.1", "169.254.169.254", "::1", "0.0.0.0"):
        with pytest.raises(AddressRefused):
            checked(inside, "models.example.org", host="models.example.org")
    with pytest.raises(AddressRefused):
        checked("10.0.0.5", "*.example.org", host="example.org.evil.net")


@pytest.mark.parametrize(
    ("address", "host", "entry"),
    [
        ("8.8.8.8", "models.example.org", "models.example.org"),
        ("8.8.8.8", "models.example.org", "*.example.org"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "", "10.0.0.0/8"),
        ("::1", "", "[::1]"),
        ("fd00::5", "", "[fd00::/8]"),
    ],
)
def test_an_entry_with_a_port_is_for_that_port(address: str, host: str, entry: str) -> None:
    assert checked(address, f"{entry}:8001", host=host) == [address]
    assert checked(address, f"{entry}:443", entry, host=host) == [address]
    for other in (443, 6379):
        with pytest.raises(AddressRefused) as refusal:
            checked(address, f"{entry}:{other}", host=host)
        assert refusal.value.detail.endswith("is not in REMOTE_ALLOWED_HOSTS with port 8001.")


def test_gateways_are_told_an_ipv6_address_in_brackets() -> None:
    assert parse_url("grpc://[fd00::5]").authority == "[fd00::5]:8001"
    assert parse_url("http://10.0.0.5:8000").authority == "10.0.0.5:8000"


def test_the_usual_addresses_are_understood() -> None:
    assert parse_url("grpc://Models.Example.org:8001") == Place("grpc", "models.example.org", 8001)
    assert parse_url("https://models.example.org/kserve/") == Place(
        "https", "models.example.org", 443, "/kserve"
    )
    assert parse_url("grpcs://[2606:4700::1111]") == Place("grpcs", "2606:4700::1111", 443)


@pytest.mark.parametrize(
    "entry",
    [
        "http://example.org",
        "exa mple",
        "10.0.0.0/99",
        "2130706433",
        "",
        "example.org:0",
        "example.org:65536",
        "example.org:",
        "2130706433:80",
    ],
)
def test_a_list_with_a_wrong_entry_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="not"):
        Allowed.parse([entry])


def checked(address: str, *listed: str, host: str = "") -> list[str]:
    place = Place("grpc", host or address, 8001)
    return check_place(place, Allowed.parse(listed), lambda *_: [address])
