"""A process of its own: one processed stream and two viewers; where its script ends the process must end too.

It prints when that was, by the clock that all processes of a machine share.
"""

import asyncio
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from processors import catalogue
from workers import aiortc_hooks
from workers.engine_options import EngineOptions

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until
from .processors import KEYS


async def main() -> None:
    aiortc_hooks.install()
    catalogue.BUILTINS.update(KEYS)
    worker = WorkerUnderTest(EngineOptions())
    publisher = BrowserPeer(NumberedCamera(), direction="sendonly")
    await worker.open("test-darken", publisher, session="a", room="hall")
    viewers = [BrowserPeer(), BrowserPeer()]
    for name, viewer in zip("bc", viewers, strict=True):
        viewer.receive_only("video")
        await worker.open("test-watching", viewer, session=name, room="hall")
    await until(lambda: all(len(viewer.pictures) > 20 for viewer in viewers))
    # Left open on purpose: a process that is told to end must not wait for peers.
    print("ended", time.monotonic(), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
