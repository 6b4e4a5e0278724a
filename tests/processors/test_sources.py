import threading
import time

from processors.sources import FedSource, GeneratorSource

from .desk import at_desk, grey, wait_until


class Steps(GeneratorSource):
    output_fps = 50.0

    def frames(self):
        for number in range(5):
            yield grey(number)


def test_a_generator_is_shown_in_order_and_again_from_the_start():
    with at_desk(Steps) as desk:
        wait_until(lambda: len(desk.notebook.pictures) >= 12)
    shown = [int(picture.max()) for picture, *_ in desk.notebook.pictures]
    assert shown[:12] == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]


def test_a_generator_that_waits_does_not_stall_the_session_or_its_end():
    go_on = threading.Event()

    class Waiting(GeneratorSource):
        output_fps = 50.0

        def frames(self):
            yield grey(1)
            go_on.wait(10)

    with at_desk(Waiting) as desk:
        time.sleep(1.3)
        assert desk.notebook.last_state == "running"
        assert len(desk.notebook.pictures) == 1
        began = time.monotonic()
    assert time.monotonic() - began < 1
    go_on.set()


def test_a_generator_that_fails_stops_its_processor():
    class Failing(GeneratorSource):
        def frames(self):
            yield grey(1)
            raise OSError("gone")

    with at_desk(Failing) as desk:
        desk.runner.ended.result(5)
    assert desk.notebook.states[-1][1] == "Failing ended unexpectedly."


def test_an_empty_generator_does_not_spin():
    calls = []

    class Empty(GeneratorSource):
        def frames(self):
            calls.append(1)
            yield from ()

    with at_desk(Empty):
        time.sleep(0.2)
    assert len(calls) == 1


def test_pictures_can_be_fed_from_any_thread_and_the_oldest_go():
    fed = FedSource()
    fed.start()
    for number in range(10):
        fed.feed(grey(number))
    assert [int(fed.render().max()) for _ in range(2)] == [8, 9]
    assert fed.render() is None


def test_no_feeding_thread_is_left():
    with at_desk(Steps) as desk:
        wait_until(lambda: desk.notebook.pictures)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("source-")]
