"""Messages of every kind, in every order, sound and unsound: the socket answers each in its own words."""

import json
import logging
import random
from collections.abc import Callable
from typing import Any

import pytest

from processors.models import Processor
from rooms.errors import CLOSE_MALFORMED, TEXTS
from rooms.messages import ACTS, RECORDING_ACTS, SCHEMAS
from rooms.models import Room
from tests.support.patience import patient

from .conftest import QuietEngine
from .page import SDP, Page

# Sent before the answers are read.
BATCH = 10
# Names the ping behind each batch.
LAST = "last"
ROOMS = ("hall", "cellar", "attic")
# How often a message comes, next to others: what opens and offers decides how far the others get.
SELDOM, USUALLY, OFTEN = 2, 6, 12
HOW_OFTEN = {
    "session.open": OFTEN,
    "session.offer": OFTEN,
    "room.moderate": 2 * OFTEN,
    "session.close": SELDOM,
    "session.resume": SELDOM,
}
# An end ends all that was reached in a room.
ACTS_TO_CHOOSE = [*sorted(ACTS - {"end"}) * 3, "end"]
# What the worker must have been told of rooms by the end, or the fuzzing has not come far.
OF_ROOMS = {"state", "name", "view", "moderate", "record"}
ANSWERS = {
    "session.opened",
    "session.answer",
    "session.switched",
    "session.parameters",
    "session.resumed",
    "session.closed",
    "session.live",
    "pong",
    "error",
    "hello",
    "room.chat",
    "room.changed",
    "room.moderated",
    "room.recorded",
}
ODD = [None, True, -1, 2**60, 1e308, "", "x", "\ud800", "\0", "edges" * 100, [], {}, [[[]]], {"a": {"b": []}}]
TEXT = ["", "{", "null", "[]", '{"type":', "\ufeff{}", '{"type": "ping", "time": NaN}', "[" * 5000]


NOTHING: list[dict[str, Any]] = [{"session": "none", "token": "none", "participant": "none"}]


class Monkey:
    """Knows the protocol well enough to get far, and errs often."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.tickets = NOTHING
        self.heard: set[str] = set()

    def message(self) -> str:
        if self.chance.random() < 0.005:
            return self.chance.choice(TEXT)
        kinds = [kind for kind in SCHEMAS for _ in range(HOW_OFTEN.get(kind, USUALLY))]
        kind = self.chance.choice([*kinds, "hello"])
        fields = {"type": kind, "id": self.chance.choice([1, "a", None]), **self.sound_fields()}
        fields["act"] = self.chance.choice(
            sorted(RECORDING_ACTS) if kind == "room.record" else ACTS_TO_CHOOSE
        )
        if self.chance.random() < 0.01:
            fields[self.chance.choice([*fields])] = self.chance.choice(ODD)
        if self.chance.random() < 0.01:
            fields.pop(self.chance.choice([*fields]))
        return json.dumps(fields)

    def sound_fields(self) -> dict[str, Any]:
        ticket = self.chance.choice(self.tickets[-4:])
        values = self.chance.choice([{}, {"low": 5}, {"low": "x"}, {"file": {"file": "none"}}, {"high": [1]}])
        return {
            "session": ticket["session"],
            "token": ticket["token"],
            "processor": self.chance.choice(["edges", "edges", "blur", "none", None]),
            "room": self.chance.choice(["", *ROOMS * 2, "nowhere", "a:forged:token"]),
            "place": self.chance.choice(["picture", "sound"]),
            "sdp": SDP,
            "quality": self.chance.choice(["low", "high"]),
            "parameters": values,
            "values": values,
            "number": 1,
            "time": 1.5,
            "text": self.chance.choice(["hello", "x" * 3000]),
            "name": "Ada",
            "participant": self.chance.choice(self.tickets[-4:])["participant"],
            "request": "none",
            "tiles": [{"participant": "none", "width": 320, "height": 240, "visible": True}],
            "muted": True,
        }

    def learn(self, message: dict[str, Any]) -> None:
        self.heard.add(message["type"])
        if message["type"] == "session.opened":
            ticket = {name: message[name] for name in ("session", "token")}
            self.tickets = [*self.tickets, ticket | {"participant": message.get("participant", "none")}]
        if message["type"] == "session.closed" and self.chance.random() < 0.8:
            # Some that are over stay in use.
            self.tickets = [each for each in self.tickets if each["session"] != message["session"]] or NOTHING


@pytest.mark.timeout(300)
@pytest.mark.parametrize("messages", [600, pytest.param(2000, marks=pytest.mark.slow)])
async def test_it_survives(
    messages: int,
    visit: Callable[..., Any],
    edges: Processor,
    blur: Processor,
    engine: QuietEngine,
    bob: Any,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.MESSAGES_PER_SECOND = settings.MESSAGE_BURST = 100_000
    settings.ROOM_RECORDING = True
    for slug in ROOMS:
        await Room.objects.acreate(title=slug, slug=slug, owner=bob, access="everyone", participant_limit=4)
    monkey = Monkey(seed=20)
    page: Page = await visit(bob)
    with caplog.at_level(logging.ERROR):
        for _batch in range(messages // BATCH):
            for _number in range(BATCH):
                await page.sends_text(monkey.message() or " ")
            if not await all_answers_are_known(page, monkey):
                page = await visit(bob)
                # Those before are of another socket now: one to resume is enough.
                monkey.tickets = monkey.tickets[-1:]
    # All but one at most: what comes of chance depends on the machine's pace too.
    assert len(OF_ROOMS - {message["type"] for message in engine.handled}) <= 1
    assert monkey.heard >= {"room.chat", "room.changed", "room.moderated"}
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    await page.leave()
    await close_everything(engine)
    await (await visit()).is_live()


async def all_answers_are_known(page: Page, monkey: Monkey) -> bool:
    """Read what came back up to our own pong; False when the socket was closed for malformed messages."""
    await page.sends_text(json.dumps({"type": "ping", "id": LAST, "time": 0}))
    while True:
        event = await page.socket.receive_output(patient(5))
        if event["type"] == "websocket.close":
            assert event["code"] == CLOSE_MALFORMED
            page._left = True
            await page.socket.wait()
            return False
        message = json.loads(event["text"])
        assert message["type"] in ANSWERS
        assert message["type"] != "error" or message["code"] in TEXTS
        monkey.learn(message)
        # Answers of the worker come a little later; they are read with those of the next message.
        if message.get("id") == LAST:
            return True


async def close_everything(engine: QuietEngine) -> None:
    for session in list(engine.sessions):
        await engine.end(session, "host")
