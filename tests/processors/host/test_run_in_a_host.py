"""A processor in a host gives what it gives in a thread."""

import base64
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from processors import catalogue
from processors.host_process import HostSpec
from processors.hosts import HostPool
from processors.planes import image_of, planes_of
from tests.processors.desk import at_desk, grey, tone, wait_until

from .conftest import HostDesk

SitDown = Callable[..., HostDesk]


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def as_decoded(image: np.ndarray) -> np.ndarray:
    """Return a picture in colour as it is once it has been planes; those of a decoder and of no colour stay."""
    return image_of(planes_of(image, "bgr24"), "bgr24") if image.ndim == 3 else image


def test_a_picture_in_colour_crosses_as_planes(sit_down: SitDown) -> None:
    desk = sit_down("test-bad")
    desk.picture_of(grey(9, 64, 48))
    assert desk.camera.asked == {"yuv420p"}
    assert desk.notebook.crossed == [("yuv420p", (72, 64))]


def test_a_picture_of_odd_sides_crosses_in_colour(sit_down: SitDown) -> None:
    desk = sit_down("test-odd")
    given = desk.picture_of(grey(200, 64, 48))
    assert given.shape == (47, 63, 3)
    assert desk.notebook.crossed == [("bgr24", (47, 63, 3))]


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("test-bad", (480, 640, 3)),
        ("edges", (480, 640)),
        ("test-planes", (720, 640)),
        ("test-larger", (120, 160, 3)),
        ("rotate", (48, 64, 3)),
    ],
)
def test_pictures_are_the_same_as_from_a_thread(sit_down: SitDown, key: str, shape: tuple[int, ...]) -> None:
    hosted = sit_down(key)
    image = noise(*shape)
    # Of a package this process has but a stand-in; the thread needs the class itself.
    with at_desk(catalogue.as_class(key, catalogue.load_target(key)), {"load": "none"}) as desk:
        expected = desk.picture_of(as_decoded(image), 1.5)
    given = hosted.picture_of(image, 1.5)
    assert np.array_equal(given, as_decoded(expected))
    assert hosted.notebook.pictures[-1][1:] == desk.notebook.pictures[-1][1:]


def test_a_picture_may_change_its_size_at_any_time(sit_down: SitDown) -> None:
    desk = sit_down("test-bad")
    for width, height in ((64, 48), (1280, 720), (32, 32), (640, 480)):
        assert desk.picture_of(grey(10, width, height)).shape == (height, width, 3)


def test_a_processor_may_keep_pictures(sit_down: SitDown) -> None:
    desk = sit_down("test-late")
    for number in range(1, 8):
        given = desk.picture_of(grey(30 * number))
        shown = (round(given[0, 0, 0] / 30), round(given[-1, 0, 0] / 30))
        assert shown == (max(1, number - 2), number)


def test_sound_comes_back(sit_down: SitDown) -> None:
    desk = sit_down("test-louder")
    quiet = tone(440, 0.02, 0.1)
    desk.microphone.hear(quiet, 2.0)
    desk.runner.notify()
    wait_until(lambda: desk.notebook.sounds, 30)
    samples, time = desk.notebook.sounds[0]
    assert time == 2.0
    assert np.allclose(samples, 2 * quiet)


def test_a_processor_with_its_own_clock_follows_its_parameter(sit_down: SitDown) -> None:
    desk = sit_down("test-clock", output_fps=40)
    wait_until(lambda: len(desk.notebook.pictures) >= 20, 30)
    times = [time for _image, time, _format in desk.notebook.pictures]
    assert np.diff(times[:10]).max() < 0.2
    desk.runner.set_parameters({"output_fps": 5})
    wait_until(lambda: np.diff([time for _i, time, _f in desk.notebook.pictures])[-2:].min() > 0.19)


def test_parameters_act_between_two_frames_and_from_the_first_on(sit_down: SitDown) -> None:
    desk = sit_down("test-shape", shape="16:9")
    assert desk.picture_of(grey(9)).shape == (360, 640, 3)
    assert desk.runner.set_parameters({"shape": "9:16"}) == ({"shape": "9:16"}, {})
    assert desk.picture_of(grey(9)).shape == (640, 360, 3)
    desk.runner.reset()
    assert desk.picture_of(grey(9)).shape == (640, 360, 3)


def test_a_file_of_the_visitor_reaches_the_host(sit_down: SitDown) -> None:
    desk = sit_down("test-weigh")
    file = {"name": "a.png", "type": "image/png", "data": base64.b64encode(bytes(500_000)).decode()}
    desk.runner.set_parameters({"file": file})
    desk.picture_of(grey(9))
    wait_until(lambda: desk.notebook.results and desk.last_data["bytes"] == 500_000)


def test_sessions_share_one_host_and_one_load(sit_down: SitDown, pool: HostPool) -> None:
    desks = [sit_down("test-bad") for _ in range(4)]
    for desk in desks:
        desk.picture_of(grey(10))
    wait_until(lambda: all(desk.notebook.results for desk in desks))
    assert {desk.last_data["pid"] for desk in desks} == set(pool.pids())
    assert {desk.last_data["loads"] for desk in desks} == {1}


def test_other_configurations_have_other_hosts(sit_down: SitDown, pool: HostPool) -> None:
    for number in range(2):
        sit_down("test-bad", {"number": number}).picture_of(grey(10))
    assert len(set(pool.pids())) == 2


def test_a_host_goes_when_nobody_needs_it(sit_down: SitDown, pool: HostPool) -> None:
    desk = sit_down("test-bad")
    desk.picture_of(grey(10))
    assert pool.states() == {"test-bad": "ready"}
    desk.close()
    wait_until(lambda: not pool.states())


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process can be asked what it has mapped")
def test_pictures_of_sessions_that_ended_lie_in_no_memory(sit_down: SitDown, pool: HostPool) -> None:
    sit_down("test-bad").picture_of(grey(10))
    [host] = pool.pids()
    ours = shared_with(host)
    for _ in range(8):
        desk = sit_down("test-bad")
        desk.picture_of(grey(10))
        desk.close()
    wait_until(lambda: shared_with(host) == ours)


def shared_with(pid: int) -> int:
    """Return how many pieces of memory for pictures and sound a host has mapped."""
    return Path(f"/proc/{pid}/maps").read_text().count("showroom-frames")


def test_a_warm_host_is_there_before_the_first_session(sit_down: SitDown, pool: HostPool) -> None:
    pool.warm(HostSpec("test-bad", 1, {}))
    assert pool.states() == {"test-bad": "loading"}
    wait_until(lambda: pool.states() == {"test-bad": "ready"}, 30)
    before = pool.pids()
    assert sit_down("test-bad").picture_of(grey(10)) is not None
    assert pool.pids() == before
