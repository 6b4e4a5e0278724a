"""A room is recorded: only while everybody inside has agreed, into a file that any player opens."""

import asyncio
import itertools
import os
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from workers import aiortc_hooks
from workers.engine_options import EngineOptions
from workers.recording_options import RecordingOptions, read_facts
from workers.recording_repair import repair

from .browser_peer import NumberedCamera
from .conftest import WorkerUnderTest, until
from .room_guest import Person

ABOUT = {"room": 1, "owner": 2, "title": "Hall"}
HERTZ = {"alice": 440.0, "bob": 1000.0, "carol": 1700.0}
BGR = {"alice": (200, 40, 40), "bob": (40, 200, 40), "carol": (40, 40, 200)}


class ColouredCamera(NumberedCamera):
    """All in one colour, which tells whose picture it is."""

    bgr = (0, 0, 0)

    async def recv(self) -> Any:
        before = await super().recv()
        frame = av.VideoFrame.from_ndarray(np.full((240, 320, 3), self.bgr, np.uint8), format="bgr24")
        frame.pts, frame.time_base = before.pts, before.time_base
        return frame


@pytest.fixture
def options(tmp_path: Path) -> RecordingOptions:
    return RecordingOptions(tmp_path / "recordings", reserve_bytes=0)


@pytest.fixture
async def worker(options: RecordingOptions) -> AsyncIterator[WorkerUnderTest]:
    aiortc_hooks.install()
    under_test = WorkerUnderTest(EngineOptions(recording=options))
    yield under_test
    await under_test.close()


async def comes(worker: WorkerUnderTest, name: str) -> Person:
    person = Person(worker, name, HERTZ[name])
    assert isinstance(person.camera, NumberedCamera)
    person.camera.__class__, person.camera.bgr = ColouredCamera, BGR[name]
    await person.offer(video=2, audio=2)
    await until(lambda: {"camera", "microphone"} <= set(person.seat.media.published()))
    return person


async def record(person: Person, act: str, **fields: Any) -> dict[str, Any]:
    if act == "agree" and "request" not in fields:
        await until(lambda: state(person) in {"asking", "paused"})
        fields["request"] = person.events("recording")[-1]["request"]
    return await person.worker.ask("record", person.name, act=act, about=ABOUT, **fields)


def state(person: Person) -> str:
    told = person.events("recording")
    return told[-1]["state"] if told else ""


def files(options: RecordingOptions, suffix: str = "") -> list[Path]:
    return sorted(options.folder.glob(f"*{suffix}")) if options.folder.exists() else []


async def finished(options: RecordingOptions) -> Path:
    await until(lambda: files(options, ".webm") and not files(options, ".part"))
    return files(options, ".webm")[0]


def open_it(path: Path) -> tuple[dict[str, list[float]], list[np.ndarray], np.ndarray]:
    """Return the times of each kind's packets, the pictures and the sound."""
    times: dict[str, list[float]] = {"video": [], "audio": []}
    pictures, sound = [], []
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.pts is None:
                continue
            times[packet.stream.type].append(float(packet.pts * packet.time_base))
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    pictures.append(frame.to_ndarray(format="bgr24"))
                else:
                    sound.append(
                        frame.to_ndarray().reshape(
                            -1, frame.layout.nb_channels if frame.format.is_packed else 1
                        )[:, 0]
                    )
    return times, pictures, np.concatenate(sound)


def seconds_of(path: Path) -> float:
    with av.open(str(path)) as container:
        assert container.duration is not None
        return container.duration / 1_000_000


def colours(pictures: list[np.ndarray]) -> set[str]:
    """Whose colour covers at least a twentieth of any picture."""
    return {
        name
        for name, bgr in BGR.items()
        if any((np.abs(picture.astype(int) - bgr).max(axis=2) < 50).mean() > 0.05 for picture in pictures)
    }


def tones(sound: np.ndarray) -> set[str]:
    """Whose tone is in any tenth of a second."""
    heard = set()
    for begin in range(0, len(sound) - 4800, 4800):
        piece = sound[begin : begin + 4800].astype(float)
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(4800)))
        for name, hertz in HERTZ.items():
            at = round(hertz / 10)
            if spectrum[at - 1 : at + 2].max() > 20:
                heard.add(name)
    return heard


def check_times(times: dict[str, list[float]]) -> None:
    for kind, stamps in times.items():
        assert stamps, kind
        assert all(later > before for before, later in itertools.pairwise(stamps)), kind


async def test_with_everybodys_word_both_are_seen_and_heard(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice, bob = await comes(worker, "alice"), await comes(worker, "bob")
    await record(alice, "start")
    await until(lambda: state(alice) == state(bob) == "asking")
    await asyncio.sleep(0.5)
    assert files(options) == []
    loop = asyncio.get_running_loop()
    await record(bob, "agree")
    began = loop.time()
    await until(lambda: state(alice) == state(bob) == "on")
    assert loop.time() - began < 1
    await asyncio.sleep(4)
    await record(alice, "stop")
    lasted = loop.time() - began
    path = await finished(options)
    assert abs(seconds_of(path) - lasted) < 0.5
    times, pictures, sound = open_it(path)
    check_times(times)
    assert abs(len(pictures) - lasted * 15) < 8
    assert pictures[0].shape == (540, 960, 3)
    assert colours(pictures) == tones(sound) == {"alice", "bob"}
    facts = read_facts(path.with_suffix(".json"))
    assert facts["bytes"] == path.stat().st_size
    assert abs(facts["seconds"] - lasted) < 0.5
    assert facts.items() >= ABOUT.items()
    assert [stat.S_IMODE(os.stat(each).st_mode) for each in files(options)] == [0o600, 0o600]
    assert stat.S_IMODE(options.folder.stat().st_mode) == 0o700
    await until(lambda: state(bob) == "off")


async def test_without_consent_there_is_no_file_and_a_no_ends_it(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice, bob = await comes(worker, "alice"), await comes(worker, "bob")
    await record(alice, "start")
    await asyncio.sleep(1)
    await record(bob, "refuse")
    await until(lambda: state(alice) == state(bob) == "off")
    told = alice.events("recording")[-1]
    assert told["reason"] == "refused"
    assert "bob" not in str(told)
    assert files(options) == []


async def test_who_agreed_to_one_has_not_agreed_to_the_next(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice, bob = await comes(worker, "alice"), await comes(worker, "bob")
    await record(alice, "start")
    await until(lambda: state(bob) == "asking")
    first = bob.events("recording")[-1]["request"]
    await record(alice, "stop")
    await record(alice, "start")
    await record(bob, "agree", request=first)
    await asyncio.sleep(0.5)
    assert state(alice) == state(bob) == "asking"
    assert files(options) == []


async def test_who_comes_later_is_asked_before_and_nothing_of_them_is_kept(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice, bob = await comes(worker, "alice"), await comes(worker, "bob")
    await record(alice, "start")
    await record(bob, "agree")
    await asyncio.sleep(2)
    carol = await comes(worker, "carol")
    await until(lambda: state(alice) == state(bob) == state(carol) == "paused")
    assert carol.events("recording")[-1]["agreed"] is False
    await asyncio.sleep(2)
    # She goes without a word: what follows is of the others alone.
    await worker.ask("close", "carol", reason="visitor")
    await until(lambda: state(alice) == "on")
    await asyncio.sleep(2)
    await record(alice, "stop")
    path = await finished(options)
    times, pictures, sound = open_it(path)
    check_times(times)
    assert colours(pictures) == tones(sound) == {"alice", "bob"}
    # Neither her 2 s nor a gap for them.
    assert 3.5 < seconds_of(path) < 6


async def test_who_agrees_later_is_in_it_from_then_on(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice = await comes(worker, "alice")
    await record(alice, "start")
    await until(lambda: state(alice) == "on")
    bob = await comes(worker, "bob")
    await record(bob, "agree")
    await until(lambda: state(bob) == "on")
    await asyncio.sleep(2)
    await record(bob, "refuse")
    times, pictures, sound = open_it(await finished(options))
    check_times(times)
    assert colours(pictures) == tones(sound) == {"alice", "bob"}


async def test_a_camera_that_is_off_is_not_in_it_from_then_on(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice, bob = await comes(worker, "alice"), await comes(worker, "bob")
    await worker.ask("state", "bob", camera_off=True)
    await record(alice, "start")
    await record(bob, "agree")
    await asyncio.sleep(2)
    await record(alice, "stop")
    _, pictures, sound = open_it(await finished(options))
    assert colours(pictures) == {"alice"}
    assert tones(sound) == {"alice", "bob"}


async def test_it_ends_when_the_owner_leaves(worker: WorkerUnderTest, options: RecordingOptions) -> None:
    alice, bob = await comes(worker, "alice"), await comes(worker, "bob")
    await record(alice, "start")
    await record(bob, "agree")
    await asyncio.sleep(1)
    await worker.ask("close", "alice", reason="visitor")
    await until(lambda: state(bob) == "off")
    assert bob.events("recording")[-1]["reason"] == "owner_left"
    assert seconds_of(await finished(options)) > 0.5


async def test_it_ends_with_the_room_and_with_the_worker(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice = await comes(worker, "alice")
    await record(alice, "start")
    await asyncio.sleep(1)
    await worker.close()
    # Without waiting any more: the worker has.
    assert not files(options, ".part")
    assert seconds_of(files(options, ".webm")[0]) > 0.5


@pytest.mark.parametrize(
    ("limits", "reason"), [({"longest_seconds": 1.0}, "limit"), ({"limit_bytes": 20_000}, "full")]
)
async def test_it_ends_at_its_limits(tmp_path: Path, limits: dict[str, Any], reason: str) -> None:
    aiortc_hooks.install()
    options = RecordingOptions(tmp_path / "recordings", reserve_bytes=0, **limits)
    worker = WorkerUnderTest(EngineOptions(recording=options))
    alice = await comes(worker, "alice")
    await record(alice, "start")
    await until(lambda: alice.events("recording")[-1:] and state(alice) == "off")
    assert alice.events("recording")[-1]["reason"] == reason
    assert seconds_of(await finished(options)) < 6
    if reason == "full":
        refused = await record(alice, "start")
        assert (refused["type"], refused["code"]) == ("error", "recording_full")
    await worker.close()


async def test_a_site_that_records_nothing_refuses(tmp_path: Path) -> None:
    aiortc_hooks.install()
    worker = WorkerUnderTest(EngineOptions())
    alice = await comes(worker, "alice")
    refused = await record(alice, "start")
    assert (refused["type"], refused["code"]) == ("error", "recording_off")
    await worker.close()


async def test_what_a_crash_left_is_made_whole_or_deleted(
    worker: WorkerUnderTest, options: RecordingOptions
) -> None:
    alice = await comes(worker, "alice")
    await record(alice, "start")
    await asyncio.sleep(7)
    (part,) = files(options, ".part")
    # A repair leaves alone what somebody is writing.
    repair(options)
    assert part.exists()
    crashed, hopeless = options.folder / "crashed.part", options.folder / "hopeless.part"
    shutil.copy(part, crashed)
    hopeless.write_bytes(b"no film")
    for each in (crashed, hopeless):
        shutil.copy(part.with_suffix(".json"), each.with_suffix(".json"))
    await asyncio.to_thread(repair, options)
    assert files(options, ".part") == [part]
    assert not files(options, "hopeless*")
    mended = crashed.with_suffix(".webm")
    assert seconds_of(mended) > 3
    check_times(open_it(mended)[0])
    assert read_facts(crashed.with_suffix(".json"))["bytes"] == mended.stat().st_size
    assert stat.S_IMODE(mended.stat().st_mode) == 0o600
