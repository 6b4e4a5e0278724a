"""A processor's pictures come back, in order, with live parameters, and never later than they must."""

import asyncio
import threading
import time

from workers.reception import Reception

from .browser_peer import BrowserPeer, NumberedCamera, read_number
from .conftest import WorkerUnderTest, processor_spec, until


def brightness(peer: BrowserPeer) -> float:
    return float(peer.pictures[-1].image[200:220, 100:120].mean())


async def next_delay(camera: NumberedCamera, peer: BrowserPeer) -> float:
    """Return how long ago the next picture that comes back was sent, in seconds."""
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count)
    return time.monotonic() - camera.sent_at[read_number(peer.pictures[-1].image)]


async def test_processed_pictures_come_back_in_order(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", peer)
    await until(lambda: len(peer.pictures) >= 40)
    numbers = [read_number(frame.image) for frame in peer.pictures]
    assert numbers == sorted(numbers)
    assert 35 < brightness(peer) < 45  # 90 less 50
    assert peer.undecodable == 0


async def test_the_first_frame_obeys_the_parameters_of_the_offer(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    answer = await worker.open("test-darken", peer, parameters={"amount": 0})
    assert answer["parameters"] == {"amount": 0}
    await until(lambda: peer.pictures)
    assert abs(float(peer.pictures[0].image[200:220, 100:120].mean()) - 90) < 8


async def test_a_slider_acts_at_once_and_the_accepted_value_comes_back(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", peer, parameters={"amount": 0})
    await until(lambda: len(peer.pictures) > 5)
    peer.send(type="parameters", number=7, values={"amount": 80})
    answer = await until(lambda: peer.of_type("parameters"))
    assert answer == [{"type": "parameters", "number": 7, "values": {"amount": 80}, "errors": {}}]
    await until(lambda: brightness(peer) < 30)


async def test_a_wrong_value_is_refused_with_a_sentence_and_changes_nothing(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", peer)
    await until(lambda: peer.pictures)
    peer.send(type="parameters", number=1, values={"amount": "much", "other": 1})
    answer = (await until(lambda: peer.of_type("parameters")))[0]
    assert answer["values"] == {}
    assert set(answer["errors"]) == {"amount", "other"}


async def test_the_newest_frame_wins_over_a_slow_processor(worker: WorkerUnderTest) -> None:
    camera = NumberedCamera()
    peer = BrowserPeer(camera)
    await worker.open("test-sleepy", peer)
    await until(lambda: len(peer.pictures) >= 12)
    delays = [await next_delay(camera, peer) for _ in range(10)]
    assert sorted(delays)[5] < 0.6, delays
    statistics = (await until(lambda: peer.of_type("statistics")))[-1]
    assert statistics["dropped"] > statistics["processed"]


async def test_the_network_counts_there_and_back(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-sleepy", peer)
    (seat,) = worker.engine._seats.values()
    # The reports of this connection go to the one before.
    far = seat.peer.reception = Reception()
    for number in range(3):
        far.note(1, 0, 100 * number, 0.25)
    await until(lambda: 250.0 in {told["network_ms"] for told in peer.of_type("statistics")})


async def test_results_carry_the_time_stamp_that_the_viewer_sees(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-counting", peer)
    await until(lambda: len(peer.pictures) > 30 and len(peer.of_type("result")) > 30)
    by_timestamp = {round(frame.time * 90000): read_number(frame.image) for frame in peer.pictures}
    stamped = [message for message in peer.of_type("result") if message["rtp"] in by_timestamp]
    assert len(stamped) > 20
    assert all(message["data"]["number"] == by_timestamp[message["rtp"]] for message in stamped)


async def test_a_switch_keeps_the_connection(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", peer)
    await until(lambda: len(peer.pictures) > 5)
    answer = await worker.ask("switch", "one", processor=processor_spec("passthrough"), parameters={})
    assert answer["type"] == "switched"
    await until(lambda: brightness(peer) > 80)
    await worker.ask("switch", "one", processor=processor_spec("test-darken"), parameters={"amount": 90})
    await until(lambda: brightness(peer) < 25)
    assert peer.undecodable == 0


async def test_a_processor_that_fails_on_everything_stops_and_the_input_is_shown(
    worker: WorkerUnderTest,
) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-failing", peer)
    await until(lambda: [m for m in peer.of_type("processor") if m["state"] == "stopped"])
    news = await until(lambda: [m for m in peer.of_type("processor") if m["showing"] == "input"])
    assert news[-1]["message"]
    await until(lambda: len(peer.pictures) > 10)


async def test_a_processor_that_promises_to_hide_and_does_nothing_shows_nothing(
    worker: WorkerUnderTest,
) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-forgetful", peer)
    await until(lambda: len(peer.pictures) > 10)
    assert peer.of_type("processor")[-1]["showing"] == "placeholder"
    assert max(float(frame.image[100:180, 20:600].mean()) for frame in peer.pictures) < 40


async def test_none_keeps_the_last_picture_for_as_long_as_it_comes(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-once", peer)
    await until(lambda: any(frame.image.mean() > 200 for frame in peer.pictures))
    await asyncio.sleep(2.5)
    assert peer.of_type("processor")[-1]["showing"] == "result"
    assert peer.pictures[-1].image.mean() > 200


async def test_a_session_leaves_no_thread_behind(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", peer)
    await until(lambda: len(peer.pictures) > 5)
    await worker.ask("close", "one", reason="closed")
    assert worker.engine.load().sessions == frozenset()
    await until(lambda: not [t for t in threading.enumerate() if t.name.startswith("processor")])


async def test_a_sink_sends_results_and_no_picture(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-watching", peer)
    await until(lambda: len(peer.of_type("result")) > 10)
    assert await until(lambda: worker.events("live"))
    assert peer.pictures == []


async def test_pictures_of_every_size_and_shape_pass(worker: WorkerUnderTest) -> None:
    for index, (width, height) in enumerate(((320, 240), (1280, 720), (360, 640))):
        peer = BrowserPeer(NumberedCamera(width, height))
        await worker.open("test-darken", peer, session=f"s{index}")
        await until(lambda peer=peer: len(peer.pictures) > 3)
        assert peer.pictures[-1].image.shape == (height, width, 3)


async def test_nothing_of_the_input_is_shown_by_a_processor_that_hides_it(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-white", peer)
    await until(lambda: any(frame.image.mean() > 200 for frame in peer.pictures))
    for fault in (1, 0, 2):  # raises, works, hangs
        peer.send(type="parameters", number=fault, values={"fault": fault})
        await asyncio.sleep(2.2)
    await worker.ask(
        "switch", "one", processor=processor_spec("test-white") | {"slug": "again"}, parameters={}
    )
    await asyncio.sleep(1)
    # The camera's wall is 90, white is 235, the placeholder's stage is 14.
    walls = [float(frame.image[100:180, 20:600].mean()) for frame in peer.pictures]
    assert len(walls) > 60
    assert [level for level in walls if 40 < level < 200] == []
