"""The whole site as its host runs it: offers go over its websocket, and its command opens rooms.

offer   {session, sdp, job, room, size}  → {sdp}
close   {session}                        → {}
"""

import asyncio
import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import websockets

from tests.support.site import Site
from workers.event_loop import new_event_loop

from .door import Message, log_to_stderr, serve
from .jobs import OUR_KEYS


class Client:
    """One visitor's websocket, for one session."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ids = itertools.count(1)
        self.session = ""

    async def connect(self) -> None:
        address = self._site.url.replace("http", "ws", 1) + "/ws/"
        self._socket = await websockets.connect(address, origin=websockets.Origin(self._site.url))

    async def ask(self, kind: str, **fields: Any) -> Message:
        number = next(self._ids)
        await self._socket.send(json.dumps({"type": kind, "id": number, **fields}))
        while True:
            answer: Message = json.loads(await self._socket.recv())
            if answer.get("id") == number:
                return checked(answer)

    async def leave(self) -> None:
        await self.ask("session.close", session=self.session)
        await self._socket.close()


class SiteServer:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._clients: dict[str, Client] = {}
        # The rooms' tokens by what the benchmark calls them; several visitors may ask at once.
        self._tokens: dict[str, asyncio.Future[str]] = {}

    async def handle(self, message: Message) -> Message:
        if message["type"] == "close":
            await self._clients.pop(message["session"]).leave()
            return {}
        client = self._clients[message["session"]] = Client(self._site)
        await client.connect()
        slug = OUR_KEYS[message["job"]]
        room = {"room": await self._token(message["room"], message["size"])} if message["room"] else {}
        client.session = (await client.ask("session.open", processor=slug, **room))["session"]
        offer = {"session": client.session, "sdp": message["sdp"], "processor": slug}
        return {"sdp": (await client.ask("session.offer", **offer))["sdp"]}

    async def _token(self, room: str, size: int) -> str:
        if room not in self._tokens:
            command = ("openroom", room, "--seats", str(size))
            self._tokens[room] = asyncio.ensure_future(asyncio.to_thread(self._site.manage, *command))
        return (await self._tokens[room]).strip()


def checked(answer: Message) -> Message:
    if answer["type"] == "error":
        raise RuntimeError(f"The site answered {answer['code']}: {answer['message']}")
    return answer


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "site")
        # The benchmark comes as a guest: nobody needs an account.
        site.people = {"nobody": {}}
        with site:
            await serve(SiteServer(site).handle)


if __name__ == "__main__":
    log_to_stderr()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
