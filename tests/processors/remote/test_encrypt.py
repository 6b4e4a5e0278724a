"""TLS: the certificate must be for the name, although the connection goes to the checked address."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from processors.remote.connection import Connection
from processors.remote.errors import RemoteError
from processors.remote.server import Call, RemoteServer
from tests.support.patience import patient

from .misbehaving import MisbehavingServer

NAME = "models.example.org"
NUMBERS = np.ones((1, 4), np.float32)
BOTH = pytest.mark.parametrize("scheme", ["grpcs", "https"])


def self_signed(folder: Path) -> str:
    """Write key and certificate for the name; return the certificate, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), now - day, now + day
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "certificate.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(private)
    return pem.decode()


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MisbehavingServer, str]]:
    folder = tmp_path_factory.mktemp("encrypted")
    authority = self_signed(folder)
    running = MisbehavingServer(folder)
    yield running, authority
    running.kill()


def ask(server: MisbehavingServer, scheme: str, host: str, ca: str) -> np.ndarray:
    url = server.url(scheme).replace("127.0.0.1", host)
    known = RemoteServer("test", url, ca=ca, token="open sesame", allowed_hosts=("127.0.0.1",))
    connection = Connection(known, lambda *_: ["127.0.0.1"])
    try:
        return connection.infer(Call("double", "", {"x": NUMBERS}, (), patient(3)))["y"]
    finally:
        connection.close()


@BOTH
def test_the_name_of_the_certificate_is_accepted(
    scheme: str, encrypted: tuple[MisbehavingServer, str]
) -> None:
    server, authority = encrypted
    server.behave("token")
    np.testing.assert_array_equal(ask(server, scheme, NAME, authority), NUMBERS * 2)


@BOTH
@pytest.mark.parametrize(("host", "known"), [("other.example.org", True), ("127.0.0.1", True), (NAME, False)])
def test_another_name_or_an_unknown_authority_is_refused(
    scheme: str, host: str, known: bool, encrypted: tuple[MisbehavingServer, str]
) -> None:
    server, authority = encrypted
    with pytest.raises(RemoteError):
        ask(server, scheme, host, authority if known else "")
