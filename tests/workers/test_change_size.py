"""The camera changes its size in mid-stream: no viewer and no encoder breaks."""

import pytest

from .browser_peer import BrowserPeer, NumberedCamera, read_number
from .conftest import WorkerUnderTest, until

SIZES = [(640, 480), (1280, 720), (320, 240), (360, 640)]


@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_every_size_arrives_whole(worker: WorkerUnderTest, key: str) -> None:
    camera = NumberedCamera()
    peer = BrowserPeer(camera)
    await worker.open(key, peer)
    for width, height in SIZES:
        camera.size = (width, height)
        await until(lambda w=width, h=height: peer.pictures and peer.pictures[-1].image.shape == (h, w, 3))
        count = len(peer.pictures)
        await until(lambda count=count: len(peer.pictures) > count + 5)
        if width >= 320:
            numbers = [read_number(frame.image) for frame in peer.pictures[count:]]
            assert numbers == sorted(numbers) or max(numbers) > 250
    assert peer.undecodable == 0
