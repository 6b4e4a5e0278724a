"""A processor that needs no pixels: the stream comes back as it was sent."""

from .browser_peer import BrowserPeer, NumberedCamera, read_number
from .conftest import WorkerUnderTest, until


async def test_the_picture_comes_back_in_order_and_untouched(worker: WorkerUnderTest) -> None:
    camera = NumberedCamera()
    peer = BrowserPeer(camera)
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) >= 40)
    numbers = [read_number(frame.image) for frame in peer.pictures]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert peer.undecodable == 0


async def test_the_web_is_told_when_the_session_is_live(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    live = await until(lambda: worker.events("live"))
    assert live == [{"type": "live", "session": "one"}]
