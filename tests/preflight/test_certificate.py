"""The question about the certificate, asked of a real server with one that ends tomorrow."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from rooms.preflight.address_checks import SiteAddress, about_certificate, about_site
from tests.support.certificate import write_certificate
from tests.support.processes import free_port


class NotTheSite(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<p>another site</p>")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    certificate, key = write_certificate(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), NotTheSite) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


def answer(url: str) -> tuple[str, str]:
    finding = about_certificate(SiteAddress.of(url))
    return finding.code, finding.state


def test_one_that_ends_soon(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    finding = about_certificate(SiteAddress.of(f"https://127.0.0.1:{port}/"))
    assert (finding.code, finding.state, finding.values) == ("tls.ends", "amber", {"days": 0})


def test_one_that_nobody_knows(port: int) -> None:
    assert answer(f"https://127.0.0.1:{port}/") == ("tls.own", "amber")


def test_one_for_another_name(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    assert answer(f"https://localhost:{port}/") == ("tls.wrong", "red")


def test_none() -> None:
    assert answer("http://127.0.0.1/") == ("tls.local", "off")
    assert answer("http://showroom.example.org/") == ("tls.missing", "red")
    assert answer(f"https://127.0.0.1:{free_port()}/") == ("tls.unasked", "off")


def test_another_site_answers(port: int) -> None:
    finding = about_site(SiteAddress.of(f"https://127.0.0.1:{port}/"))
    assert (finding.code, finding.values) == ("site.other", {"status": 200})


@pytest.mark.parametrize("url", ["showroom.example.org", "ftp://showroom.example.org/", "https:///", ""])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        SiteAddress.of(url)
