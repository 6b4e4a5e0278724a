"""The benchmark itself works: one short row against both servers, and the figures it writes."""

import asyncio
import json
import math
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from processors import planes
from tests.support.processes import ROOT
from workers import video_codecs
from workers.video_codecs import VideoDecoder
from workers.video_encoders import VideoEncoder

from . import __main__ as bench
from . import rows
from .child import ChildFailed
from .counter import read_number, write_number
from .figures import Figure, table, write_json
from .load_run import load_run
from .matrix import COLUMNS, matrix, matrix_table
from .measure import Measurement, at
from .profile import part_of, parts_of, shares
from .rows import Measurements, Plan

# The first window is enough on an idle machine. How fast the servers must be is the benchmark's affair.
WINDOWS = 10


async def test_a_visitor_is_served_and_looked_at() -> None:
    ours, plain = await asyncio.gather(short_run("ours"), short_run("plain"))
    for found in (ours, plain):
        assert found.fps > 1
        assert found.server_cores > 0.01
        assert 0 < found.p50_ms < 10_000
        assert found.first_frame_seconds < 10


async def short_run(server: str) -> Measurement:
    async with load_run(server) as run:
        await run.grow_to(2, "invert")
        for _ in range(WINDOWS):
            found = await run.measure(1.5)
            if found.fps > 1 and not math.isnan(found.p50_ms):
                break
        return found


async def test_a_room_of_the_running_site_is_measured_too() -> None:
    async with load_run("site") as run:
        await run.open_room(3, "none")
        for _ in range(WINDOWS):
            found = await run.measure(1.5)
            if found.slowest_fps > 1:
                break
    assert (found.setting, found.sessions) == ("room", 3)
    assert found.slowest_fps > 1
    assert found.server_cores > 0.01


async def test_a_pair_with_sound_and_a_model_are_measured_on_the_small_stream() -> None:
    async with load_run("ours", stream="small") as run:
        await run.grow_to(1, "brighter")
        first, second = await run.open_pair("small", "none", sound=True)
        for _ in range(WINDOWS):
            found = await run.measure(1.5)
            heard = await run.hear(1.0)
            if found.slowest_fps > 1 and found.p50_ms > 0 and min(heard[first] + heard[second]) > 1:
                break
        await run.set_parameters(0, {"strength": 0.5})
        await run.mute(second, True)
        await run.switch(0, "edges")
        [host] = run.megabytes_of_hosts()
        worker = run.worker_megabytes()
    assert found.slowest_fps > 1
    assert 0 < found.p50_ms < 10_000
    assert min(heard[first] + heard[second]) > 1
    assert host > 1
    assert worker > 1


async def test_a_parameter_that_is_refused_is_told() -> None:
    async with load_run("ours", stream="small") as run:
        await run.grow_to(1, "edges")
        with pytest.raises(ChildFailed):
            await run.set_parameters(0, {"low": "none"})


def test_one_dead_stream_of_many_is_not_held() -> None:
    nothing = dict.fromkeys((field.name for field in fields(Measurement)), 0)
    alive = Measurement(**nothing | {"frames_per_second": 56 * 30.0, "slowest_fps": 29.5})
    one_dead = replace(alive, frames_per_second=55 * 30.0, slowest_fps=0.0)
    assert [rows.missing_pictures("room of 8", each, alive)[0].holds for each in (alive, one_dead)] == [
        True,
        False,
    ]


def test_the_counter_survives_what_processors_do() -> None:
    luma = np.full((480, 640), 120, np.uint8)
    for number in (0, 1, 77, 599):
        write_number(luma, number)
        assert read_number(luma) == number
        assert read_number(255 - luma) == number
        small = cv2.resize(luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        assert read_number(small, shrunk=2) == number
    assert read_number(np.full((480, 640), 120, np.uint8)) is None
    assert read_number(luma[::2, ::2]) is None, "what a slow viewer gets"


def test_figures_are_judged_and_written(tmp_path: Path) -> None:
    held = Figure("cpu", 0.1, 0.5, hold=0.3, reach=0.1)
    missed = Figure("sessions", 6, 4, hold=2.5, more_is_better=True)
    unknown = Figure("delay", float("nan"), hold=0.35)
    assert (held.holds, held.reaches, missed.holds, unknown.holds) == (True, False, False, False)
    write_json(tmp_path / "latest.json", [figure.as_dict() for figure in (held, missed, unknown)])
    written = json.loads((tmp_path / "latest.json").read_text())
    assert set(written[0]) == {"figure", "ours", "baseline", "ratio", "hold", "reach", "holds"}


def test_repeats_are_joined_by_their_medians() -> None:
    values = dict.fromkeys(Measurement.__dataclass_fields__, 1.0) | {"setting": "studio", "job": "edges"}
    values |= {"server": "ours", "sessions": 4, "other_cores": 0.1}
    seen = [Measurement(**values | {"p50_ms": p50}) for p50 in (9.0, 2.0, 3.0)]
    assert at(seen, "ours", "edges", 4).p50_ms == 3.0


def test_every_number_of_sessions_stands_in_the_file_and_in_a_table_of_its_own() -> None:
    values = dict.fromkeys(Measurement.__dataclass_fields__, 2.0) | {"setting": "studio", "job": "edges"}
    seen = [Measurement(**values | {"server": "ours", "sessions": number}) for number in (1, 12)]
    seen += [Measurement(**values | {"server": "plain", "sessions": 1, "p99_ms": 80.0})]
    figures = [Figure("room of 2", 0.1), *matrix(seen, ["edges"], (1, 12))]
    written = {figure.figure: figure.as_dict() for figure in figures}
    assert len(written) == 1 + 2 * len(COLUMNS)
    assert written["p99 delay, ms, 1 sessions, edges"]["baseline"] == 80.0
    assert written["p99 delay, ms, 12 sessions, edges"]["baseline"] is None, "plain let nobody in"
    assert "edges" not in table(figures)
    head, _, one, twelve = (
        [cell.strip() for cell in line.split("|")] for line in matrix_table(figures).split("\n")
    )
    assert one[head.index("p99 delay, ms")] == "2 / 80"
    assert twelve[head.index("p99 delay, ms")] == "2 / –"
    assert matrix_table(figures[:1]) == ""


def test_the_whole_ends_with_status_0_if_all_holds_and_writes_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    assert bench.main(["--quick", "limit"]) == 0
    written = json.loads((tmp_path / "latest.json").read_text())
    assert [each["figure"] for each in written] == [
        f"physical limit, CPU ms per frame, {job}" for job in ("invert", "edges")
    ]
    assert json.loads((tmp_path / "measurements.json").read_text()) == []
    said = capsys.readouterr().out
    assert "| physical limit, CPU ms per frame, edges" in said
    assert "All rows took" in said


@pytest.mark.parametrize(("ours", "status"), [(0.3, 0), (0.4, 1), (float("nan"), 1)])
def test_the_whole_ends_with_status_1_if_one_figure_does_not_hold(
    ours: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one_row(plan: Plan, seen: Measurements) -> list[Figure]:
        return [Figure("held", 0.1, hold=0.2), Figure("delay", ours, hold=0.35), Figure("not judged", 9.0)]

    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    monkeypatch.setitem(bench.FULL_ROWS, "one-row", one_row)
    assert bench.main(["one-row"]) == status
    written = json.loads((tmp_path / "latest.json").read_text())
    assert [each["holds"] for each in written] == [True, status == 0, None]


def test_a_profile_knows_what_codecs_do_by_their_names() -> None:
    codecs = (VideoEncoder._encode, VideoDecoder.decode, video_codecs.to_picture, planes.image_of)
    stacks = [("process 1:session", as_sampled(function)) for function in codecs]
    assert [part_of(stack) for stack in stacks] == [
        "encode (libvpx)",
        "decode (libvpx)",
        "convert pictures",
        "convert pictures",
    ]


def as_sampled(function: Any) -> str:
    """As py-spy names it."""
    code = function.__code__
    return f"{function.__qualname__} ({Path(code.co_filename).relative_to(ROOT)}:{code.co_firstlineno})"


def test_a_profile_says_what_threads_did_while_they_did_not_wait() -> None:
    main, worker = "process 1:MainThread", "process 1:session"
    stacks = Counter(
        {
            (main, "run", "handle (aiortc/rtcdtlstransport.py:1)", "unprotect (pylibsrtp/__init__.py:1)"): 30,
            (main, "run", "Packetiser.pack (workers/packetisers.py:1)"): 10,
            (main, "Runner.run (asyncio/runners.py:118)"): 500,
            (worker, "work", "VideoEncoder.encode (workers/video_encoders.py:1)"): 7,
        }
    )
    parts = parts_of(stacks)
    assert parts == {
        "loop": {"SRTP": 30, "packetise": 10},
        "other threads": {"encode (libvpx)": 7},
    }
    head, _, first, second = shares("loop", parts["loop"]).split("\n")
    assert head.startswith("| share of the loop | what")
    assert first.split("|")[1:3] == [" 75 %              ", " SRTP      "]
    assert "25 %" in second
