"""Offers that cannot be used are refused with a type and leave nothing behind."""

import random
from typing import Any

import pytest

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, processor_spec, until

SPEC = {"slug": "p", "key": "passthrough", "version": 1, "configuration": {}}


async def test_an_offer_without_our_codecs(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    sdp = (await peer.offer()).replace("VP8/90000", "VP9/90000").replace("H264/90000", "AV1/90000")
    answer = await worker.ask("offer", "one", sdp=sdp, processor=SPEC)
    assert (answer["type"], answer["code"]) == ("error", "no_usable_codec")
    assert worker.engine.load().sessions == frozenset()
    await peer.close()


@pytest.mark.parametrize("sdp", ["", "nonsense", "v=0\r\nm=video 9 X 96\r\n", "v=0\r\n" * 20000])
async def test_what_is_no_offer(worker: WorkerUnderTest, sdp: str) -> None:
    answer = await worker.ask("offer", "one", sdp=sdp, processor=SPEC)
    assert (answer["type"], answer["code"]) == ("error", "bad_offer")
    assert worker.engine.load().sessions == frozenset()


async def test_mutated_offers_give_errors_or_answers_and_leave_nothing(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    lines = (await peer.offer()).split("\r\n")
    await peer.close()
    chance = random.Random(7)
    codes = set()
    for number in range(150):
        answer = await worker.ask("offer", f"s{number}", sdp=mutated(lines, chance), processor=SPEC)
        codes.add(answer.get("code", "answered"))
        await worker.ask("close", f"s{number}")
    assert codes <= {"answered", "bad_offer", "no_usable_codec"}
    assert worker.engine.load().sessions == frozenset()


def mutated(lines: list[str], chance: random.Random) -> str:
    """Delete, double, cut or scramble a few lines."""
    lines = list(lines)
    for _ in range(chance.randint(1, 4)):
        index = chance.randrange(1, len(lines) - 1)
        line = lines[index]
        lines[index : index + 1] = chance.choice(
            [[], [line, line], [line[: len(line) // 2]], ["".join(chance.sample(line, len(line)))]]
        )
    return "\r\n".join(lines)


async def test_an_unknown_processor(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    answer = await worker.ask("offer", "one", sdp=await peer.offer(), processor=processor_spec("gone"))
    assert answer["code"] == "processor_unavailable"
    await peer.close()


async def test_a_task_without_its_model(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    spec = processor_spec("object-detection")
    answer = await worker.ask("offer", "one", sdp=await peer.offer(), processor=spec)
    assert answer["code"] == "processor_unavailable"
    assert "has no model yet" in answer["message"]
    await peer.close()


async def test_messages_about_a_session_that_is_not_here(worker: WorkerUnderTest) -> None:
    fields: dict[str, Any] = {"processor": SPEC, "values": {}}
    for kind in ("switch", "parameters", "attach"):
        answer = await worker.ask(kind, "nobody", **fields)
        assert answer["code"] == "session_unknown"


async def test_a_failed_re_offer_leaves_the_session_as_it_was(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: peer.pictures)
    answer = await worker.ask("offer", "one", sdp="nonsense", processor=SPEC)
    assert answer["code"] == "bad_offer"
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 10)
