"""The camera changes its size in mid-stream: no viewer and no encoder breaks."""

import math

import pytest

from workers.reception import Reception

from .browser_peer import BrowserPeer, NumberedCamera, read_number
from .conftest import WorkerUnderTest, until
from .test_make_versions import OneCodecPeer

SIZES = [(640, 480), (1280, 720), (320, 240), (360, 640)]
PICTURES = 5


async def watching(worker: WorkerUnderTest, viewer: BrowserPeer, name: str = "viewer") -> BrowserPeer:
    """Let somebody watch who gives nothing."""
    viewer.receive_only("video")
    await worker.open("test-watching", viewer, session=name, room="hall")
    return viewer


async def follow_sizes(camera: NumberedCamera, *peers: BrowserPeer, scale: int = 1) -> None:
    """Change the camera's size; each peer sees pictures of each size, whole and in order."""
    for width, height in SIZES:
        camera.size = (width, height)
        for peer in peers:
            await see_size(peer, width, height, scale)
    assert [peer.undecodable for peer in peers] == [0] * len(peers)


async def see_size(peer: BrowserPeer, width: int, height: int, scale: int = 1) -> None:
    shape = (height // scale, width // scale, 3)
    await until(lambda: peer.pictures and peer.pictures[-1].image.shape == shape)
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + PICTURES)
    images = [frame.image for frame in peer.pictures[count:]]
    assert {image.shape for image in images} == {shape}
    if width >= 320:
        numbers = [read_number(image.repeat(scale, 0).repeat(scale, 1)) for image in images]
        assert numbers == sorted(numbers) or max(numbers) > 250


@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_every_size_arrives_whole(worker: WorkerUnderTest, key: str) -> None:
    camera = NumberedCamera()
    peer = BrowserPeer(camera)
    await worker.open(key, peer)
    await follow_sizes(camera, peer)


@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_all_who_watch_in_a_room_see_every_size(worker: WorkerUnderTest, key: str) -> None:
    camera = NumberedCamera()
    await worker.open(key, BrowserPeer(camera, direction="sendonly"), session="a", room="hall")
    viewers = [await watching(worker, BrowserPeer(), name) for name in ("b", "c")]
    await follow_sizes(camera, *viewers)


@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_a_slow_viewer_sees_every_size_smaller(worker: WorkerUnderTest, key: str) -> None:
    camera = NumberedCamera()
    await worker.open(key, BrowserPeer(camera, direction="sendonly"), session="a", room="hall")
    slow, fast = [await watching(worker, BrowserPeer(), name) for name in ("slow", "fast")]
    await until(lambda: slow.pictures and fast.pictures)
    keep_small(worker, "slow")
    second = worker.engine._seats["a"].pipeline.versions.second
    assert second is not None
    await follow_sizes(camera, slow, scale=2)
    await see_size(fast, *SIZES[-1])
    assert fast.undecodable == 0
    assert (second.failed_pictures, second.undecodable_frames) == (0, 0)


def keep_small(worker: WorkerUnderTest, name: str) -> None:
    """Give a viewer the smaller version, whatever the real network here could carry."""
    versions = worker.engine._seats["a"].pipeline.versions
    for track in worker.engine._seats[name].viewing_tracks().values():
        track._created_at = math.inf
        track.estimate, track.reception = 200_000, Reception()
        versions._place(track, is_slow=True)


@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_who_knows_another_codec_than_the_publisher_sees_every_size(
    worker: WorkerUnderTest, key: str
) -> None:
    camera = NumberedCamera()
    publisher = OneCodecPeer("H264", camera, direction="sendonly")
    await worker.open(key, publisher, session="a", room="hall")
    viewer = await watching(worker, OneCodecPeer("VP8"))
    await follow_sizes(camera, viewer)
    assert {frame.codec for frame in viewer.packets} == {"VP8"}
