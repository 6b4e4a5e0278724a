import asyncio
import gc
import threading
import time
import tracemalloc
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from processors.base import AudioProcessor, AudioVideoProcessor, Processor, VideoProcessor
from processors.exceptions import ProcessorError
from processors.manifest import manifest
from processors.parameters import FileParameter, FloatParameter, IntegerParameter
from processors.results import Number, Result
from processors.runner import ERRORS_IN_A_ROW, RunnerState
from processors.shared_load import shared_loads
from processors.thread_runner import ThreadRunner

from .desk import Camera, Desk, Notebook, at_desk, chunks_of, grey, plane, tone, wait_until


def processor_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("processor-")]


@pytest.fixture(autouse=True)
def _no_thread_and_no_load_is_left():
    yield
    wait_until(lambda: not processor_threads())
    assert len(shared_loads) == 0


class Negative(VideoProcessor):
    def process(self, image):
        return 255 - image


class Sleepy(VideoProcessor):
    def process(self, image):
        time.sleep(0.1)
        return image


class Broken(VideoProcessor):
    broken = IntegerParameter("Broken", minimum=0, maximum=1, default=1)

    def process(self, image):
        if self.broken:
            raise RuntimeError("secret detail")
        return image


def test_a_picture_goes_through_the_processor_in_its_own_thread():
    with at_desk(Negative) as desk:
        assert desk.picture_of(grey(10), 1.5).max() == 245
        assert desk.notebook.pictures[0][1:] == (1.5, "bgr24")
        assert desk.notebook.threads == {"processor-Negative"}
    assert [state for state, *_ in desk.notebook.states] == ["starting", "running", "stopped"]


def test_the_newest_frame_wins_when_the_processor_is_slow():
    with at_desk(Sleepy) as desk:
        for number in range(40):
            desk.show(grey(number), time=number / 100)
            time.sleep(0.01)
        wait_until(lambda: desk.notebook.pictures and desk.notebook.pictures[-1][1] == 0.39)
        shown = [moment for _, moment, _ in desk.notebook.pictures]
        statistics = desk.runner.statistics
    assert shown == sorted(shown)
    assert 2 <= len(shown) <= 7
    assert statistics.processed + statistics.dropped == 40
    assert statistics.process_ms_p50 >= 100
    assert statistics.process_ms_p95 >= statistics.process_ms_p50


def test_memory_stays_flat_while_frames_are_dropped():
    picture = grey(1, 640, 480)
    with at_desk(Sleepy) as desk:
        desk.notebook.picture = lambda *_: None  # the notebook itself must not grow
        desk.show(picture)
        time.sleep(0.3)
        gc.collect()
        tracemalloc.start()
        for number in range(200):
            desk.show(picture.copy(), number / 200)
            time.sleep(0.005)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 40 * picture.nbytes  # the camera's own queue holds 30


def test_an_output_that_fails_is_logged_once_counted_and_told_and_the_processor_goes_on(caplog):
    with at_desk(type("Unsent", (Negative,), {})) as desk:
        broken = threading.Event()
        broken.set()
        picture = desk.notebook.picture

        def fail_while_broken(*what: Any) -> None:
            if broken.is_set():
                raise MemoryError("no room in the encoder")
            picture(*what)

        desk.notebook.picture = fail_while_broken
        for number in range(ERRORS_IN_A_ROW + 5):
            desk.show(grey(10), number)
            wait_until(lambda number=number: desk.runner.statistics.undelivered == number + 1)
        assert desk.notebook.states[-1][0::2] == (RunnerState.FAILING, "output_failed")
        broken.clear()
        desk.picture_of(grey(10), 99.0)
        wait_until(lambda: desk.notebook.last_state == RunnerState.RUNNING)
        assert desk.runner.statistics.errors == 0
    states = [state for state, *_ in desk.notebook.states]
    assert states == ["starting", "running", "failing", "running", "stopped"]
    assert len([record for record in caplog.records if "cannot be sent" in record.getMessage()]) == 1


def test_every_frame_comes_in_order_when_it_is_asked_for():
    class Recorder(VideoProcessor):
        every_frame = True

        def process(self, image):
            time.sleep(0.002)
            return image

    with at_desk(Recorder) as desk:
        for number in range(25):
            desk.show(grey(number), number)
        wait_until(lambda: len(desk.notebook.pictures) == 25)
    assert [moment for _, moment, _ in desk.notebook.pictures] == list(range(25))


def test_an_exception_costs_one_frame_and_shows_no_detail():
    with at_desk(Broken) as desk:
        desk.show(grey(1))
        wait_until(lambda: desk.notebook.last_state == RunnerState.FAILING)
        desk.runner.set_parameters({"broken": 0})
        assert desk.picture_of(grey(7)).max() == 7
        wait_until(lambda: desk.notebook.last_state == RunnerState.RUNNING)
        assert desk.runner.statistics.errors == 1
    _, message, code = desk.notebook.states[1]
    assert code == "process_failed"
    assert "could not process this frame" in message
    assert "secret" not in message


def test_ten_failed_frames_in_a_row_stop_the_processor_with_a_readable_message():
    with at_desk(Broken) as desk:
        for number in range(ERRORS_IN_A_ROW):
            desk.show(grey(1), number)
            wait_until(lambda count=number + 1: desk.runner.statistics.errors == count)
        desk.runner.ended.result(5)
    state, message, code = desk.notebook.states[-1]
    assert (state, code) == (RunnerState.STOPPED, "too_many_errors")
    assert message.startswith("Broken was stopped after 10 failed frames in a row.")


def test_good_sound_does_not_hide_broken_pictures():
    class HalfBroken(AudioVideoProcessor):
        def process_video(self, image):
            raise RuntimeError

    with at_desk(HalfBroken) as desk:
        for number in range(ERRORS_IN_A_ROW):
            desk.hear(tone(440, 0.02))
            desk.show(grey(1), number)
            wait_until(lambda count=number + 1: desk.runner.statistics.errors == count)
        desk.runner.ended.result(5)
    assert desk.notebook.states[-1][2] == "too_many_errors"


def test_a_permanent_error_stops_at_once_with_the_words_of_its_author():
    class Expired(VideoProcessor):
        def process(self, image):
            raise ProcessorError("The licence of this model has expired.", permanent=True)

    with at_desk(Expired) as desk:
        desk.show(grey(1))
        desk.runner.ended.result(5)
    assert desk.notebook.states[-1] == (
        "stopped",
        "The licence of this model has expired.",
        "processor_error",
    )


@pytest.mark.parametrize("method", ["load", "start"])
def test_what_fails_before_the_first_frame_stops_with_a_message(method):
    def fail(self_or_cls: Any, *_: Any) -> None:
        raise OSError("/secret/path")

    body = {"load": classmethod(fail)} if method == "load" else {"start": fail}
    cls = type("Unlucky", (VideoProcessor,), body)
    with at_desk(cls) as desk:
        desk.runner.ended.result(5)
    state, message, code = desk.notebook.states[-1]
    assert (state, code) == ("stopped", f"{method}_failed")
    assert "log" in message
    assert "secret" not in message


def test_a_processor_that_exits_does_not_end_more_than_itself():
    class Exiting(VideoProcessor):
        def process(self, image):
            raise SystemExit(3)

    with at_desk(Exiting) as desk:
        desk.show(grey(1))
        wait_until(lambda: desk.notebook.last_state == RunnerState.FAILING)


def test_a_call_that_takes_too_long_is_reported_as_stalled_and_then_as_running():
    class Pausing(VideoProcessor):
        def process(self, image):
            time.sleep(1.3 if image.max() == 9 else 0)
            return image

    with at_desk(Pausing) as desk:
        desk.picture_of(grey(1))
        desk.show(grey(9))
        wait_until(lambda: desk.notebook.last_state == RunnerState.STALLED)
        wait_until(lambda: desk.notebook.last_state == RunnerState.RUNNING)
    assert desk.notebook.states[2] == ("stalled", "Pausing has given nothing for 1 s.", "stalled")


def test_closing_while_a_call_hangs_gives_the_thread_up_and_counts_it():
    release = threading.Event()

    class Hanging(VideoProcessor):
        def process(self, image):
            release.wait(20)
            return image

    desk = Desk(Hanging, {}, {})
    desk.runner.open()
    desk.show(grey(1))
    time.sleep(0.1)
    began = time.monotonic()
    assert desk.runner.close(0.2) is False
    assert desk.runner.close(0.01) is False  # twice is allowed, and counted once
    assert time.monotonic() - began < 0.5
    assert ThreadRunner.abandoned == 1
    release.set()
    desk.runner.ended.result(5)
    assert ThreadRunner.abandoned == 0
    assert desk.notebook.pictures == []
    assert desk.notebook.last_state == RunnerState.STARTING


async def test_closing_does_not_block_the_loop():
    desk = Desk(Sleepy, {}, {})
    desk.runner.open()
    desk.show(grey(1))
    assert await desk.runner.aclose(5) is True
    assert await desk.runner.aclose(5) is True


async def test_closing_without_blocking_gives_up_at_the_deadline():
    release = threading.Event()

    class Hanging(VideoProcessor):
        def process(self, image):
            release.wait(20)

    desk = Desk(Hanging, {}, {})
    desk.runner.open()
    desk.show(grey(1))
    await asyncio.sleep(0.05)
    assert await desk.runner.aclose(0.1) is False
    release.set()
    desk.runner.ended.result(5)


def test_closing_before_opening_and_opening_after_closing_do_nothing():
    desk = Desk(Negative, {}, {})
    assert desk.runner.close(1)
    desk.runner.open()
    assert desk.runner.close(1)
    assert desk.notebook.states == []


def test_closing_while_it_still_loads_never_starts_it():
    loading, go_on, started = threading.Event(), threading.Event(), []

    class Slow(VideoProcessor):
        @classmethod
        def load(cls, configuration):
            loading.set()
            go_on.wait(10)

        def start(self):
            started.append(self)

    desk = Desk(Slow, {}, {})
    desk.runner.open()
    loading.wait(5)
    desk.runner.request_close()
    go_on.set()
    assert desk.runner.close(5)
    assert started == []


def test_close_is_called_once_also_after_an_error():
    closed = []

    class Closing(Broken):
        def close(self):
            closed.append(self)
            raise RuntimeError("closing fails, too")

    with at_desk(Closing) as desk:
        desk.show(grey(1))
        wait_until(lambda: desk.runner.statistics.errors == 1)
        assert desk.runner.close(5)
    assert len(closed) == 1


def test_sessions_that_start_together_load_once():
    loads = []

    class Heavy(VideoProcessor):
        @classmethod
        def load(cls, configuration: Mapping[str, Any]) -> Any:
            time.sleep(0.2)
            loads.append(configuration)
            return object()

        def process(self, image):
            return Result(image=image, data={"shared": id(self.shared)})

        results = {"shared": Number("Shared")}

    desks = [Desk(Heavy, {"model": 1}, {}) for _ in range(5)] + [Desk(Heavy, {"model": 2}, {})]
    for desk in desks:
        desk.runner.open()
    for desk in desks:
        desk.picture_of(grey(1))
    shared = [desk.notebook.results[0][0]["shared"] for desk in desks]
    assert len(loads) == 2
    assert len(set(shared[:5])) == 1
    assert shared[5] != shared[0]
    assert len(shared_loads) == 2
    assert all(desk.runner.close(5) for desk in desks)


def test_a_failed_load_is_tried_again_by_the_next_session():
    attempts = []

    class Flaky(VideoProcessor):
        @classmethod
        def load(cls, configuration):
            attempts.append(1)
            if len(attempts) == 1:
                raise OSError

        def process(self, image):
            return image

    with at_desk(Flaky) as desk:
        desk.runner.ended.result(5)
    with at_desk(Flaky) as desk:
        desk.picture_of(grey(1))


def test_parameters_of_the_offer_are_there_before_the_first_frame():
    with at_desk(Broken, broken=0, unknown=3) as desk:
        assert desk.runner.parameter_errors == {"unknown": "This processor has no such parameter."}
        assert desk.runner.parameters == {"broken": 0}
        assert desk.picture_of(grey(5)).max() == 5


def test_two_parameters_change_in_one_step_between_frames():
    class Pair(VideoProcessor):
        left = IntegerParameter("Left", default=0, maximum=100000)
        right = IntegerParameter("Right", default=0, maximum=100000)
        results = {"difference": Number("Difference")}

        def process(self, image):
            left = self.left
            time.sleep(0.0005)
            return Result(data={"difference": left - self.right})

    with at_desk(Pair) as desk:
        for number in range(300):
            desk.runner.set_parameters({"left": number, "right": number})
            desk.show(grey(1), number)
            time.sleep(0.0007)
        wait_until(lambda: len(desk.notebook.results) > 20)
    assert {values["difference"] for values, _ in desk.notebook.results} == {0}


def test_a_parameter_that_is_not_live_waits_for_the_next_start():
    class Level(VideoProcessor):
        level = IntegerParameter("Level", default=1, maximum=255, live=False)

        def process(self, image):
            return np.full_like(image, self.level)

    with at_desk(Level, level=3) as desk:
        assert desk.picture_of(grey(0)).max() == 3
        assert desk.runner.set_parameters({"level": 9}) == ({"level": 9}, {})
        assert desk.picture_of(grey(0)).max() == 3
        desk.runner.reset()
        assert desk.picture_of(grey(0)).max() == 9
        assert desk.runner.parameters == {"level": 9}


def test_reset_forgets_earlier_frames():
    class Counter(VideoProcessor):
        def start(self):
            self.count = 0

        reset = start

        def process(self, image):
            self.count += 1
            return np.full_like(image, self.count)

    with at_desk(Counter) as desk:
        desk.picture_of(grey(0))
        assert desk.picture_of(grey(0)).max() == 2
        desk.runner.reset()
        assert desk.picture_of(grey(0)).max() == 1


def test_the_own_clock_ticks_without_any_input():
    class Beacon(Processor):
        gives = frozenset({"video"})
        output_fps = 50.0

        def render(self):
            return grey(200)

    with at_desk(Beacon) as desk:
        time.sleep(1.0)
        times = [moment for _, moment, _ in desk.notebook.pictures]
    assert 25 <= len(times) <= 55
    assert np.allclose(np.diff(times) * 50, np.round(np.diff(times) * 50))


def test_the_visitor_may_set_the_own_clock():
    class Beacon(Processor):
        gives = frozenset({"video"})
        output_fps = FloatParameter("Pictures per second", minimum=1, maximum=100, default=2, step=1)

        def render(self):
            return grey(200)

    assert manifest(Beacon)["output_fps"] == 2
    with at_desk(Beacon) as desk:
        wait_until(lambda: len(desk.notebook.pictures) == 3)
        desk.runner.set_parameters({"output_fps": 100})
        wait_until(lambda: len(desk.notebook.pictures) > 20)
        times = [moment for _, moment, _ in desk.notebook.pictures]
    assert times[:3] == [0, 0.5, 1]
    assert (np.diff(times) > 0).all()
    assert times[-1] < 4


def test_a_slow_own_clock_skips_ticks_instead_of_running_late():
    class Slow(Processor):
        gives = frozenset({"video"})
        output_fps = 50.0

        def render(self):
            time.sleep(0.05)
            return grey(200)

    with at_desk(Slow) as desk:
        time.sleep(0.6)
        last = desk.notebook.pictures[-1][1]
        assert 0.4 <= last <= 0.62


def test_sound_picture_and_render_of_one_instance_never_overlap():
    class Careful(AudioVideoProcessor):
        output_fps = 100.0

        def start(self):
            self.lock = threading.Lock()

        def alone(self):
            assert self.lock.acquire(blocking=False)
            time.sleep(0.001)
            self.lock.release()

        def process_video(self, image):
            self.alone()

        def process_audio(self, samples):
            self.alone()

        def render(self):
            self.alone()
            return grey(1)

    with at_desk(Careful) as desk:
        for number in range(50):
            desk.show(grey(1), number)
            desk.hear(tone(440, 0.02), number)
            time.sleep(0.005)
        assert desk.runner.statistics.errors == 0
        assert desk.notebook.pictures


def test_sound_goes_through_and_a_source_of_the_other_kind_is_left_alone():
    class Half(AudioProcessor):
        def process(self, samples):
            return samples / 2

    with at_desk(Half) as desk:
        desk.show(grey(1))
        for number, chunk in enumerate(chunks_of(tone(440, 0.2))):
            desk.hear(chunk, number * 0.02)
        wait_until(lambda: len(desk.notebook.sounds) == 10)
        assert desk.camera.latest("bgr24") is not None
    assert np.allclose(desk.notebook.sounds[0][0], tone(440, 0.02) / 2)
    assert [moment for _, moment in desk.notebook.sounds] == [pytest.approx(n * 0.02) for n in range(10)]


def test_a_processor_that_needs_no_pixels_runs_and_asks_for_none():
    with at_desk(VideoProcessor) as desk:
        wait_until(lambda: desk.notebook.last_state == RunnerState.RUNNING)
        desk.show(grey(1))
        time.sleep(0.05)
        assert desk.camera.latest("bgr24") is not None


def test_a_grey_plane_is_lent_and_cannot_be_spoilt():
    class Scribbling(VideoProcessor):
        pixel_format = "gray"

        def process(self, image):
            image[:] = 0
            return image

    picture = plane(100)
    with at_desk(Scribbling) as desk:
        desk.show(picture)
        wait_until(lambda: desk.notebook.last_state == RunnerState.FAILING)
    assert picture.min() == 100


def test_an_output_that_fails_is_not_the_fault_of_the_processor():
    class BrokenOutput(Notebook):
        def picture(self, *_):
            raise RuntimeError

    notebook, camera = BrokenOutput(), Camera()
    runner = ThreadRunner(Negative, {}, {}, camera, None, notebook)
    runner.open()
    for number in range(20):
        camera.show(grey(1), number)
        runner.notify()
        wait_until(lambda count=number + 1: runner.statistics.processed == count)
    assert runner.statistics.errors == 0
    assert notebook.last_state == RunnerState.FAILING
    assert runner.close(5)


def test_none_keeps_the_last_picture_and_counts_as_a_result():
    class Sink(VideoProcessor):
        gives = frozenset()
        results = {"light": Number("Light")}

        def process(self, image):
            return Result(data={"light": image.mean()}, time=self.frame_time + 1)

    with at_desk(Sink) as desk:
        desk.show(grey(7), 2.0)
        wait_until(lambda: desk.notebook.results)
        wait_until(lambda: desk.notebook.last_state == RunnerState.RUNNING)
    assert desk.notebook.results == [({"light": 7.0}, 3.0)]
    assert desk.notebook.pictures == []


def test_the_values_of_one_runner_fit_the_next_with_their_files():
    class Framed(VideoProcessor):
        picture = FileParameter("Picture")

    upload = {"name": "a.png", "type": "image/png", "data": "QUJD"}
    first, second = Desk(Framed, {}, {"picture": upload}), Desk(Framed, {}, {})
    assert first.runner.parameters == {"picture": {"name": "a.png", "type": "image/png", "bytes": 3}}
    assert second.runner.set_parameters(first.runner.values)[1] == {}
    assert second.runner.values["picture"].data == b"ABC"
