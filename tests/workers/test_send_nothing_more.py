"""What was stopped sends nothing more: packets counted where they arrive, by people who go on sending themselves."""

import asyncio
import time
from collections import defaultdict
from typing import Any

from tests.support.figures import write_figure

from .conftest import WorkerUnderTest, processor_spec, until
from .room_guest import Person
from .test_room_people import meet

# Nothing may arrive later than this after the act …
MOST_SECONDS = 2.0
# … and it is watched so much longer.
WATCH_SECONDS = 1.5


class PacketCounter:
    """Notes when each RTP packet reaches a person's connection, by who and what it shows."""

    def __init__(self, person: Person) -> None:
        self._person = person
        # When (time.monotonic()) packets came, by the mid of their section.
        self._arrivals: dict[str, list[float]] = defaultdict(list)
        for transceiver in person.peer.connection.getTransceivers():
            self._listen(transceiver.receiver, str(transceiver.mid))

    def of(self, other: str, source: str) -> list[float]:
        return self._arrivals[self._person.shown[other, source]]

    def _listen(self, receiver: Any, mid: str) -> None:
        original = receiver._handle_rtp_packet

        async def handle(packet: Any, arrival_time_ms: int) -> None:
            self._arrivals[mid].append(time.monotonic())
            await original(packet, arrival_time_ms)

        receiver._handle_rtp_packet = handle


class Watch:
    """Counts at all people but one what comes of that one."""

    def __init__(self, people: list[Person], watched: str) -> None:
        self.watched = watched
        self._counters = [PacketCounter(person) for person in people if person.name != watched]

    async def runs(self, *sources: str) -> None:
        """Wait until these sources arrive at everybody."""
        counts = [len(counter.of(self.watched, source)) for counter in self._counters for source in sources]
        await until(
            lambda: all(
                len(counter.of(self.watched, source)) > count + 5
                for (counter, source), count in zip(
                    ((counter, source) for counter in self._counters for source in sources),
                    counts,
                    strict=True,
                )
            )
        )

    async def ends(self, since: float, *sources: str) -> float:
        """Return how long after ``since`` the last packet of these sources came to anybody."""
        await asyncio.sleep(max(0.0, since + MOST_SECONDS + WATCH_SECONDS - time.monotonic()))
        last = [counter.of(self.watched, source)[-1] for counter in self._counters for source in sources]
        return max(0.0, max(last) - since)


async def test_a_muted_voice_a_stopped_camera_and_a_removed_person_send_no_packet(
    worker: WorkerUnderTest,
) -> None:
    people = await meet(worker, "alice", "bob", "carol")
    watch = Watch(people, "bob")
    seconds = {}
    await watch.runs("camera", "microphone")

    acted = time.monotonic()
    await worker.ask("moderate", "alice", act="mute", participant="bob")
    seconds["mute"] = await watch.ends(acted, "microphone")
    await watch.runs("camera")

    acted = time.monotonic()
    await worker.ask("moderate", "alice", act="stop_camera", participant="bob")
    seconds["stop_camera"] = await watch.ends(acted, "camera")
    # A processor that is put on meanwhile lets nothing out either.
    await worker.ask("switch", "bob", processor=processor_spec("test-darken"))
    await worker.ask("switch", "bob", processor=processor_spec("gain"), place="sound")
    assert await watch.ends(acted, "camera", "microphone") == max(seconds["stop_camera"], 0.0)
    await worker.ask("switch", "bob", processor=None, place="sound")
    await worker.ask("switch", "bob", processor=None)

    await worker.ask("state", "bob", muted=False, camera_off=False)
    await watch.runs("camera", "microphone")
    sent = people[1].camera.number  # type: ignore[union-attr]
    acted = time.monotonic()
    await worker.ask("moderate", "alice", act="remove", participant="bob")
    seconds["remove"] = await watch.ends(acted, "camera", "microphone")

    assert people[1].camera.number >= sent  # type: ignore[union-attr]
    write_figure("send_nothing_more", **{name: round(value, 3) for name, value in seconds.items()})
    assert max(seconds.values()) < MOST_SECONDS, seconds


async def test_a_removed_person_gets_no_packet_either(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob")
    counter = PacketCounter(bob)
    await until(lambda: len(counter.of("alice", "camera")) > 5 and len(counter.of("alice", "microphone")) > 5)
    acted = time.monotonic()
    await worker.ask("moderate", "alice", act="remove", participant="bob")
    await asyncio.sleep(WATCH_SECONDS)
    for source in ("camera", "microphone"):
        assert counter.of("alice", source)[-1] - acted < 0.5
    assert alice.microphone is not None


async def test_what_a_veto_keeps_from_the_processor_for_all_is_not_even_decoded(
    worker: WorkerUnderTest,
) -> None:
    people = [Person(worker, name) for name in ("alice", "bob")]
    options = {"processor": processor_spec("test-watching")}
    for person in people:
        await person.offer(video=1, room_options=options)
    await people[0].follow()
    alice, bob = people

    def found_of_bob() -> int:
        return len([result for result in alice.peer.of_type("result") if result.get("participant") == "bob"])

    await until(lambda: found_of_bob() > 3)
    await worker.ask("state", "bob", veto=True)
    await asyncio.sleep(0.3)
    found, decoded = found_of_bob(), bob.seat.pipeline.incoming_video
    counter = PacketCounter(alice)
    await until(lambda: len(counter.of("bob", "camera")) > 20)
    assert found_of_bob() == found
    assert not decoded._is_decoding
    assert bob.seat.pipeline.outgoing_video.encoded_frames == 0
