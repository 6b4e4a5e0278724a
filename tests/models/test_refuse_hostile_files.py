"""What people could send to harm the site: each is refused with a reason, and nothing of it stays."""

import io
import json
import pickle
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
from django.utils import translation

from processors.model_store import child, refusals, store
from processors.model_store.reports import Refused
from processors.model_store.rows import ModelFile

from . import made
from .conftest import Taken

SECRET = "weights of somebody else"


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("model.onnx", made.identity().SerializeToString())
    return data.getvalue()


def symlinked(folder: Path) -> str:
    link = folder / "weights.bin"
    link.symlink_to("/etc/hostname")
    return str(link)


HOSTILE: dict[str, tuple[Callable[[Path], onnx.ModelProto | bytes], str]] = {
    "external data above": (lambda _: made.added(made.external("w", "../../settings.py")), "external-data"),
    "external data by path": (lambda _: made.added(made.external("w", "/etc/passwd")), "external-data"),
    "external data by link": (lambda f: made.added(made.external("w", symlinked(f))), "external-data"),
    "external data, sparse": (lambda _: made.sparse("/etc/passwd"), "external-data"),
    "external data in a subgraph": (lambda _: made.in_a_subgraph("/etc/passwd"), "external-data"),
    "external data in a function": (lambda _: made.in_a_function("/etc/passwd"), "external-data"),
    "foreign operator": (lambda _: made.foreign_operator(), "operator-domain"),
    "16 GiB": (lambda _: made.hungry(), "out-of-memory"),
    "100 000 nodes": (lambda _: made.long_chain(100_000), "too-many-nodes"),
    "endless loop": (lambda _: made.endless_loop(), "out-of-time"),
    "junk": (lambda _: b"\x08\x07\x12\xff\xff\xff\xff\x0f" + bytes(range(256)) * 40, "not-onnx"),
    "text": (lambda _: b"<!doctype html><title>404</title>", "not-onnx"),
    "nothing": (lambda _: b"", "empty"),
    "zip": (lambda _: archive(), "archive"),
    "pickle": (lambda _: pickle.dumps({"weights": [1.0]}), "pickle"),
    "half a file": (lambda _: made.long_chain(50).SerializeToString()[:700], "not-onnx"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_a_reason_and_leaves_nothing(
    name: str, take: Taken, models_dir: Path, tmp_path: Path, settings: Any
) -> None:
    settings.MODEL_CHECK_SECONDS = 5  # less patience than 30 s, for the sake of this test's own duration
    make, code = HOSTILE[name]
    hostile = make(tmp_path)
    data = hostile if isinstance(hostile, bytes) else hostile.SerializeToString()
    started = time.monotonic()
    row = take(data, "../../escaped.onnx")
    assert time.monotonic() - started < 30
    assert (row.state, row.refusal["code"]) == (ModelFile.State.REFUSED, code)
    assert len(row.reason) > 15
    assert "%(" not in row.reason
    assert [path for path in models_dir.rglob("*") if path.is_file()] == []
    assert not (tmp_path.parent / "escaped.onnx").exists()


def test_the_default_leaves_time_for_the_verdict_within_half_a_minute(settings: Any) -> None:
    """To start the process, to end it, and to note the reason."""
    assert settings.MODEL_CHECK_SECONDS + 4 * child.GRACE_SECONDS < 30


def test_the_hungry_model_is_small() -> None:
    assert len(made.hungry().SerializeToString()) < 300


def test_a_model_with_its_weights_inside_is_taken(take: Taken, models_dir: Path) -> None:
    row = take(made.identity().SerializeToString(), "fine.onnx")
    assert row.state == ModelFile.State.READY, row.reason
    assert row.facts["inputs"] == [{"name": "in", "type": "tensor(float)", "shape": [1, 3, 32, 32]}]
    assert row.measured["frame_ms"] >= 0
    path = models_dir / f"{row.sha256}.onnx"
    assert path.stat().st_mode & 0o777 == 0o444
    assert list((models_dir / "quarantine").iterdir()) == []


def test_an_own_function_is_taken(take: Taken) -> None:
    shift = made.in_a_function("")
    weights = onnx.helper.make_tensor("weights", made.FLOAT, [1], [1.0])
    shift.functions[0].node[0].attribute[0].t.CopyFrom(weights)
    assert take(shift.SerializeToString(), "function.onnx").state == ModelFile.State.READY


def test_a_domain_may_be_allowed(take: Taken, settings: Any) -> None:
    settings.MODEL_OPERATOR_DOMAINS = ["com.example"]
    row = take(made.foreign_operator().SerializeToString(), "foreign.onnx")
    assert row.refusal["code"] == "cannot-load"  # looked at, but onnxruntime has no such operator


def test_metadata_is_read_and_shortened(take: Taken) -> None:
    fine = made.identity()
    onnx.helper.set_model_props(fine, {"license": "AGPL-3.0", "author": "Somebody", "names": "x" * 100_000})
    row = take(fine.SerializeToString(), "told.onnx")
    assert (row.licence, row.facts["author"]) == ("AGPL-3.0", "Somebody")
    assert len(row.facts["metadata"]["names"]) == 2000


def test_a_refused_file_may_come_again(take: Taken, settings: Any) -> None:
    settings.MODEL_NODES = 10
    data = made.long_chain(11).SerializeToString()
    assert take(data, "long.onnx").state == ModelFile.State.REFUSED
    settings.MODEL_NODES = 11
    again = take(data, "long.onnx")
    assert (again.state, again.refusal) == (ModelFile.State.READY, {})


def test_a_file_that_is_here_already_is_not_taken_twice(take: Taken) -> None:
    data = made.identity().SerializeToString()
    first, second = take(data, "one.onnx"), take(data, "two.onnx")
    assert first.pk == second.pk
    assert ModelFile.objects.count() == 1


def test_every_reason_can_be_said_in_german() -> None:
    with translation.override("de"):
        for code, text in refusals.SENTENCES.items():
            assert refusals.gettext(text) != text, code


def test_a_lying_child_gets_no_further(tmp_path: Path) -> None:
    """The report of a process that was taken over is data, not a format string that fails."""
    assert refusals.sentence({"code": "opset", "values": {}}) == refusals.SENTENCES["failed"]
    assert refusals.sentence({"code": ["x"], "values": 3}) == refusals.SENTENCES["failed"]


def test_the_child_sees_no_secrets_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setattr(child, "ROOT", tmp_path)
    (tmp_path / "spy.py").write_text(
        "import json, os, sys; sys.stdin.read(); print(json.dumps({'result': dict(os.environ)}))"
    )
    seen = child.ask("spy", {}, child.Allowance(seconds=10))
    assert SECRET not in json.dumps(seen)


def test_a_child_that_floods_or_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "ROOT", tmp_path)
    monkeypatch.setattr(child, "REPORT_BYTES", 1000)
    (tmp_path / "flood.py").write_text("import sys\nsys.stdin.read()\nwhile True: print('x' * 100, end='')")
    with pytest.raises(Refused):
        child.ask("flood", {}, child.Allowance(seconds=5))
    (tmp_path / "hang.py").write_text("import time\ntime.sleep(60)")
    started = time.monotonic()
    with pytest.raises(Refused, match="out-of-time"):
        child.ask("hang", {}, child.Allowance(seconds=1))
    assert time.monotonic() - started < 4


def test_a_crash_is_told_from_a_lack_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "ROOT", tmp_path)
    for name, code, expected in (
        ("segfault", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("killed", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "out-of-memory"),
        ("mistake", "raise KeyError('ours')", "failed"),
    ):
        (tmp_path / f"{name}.py").write_text(code)
        with pytest.raises(Refused, match=expected):
            child.ask(name, {}, child.Allowance(seconds=10))


def test_nothing_in_quarantine_is_served(take: Taken) -> None:
    row = ModelFile(sha256="0" * 64, state=ModelFile.State.QUARANTINED)
    assert store.path_of(row).parent.name == "quarantine"
