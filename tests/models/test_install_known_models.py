"""Known models, from a server that stands in for the internet and behaves as badly as it."""

import dataclasses
import hashlib
import os
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
from django.core.management import CommandError, call_command

from processors.inference.sound_spec import any_spec
from processors.model_files import models_folder
from processors.model_store import download, install, known, store
from processors.model_store.known import KnownModel
from processors.model_store.rows import ModelFile
from processors.models import Processor
from tests.support.certificate import write_certificate

from . import made
from .file_server import FileServer

pytestmark = pytest.mark.django_db


def heavy(seed: int = 0) -> bytes:
    """A model of some 400 kB: enough to be cut in the middle."""
    weights = onnx.helper.make_tensor("w", made.FLOAT, [100_000], [float(seed)] * 100_000)
    model = made.identity()
    model.graph.initializer.append(weights)
    data: bytes = model.SerializeToString()
    return data


DATA = heavy()
SPEC = {"task": "image", "convention": "image", "input": {"name": "in", "width": 32, "height": 32}}


def entry(name: str, data: bytes = DATA, **changes: Any) -> KnownModel:
    facts = KnownModel(
        name=name,
        title=name.title(),
        processors=("style-transfer",),
        url="http://127.0.0.1:9/nobody-listens",
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        licence="BSD-3-Clause",
        attribution="Somebody",
        spec=SPEC,
    )
    return dataclasses.replace(facts, **changes)


@pytest.fixture
def internet() -> Iterator[FileServer]:
    server = FileServer({"/painted.onnx": DATA, "/other.onnx": heavy(1)})
    yield server
    server.close()


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> KnownModel:
    table = {"painted": entry("painted"), "other": entry("other", heavy(1))}
    monkeypatch.setattr(known, "all_known", lambda: table)
    monkeypatch.setattr(install, "all_known", lambda: table)
    monkeypatch.setattr("processors.management.commands.models.all_known", lambda: table)
    return table["painted"]


def fetch(model: KnownModel, server: FileServer) -> list[Processor]:
    return install.install(model, install.Source(server.url))


def style_row() -> Processor:
    return Processor.objects.get(seed="style-transfer")


def test_a_model_is_fetched_checked_and_put_into_its_processor(
    painted: KnownModel, internet: FileServer
) -> None:
    steps: list[tuple[int, int]] = []
    processors = install.install(
        painted, install.Source(internet.url, on_progress=lambda *s: steps.append(s))
    )
    assert [row.key for row in processors] == ["style-transfer"]
    assert steps[-1] == (len(DATA), len(DATA))
    [model] = style_row().configuration["models"]
    assert (model["name"], model["sha256"]) == ("painted", painted.sha256)
    assert (models_folder() / f"{painted.sha256}.onnx").read_bytes() == DATA
    row = ModelFile.objects.get()
    assert (row.known, row.licence, row.state) == ("painted", "BSD-3-Clause", "ready")


def test_a_second_style_joins_the_menu(painted: KnownModel, internet: FileServer) -> None:
    fetch(painted, internet)
    fetch(known.named("other"), internet)
    fetch(painted, internet)
    assert sorted(item["name"] for item in style_row().configuration["models"]) == ["other", "painted"]


def test_a_second_detector_gets_a_row_of_its_own(painted: KnownModel, internet: FileServer) -> None:
    detect = {**SPEC, "task": "detection", "convention": "yolox"}
    first, second = (
        entry(name, heavy(number), processors=("object-detection",), spec=detect)
        for number, name in enumerate(("painted", "other"))
    )
    [seeded] = fetch(first, internet)
    [own] = fetch(second, internet)
    assert (seeded.seed, own.seed) == ("object-detection", None)
    assert (own.slug, own.visibility) == ("other", "draft")
    assert [row.pk for row in fetch(second, internet)] == [own.pk]


def test_it_goes_on_where_it_was_cut(painted: KnownModel, internet: FileServer) -> None:
    internet.faults.cut_after = 150_000
    fetch(painted, internet)
    assert [asked for _, asked in internet.asked] == ["", "bytes=150000-", "bytes=300000-"]


def test_what_came_before_a_dead_connection_is_kept_for_the_next_run(
    painted: KnownModel, internet: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    internet.faults.cut_after = 150_000
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    with pytest.raises(download.ConnectionCut, match="Run it again to go on"):
        fetch(painted, internet)
    internet.faults.cut_after = 0
    fetch(painted, internet)
    assert internet.asked[-1][1] == "bytes=150000-"


def test_a_server_that_ignores_ranges_sends_it_all_again(
    painted: KnownModel, internet: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    internet.faults.cut_after = 150_000
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    with pytest.raises(download.ConnectionCut):
        fetch(painted, internet)
    internet.faults.cut_after, internet.faults.ignores_range = 0, True
    fetch(painted, internet)
    assert install.verify(painted) is True


@pytest.mark.parametrize("no_length", [False, True])
@pytest.mark.parametrize("body", [b"<h1>Not found</h1>", heavy(9), DATA + b"more", DATA[:-5]])
def test_a_wrong_file_with_status_200_is_refused(
    body: bytes, no_length: bool, painted: KnownModel, internet: FileServer, models_dir: Path
) -> None:
    internet.faults.instead, internet.faults.no_length = body, no_length
    with pytest.raises((download.WrongContent, download.ConnectionCut)):
        fetch(painted, internet)
    assert not list(models_dir.glob("*.onnx"))
    internet.faults.instead = b""
    fetch(painted, internet)


def test_a_server_that_is_not_there_is_named(painted: KnownModel) -> None:
    with pytest.raises(download.InstallFailed, match=r"http://127\.0\.0\.1:9/.* cannot be reached"):
        install.install(painted)


def test_a_missing_file_is_named(painted: KnownModel, internet: FileServer) -> None:
    internet.files.clear()
    with pytest.raises(download.InstallFailed, match="answered 404"):
        fetch(painted, internet)


def test_no_more_is_fetched_than_fits(painted: KnownModel, internet: FileServer, monkeypatch: Any) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(download.NoRoom, match="There is no room"):
        fetch(painted, internet)
    assert internet.asked == []


@pytest.fixture
def small_disk(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(
            f"a small disk cannot be mounted here ({done.stderr.strip()}): be root, or run the tests in "
            "`unshare --map-root-user --mount`"
        )
    settings.MODELS_DIR = folder
    monkeypatch.setenv("SHOWROOM_MODELS_DIR", str(folder))
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_before_and_meanwhile(
    painted: KnownModel, internet: FileServer, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(download.NoRoom, match="There is no room"):
        fetch(painted, internet)
    # Somebody else fills the disk after the check.
    monkeypatch.setattr(download, "check_room", lambda *_: None)
    with pytest.raises(download.NoRoom, match=r"full\. What has arrived is kept"):
        fetch(painted, internet)
    part = small_disk / "quarantine" / "painted.part"
    assert part.stat().st_size > 0
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    fetch(painted, internet)
    assert internet.asked[-1][1].startswith("bytes=")
    assert not part.exists()


def test_a_copy_that_does_not_fit_leaves_nothing(
    painted: KnownModel, tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "check_room", lambda *_: None)
    carried = tmp_path / "carried.onnx"
    carried.write_bytes(DATA)
    with pytest.raises(download.NoRoom):
        install.install(painted, install.Source(file=carried))
    assert not list(small_disk.rglob("*.part"))


def test_one_model_is_installed_by_one_at_a_time(painted: KnownModel, internet: FileServer) -> None:
    with install._alone(painted), pytest.raises(download.InstallFailed, match="being installed already"):
        fetch(painted, internet)


def test_a_changed_file_is_found_and_not_run(painted: KnownModel, internet: FileServer) -> None:
    from processors.exceptions import ModelUnusable
    from processors.model_files import read_model

    fetch(painted, internet)
    assert read_model(painted.sha256) == DATA
    path = models_folder() / f"{painted.sha256}.onnx"
    path.chmod(0o600)
    path.write_bytes(DATA[:-1] + b"x")
    assert install.verify(painted) is False
    with pytest.raises(ModelUnusable, match="has been changed"):
        read_model(painted.sha256)


def test_removing_it_leaves_an_empty_row(painted: KnownModel, internet: FileServer, models_dir: Path) -> None:
    fetch(painted, internet)
    assert [row.key for row in install.remove(painted)] == ["style-transfer"]
    assert style_row().configuration["models"] == []
    assert not list(models_dir.glob("*.onnx"))
    assert install.verify(painted) is None


# --- the command ---------------------------------------------------------------------------------


def test_the_command_names_the_licence_before_it_fetches(
    painted: KnownModel, internet: FileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("models", "install", "painted", "--base-url", internet.url)
    text = capsys.readouterr().out
    assert text.index("Licence: BSD-3-Clause") < text.index("100 %") < text.index("Installed: “Style")
    call_command("models", "list")
    assert "painted                        installed" in capsys.readouterr().out
    call_command("models", "verify")
    assert "painted: whole" in capsys.readouterr().out
    call_command("models", "remove", "painted")
    assert "Removed: painted" in capsys.readouterr().out


def test_the_command_takes_a_file_that_was_carried_here(painted: KnownModel, tmp_path: Path) -> None:
    carried = tmp_path / "from-a-stick"
    carried.write_bytes(DATA)
    call_command("models", "install", "painted", "--from-file", str(carried))
    assert carried.exists()
    assert install.verify(painted) is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["install", "nobody"], "There are: other, painted"),
        (["install", "painted", "--from-file", "/nowhere"], "There is no file /nowhere"),
        (["install", "painted", "other", "--from-file", "x"], "name one"),
        (["remove", "painted"], "is not installed"),
    ],
)
def test_the_command_says_what_to_do(arguments: list[str], message: str, painted: KnownModel) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("models", *arguments)


def test_the_command_fails_when_a_file_is_damaged(painted: KnownModel, internet: FileServer) -> None:
    fetch(painted, internet)
    (models_folder() / f"{painted.sha256}.onnx").unlink()
    with pytest.raises(CommandError, match="install again: painted"):
        call_command("models", "verify")


# --- the table itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(known.all_known()))
def test_every_entry_is_complete(name: str) -> None:
    model = known.named(name)
    assert any_spec(model.spec).as_json()["task"]
    assert len(model.sha256) == 64
    assert model.url.startswith("https://")
    assert model.licence
    assert model.attribution


def test_real_models_are_the_ones_in_the_table(models_folder: Path) -> None:
    here = {store.sha256_of(path) for path in models_folder.glob("*/*.onnx")}
    assert len([model for model in known.all_known().values() if model.sha256 in here]) >= 10


# --- connections that break off ----------------------------------------------------------------------


def announced(data: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n".encode()


def served_once(answer: Callable[[socket.socket], None]) -> int:
    """Answer one connection, and return the port where that is done."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with door, door.accept()[0] as caller:
            answer(caller)

    threading.Thread(target=serve, daemon=True).start()
    return int(door.getsockname()[1])


def reset_before_an_answer(caller: socket.socket) -> None:
    caller.recv(4096)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_server_that_hangs_up_is_told_in_a_sentence(painted: KnownModel) -> None:
    port = served_once(reset_before_an_answer)
    with pytest.raises(download.InstallFailed, match="cannot be reached"):
        install.install(painted, install.Source(f"http://127.0.0.1:{port}"))


def test_what_came_before_tls_broke_is_kept(
    painted: KnownModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = write_certificate(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def answer(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as secured:
            secured.recv(4096)
            secured.sendall(announced(DATA) + DATA[:150_000])
            os.write(secured.fileno(), b"no record of TLS" * 100)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    with pytest.raises(download.ConnectionCut, match="after 150000 of"):
        install.install(painted, install.Source(f"https://127.0.0.1:{served_once(answer)}"))
