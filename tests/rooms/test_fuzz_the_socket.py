"""Messages of every kind, in every order, sound and unsound: the socket answers each in its own words."""

import json
import logging
import random
from collections.abc import Callable
from typing import Any

import pytest

from processors.models import Processor
from rooms.errors import CLOSE_MALFORMED, TEXTS
from rooms.messages import SCHEMAS

from .conftest import QuietEngine
from .page import SDP, Page

# Sent before the answers are read.
BATCH = 10
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
}
ODD = [None, True, -1, 2**60, 1e308, "", "x", "\ud800", "\0", "edges" * 100, [], {}, [[[]]], {"a": {"b": []}}]
TEXT = ["", "{", "null", "[]", '{"type":', "\ufeff{}", '{"type": "ping", "time": NaN}', "[" * 5000]


class Monkey:
    """Knows the protocol well enough to get far, and errs often."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.tickets: list[dict[str, Any]] = [{"session": "none", "token": "none"}]

    def message(self) -> str:
        if self.chance.random() < 0.005:
            return self.chance.choice(TEXT)
        kind = self.chance.choice([*SCHEMAS] * 6 + ["hello"])
        fields = {"type": kind, "id": self.chance.choice([1, "a", None]), **self.sound_fields()}
        if self.chance.random() < 0.03:
            fields[self.chance.choice([*fields])] = self.chance.choice(ODD)
        if self.chance.random() < 0.03:
            fields.pop(self.chance.choice([*fields]))
        return json.dumps(fields)

    def sound_fields(self) -> dict[str, Any]:
        ticket = self.chance.choice(self.tickets[-6:])
        values = self.chance.choice([{}, {"low": 5}, {"low": "x"}, {"file": {"file": "none"}}, {"high": [1]}])
        return {
            "session": ticket["session"],
            "token": ticket["token"],
            "processor": self.chance.choice(["edges", "blur", "none"]),
            "sdp": SDP,
            "quality": self.chance.choice(["low", "high"]),
            "parameters": values,
            "values": values,
            "number": 1,
            "time": 1.5,
            "text": self.chance.choice(["hello", "x" * 3000]),
            "name": "Ada",
            "act": self.chance.choice(["mute", "remove", "end"]),
            "participant": "none",
            "tiles": [{"participant": "none", "width": 320, "height": 240, "visible": True}],
            "muted": True,
        }

    def learn(self, message: dict[str, Any]) -> None:
        if message["type"] == "session.opened":
            self.tickets.append({"session": message["session"], "token": message["token"]})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("messages", [600, pytest.param(2000, marks=pytest.mark.slow)])
async def test_it_survives(
    messages: int,
    visit: Callable[..., Any],
    edges: Processor,
    blur: Processor,
    engine: QuietEngine,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.MESSAGES_PER_SECOND = settings.MESSAGE_BURST = 100_000
    monkey = Monkey(seed=20)
    page: Page = await visit()
    with caplog.at_level(logging.ERROR):
        for _batch in range(messages // BATCH):
            for _number in range(BATCH):
                await page.sends_text(monkey.message() or " ")
            if not await all_answers_are_known(page, monkey):
                page = await visit()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    await page.leave()
    await close_everything(engine)
    await (await visit()).is_live()


async def all_answers_are_known(page: Page, monkey: Monkey) -> bool:
    """Read what came back; False when the socket was closed for malformed messages."""
    while True:
        event = await page.socket.receive_output(5)
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
        if await page.socket.receive_nothing(timeout=0.002, interval=0.002):
            return True


async def close_everything(engine: QuietEngine) -> None:
    for session in list(engine.sessions):
        await engine.end(session, "host")
