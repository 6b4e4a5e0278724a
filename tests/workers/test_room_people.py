"""People in a room: who is there, what they send, what the others get, and what the owner of the room may stop."""

import asyncio
import re
import time
from typing import Any

from tests.support.patience import patient

from .browser_peer import NumberedCamera, ToneMicrophone, read_number
from .conftest import WorkerUnderTest, processor_spec, until
from .room_guest import Person

TONES = {"alice": 440.0, "bob": 700.0, "carol": 1100.0}


async def meet(worker: WorkerUnderTest, *names: str, sections: int | None = None) -> list[Person]:
    """Let everybody come, and offer until all see all and know of all."""
    wanted = len(names) - 1 if sections is None else sections
    people = [Person(worker, name, TONES[name]) for name in names]
    for person in people:
        await person.offer(video=wanted, audio=wanted)
    for person in people[:-1]:
        await person.follow()
    await until(lambda: all(person.people().keys() == set(names) for person in people))
    return people


def about(hertz: float, wanted: float) -> bool:
    return abs(hertz - wanted) < 15


async def test_nothing_worn_is_forwarded_and_own_sound_never_comes_back(worker: WorkerUnderTest) -> None:
    alice, bob, carol = people = await meet(worker, *TONES)
    for me in people:
        for other in people:
            if other is not me:
                await until(lambda me=me, other=other: about(me.hertz(other.name), TONES[other.name]))
                await until(lambda me=me, other=other: len(me.pictures(other.name)) > 5)
        assert (me.name, "microphone") not in me.shown
        assert len(me.shown) == 4
    assert alice.seat.pipeline.outgoing_video.encoded_frames == 0
    assert read_number(bob.pictures("alice")[-1]) in alice.camera.sent_at
    assert carol.peer.undecodable == 0


async def test_everybody_is_told_who_is_there(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob")
    await until(lambda: {"alice", "bob"} == alice.people().keys() == bob.people().keys())
    told = alice.people()["bob"]
    assert (told["name"], told["role"], told["muted"], told["processor"]) == ("Bob", "guest", False, None)
    assert told["quality"] in ("good", "lost")
    await worker.ask("state", "bob", muted=True)
    await worker.ask("name", "bob", name="Robert")
    await until(lambda: alice.people()["bob"]["muted"] and alice.people()["bob"]["name"] == "Robert")
    await worker.ask("switch", "bob", processor=processor_spec("test-darken"), parameters={})
    await until(lambda: alice.people()["bob"]["processor"] == {"slug": "test-darken", "title": "test-darken"})
    await worker.ask("close", "bob", reason="left")
    await until(lambda: alice.people().keys() == {"alice"})


async def test_the_list_of_people_is_told_at_most_four_times_a_second(worker: WorkerUnderTest) -> None:
    alice, _bob = await meet(worker, "alice", "bob")
    await until(lambda: alice.people().keys() == {"alice", "bob"})
    before = len(alice.events("participants"))
    for number in range(100):
        await worker.ask("state", "bob", muted=number % 2 == 0)
        await asyncio.sleep(0.01)
    assert len(alice.events("participants")) - before <= 10


def streams(sdp: str) -> dict[str, str]:
    """Return the stream that an answer names for each mid."""
    sections = re.split(r"(?m)^(?=m=)", sdp)[1:]
    found = {}
    for section in sections:
        mid, name = re.search(r"a=mid:(\S+)", section), re.search(r"a=msid:(\S+)", section)
        if mid and name:
            found[mid[1]] = name[1]
    return found


async def test_sound_and_picture_of_one_person_are_one_stream(worker: WorkerUnderTest) -> None:
    people = await meet(worker, *TONES)
    for me in people:
        named = streams(me.last_answer["sdp"])
        others = {person.name for person in people} - {me.name}
        pairs = [{named[me.shown[other, source]] for source in ("camera", "microphone")} for other in others]
        assert [len(pair) for pair in pairs] == [1, 1]
        assert len(set.union(*pairs)) == 2
    assert "maxaveragebitrate=32000" in people[0].last_answer["sdp"]


async def test_sections_that_go_to_somebody_else_stay_one_stream_without_an_offer(
    worker: WorkerUnderTest,
) -> None:
    alice, _bob = await meet(worker, "alice", "bob")
    mids = {alice.shown["bob", source] for source in ("camera", "microphone")}
    await worker.ask("close", "bob", reason="left")
    carol = Person(worker, "carol", TONES["carol"])
    await carol.offer(video=1, audio=1)
    news = await until(lambda: [n for n in alice.events("tracks_changed") if len(n["tracks"]) == 2])
    assert news[-1]["offer_again"] is False
    alice.note(news[-1]["tracks"])
    assert {alice.shown["carol", source] for source in ("camera", "microphone")} == mids
    seen = len(alice.pictures("carol"))
    await until(lambda: len(alice.pictures("carol")) > seen + 10)
    await until(lambda: about(alice.hertz("carol"), TONES["carol"]))
    assert len({streams(alice.last_answer["sdp"])[mid] for mid in mids}) == 1


async def test_a_section_beside_a_stranger_gets_a_name_and_ssrcs_of_its_own(worker: WorkerUnderTest) -> None:
    alice = Person(worker, "alice", TONES["alice"])
    await alice.offer(video=1, audio=1)
    seen = Person(worker, "bob", sees=True)
    heard = Person(worker, "carol", TONES["carol"], sees=False)
    for person in (seen, heard):
        await person.offer()
    assert alice.events("tracks_changed")[-1]["offer_again"] is True
    before = re.findall(r"a=ssrc:(\d+) cname", alice.last_answer["sdp"])
    await alice.follow()
    assert alice.last_answer["offer_again"] is False
    named = streams(alice.last_answer["sdp"])
    assert named[alice.shown["bob", "camera"]] != named[alice.shown["carol", "microphone"]]
    assert set(re.findall(r"a=ssrc:(\d+) cname", alice.last_answer["sdp"])) - set(before)
    await until(lambda: about(alice.hertz("carol"), TONES["carol"]) and len(alice.pictures("bob")) > 10)


async def test_a_screen_with_sound_is_shared_beside_the_camera(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob", sections=2)
    alice.key = "test-white"
    await alice.share_screen(NumberedCamera(640, 360, fps=10), ToneMicrophone(1500.0))
    await bob.follow()
    named = {key: streams(bob.last_answer["sdp"])[mid] for key, mid in bob.shown.items()}
    assert named["alice", "screen"] == named["alice", "screen_sound"]
    assert named["alice", "camera"] == named["alice", "microphone"] != named["alice", "screen"]
    await until(lambda: len(bob.pictures("alice", "screen")) > 5)
    # The processor hides the camera and leaves the screen alone.
    await until(lambda: bob.pictures("alice", "camera")[-1].mean() > 220)
    assert bob.pictures("alice", "screen")[-1].shape == (360, 640, 3)
    assert bob.pictures("alice", "screen")[-1].mean() < 150
    await until(lambda: about(bob.hertz("alice", "screen_sound"), 1500))
    await until(lambda: about(bob.hertz("alice"), TONES["alice"]))
    await until(lambda: bob.people()["alice"]["screen"])
    for transceiver in alice.peer.connection.getTransceivers():
        if transceiver.mid in alice.sources:
            transceiver.direction = "inactive"
    await alice.offer(2, 2)
    await until(lambda: not bob.people()["alice"]["screen"])
    assert ("alice", "screen") not in {
        (track["participant"], track["source"]) for track in bob.events("tracks_changed")[-1]["tracks"]
    }


async def test_offers_that_name_wrong_sources_are_refused(worker: WorkerUnderTest) -> None:
    alice = Person(worker, "alice", TONES["alice"])
    sdp = await alice.peer.offer()
    worker.peers.append(alice.peer)
    for sources in ({"0": "window"}, {"0": "screen_sound"}, ["screen"]):
        answer = await worker.ask("offer", "alice", sdp=sdp, processor=None, room="hall", sources=sources)
        assert answer["code"] == "bad_offer", answer
    assert worker.engine._rooms == {}


async def test_a_studio_needs_a_processor(worker: WorkerUnderTest) -> None:
    answer = await worker.ask("offer", "alone", sdp="v=0", processor=None)
    assert answer["code"] == "bad_message"


async def test_one_processor_for_the_picture_and_one_for_the_sound(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob")
    await until(lambda: about(bob.hertz("alice"), TONES["alice"]))
    await worker.ask("switch", "alice", processor=processor_spec("test-white"), parameters={})
    gain = {"processor": processor_spec("gain"), "parameters": {"decibels": -10}, "place": "sound"}
    switched = await worker.ask("switch", "alice", **gain)
    assert switched["type"] == "switched", switched
    await until(lambda: bob.pictures("alice")[-1].mean() > 220)
    await until(lambda: 0 < bob.loudness("alice") < 0.04)
    changed = await worker.ask("parameters", "alice", place="sound", number=1, values={"decibels": 0})
    assert changed["errors"] == {}, changed
    await until(lambda: bob.loudness("alice") > 0.05 and about(bob.hertz("alice"), TONES["alice"]))
    await until(lambda: bob.people()["alice"]["sound_processor"] == {"slug": "gain", "title": "gain"})
    assert [news for news in alice.peer.of_type("processor") if news.get("place") == "sound"]
    await worker.ask("switch", "alice", processor=None, place="sound")
    await worker.ask("switch", "alice", processor=None)
    await until(lambda: bob.pictures("alice")[-1].mean() < 150)
    packets = bob.packets("alice")
    await until(lambda: bob.packets("alice") > packets + 25 and about(bob.hertz("alice"), TONES["alice"]))


async def test_two_processors_that_both_want_the_sound_are_refused(worker: WorkerUnderTest) -> None:
    await meet(worker, "alice", "bob")
    await worker.ask("switch", "alice", processor=processor_spec("gain"), place="sound")
    refused = await worker.ask("switch", "alice", processor=processor_spec("test-halfhidden"))
    assert (refused["type"], refused["code"]) == ("error", "bad_parameters")
    refused = await worker.ask("switch", "alice", processor=processor_spec("test-white"), place="sound")
    assert refused["code"] == "bad_parameters"


async def test_results_go_to_their_owner_only(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob")
    await worker.ask("switch", "alice", processor=processor_spec("test-watching"), parameters={})
    await until(lambda: alice.peer.of_type("result"))
    assert bob.peer.of_type("result") == []


async def packets_a_second(person: Person, other: str) -> float:
    before = len(person.pictures(other))
    await asyncio.sleep(1.0)
    return len(person.pictures(other)) - before


async def test_hidden_tiles_get_no_packets_and_come_back_at_once(worker: WorkerUnderTest) -> None:
    alice, bob, _carol = await meet(worker, *TONES)
    await until(lambda: len(alice.pictures("bob")) > 10 and len(alice.pictures("carol")) > 10)
    tiles = [{"participant": "bob", "source": "camera", "width": 320, "height": 240, "visible": False}]
    assert (await worker.ask("view", "alice", tiles=tiles, audio_only=False))["type"] == "viewed"
    await asyncio.sleep(0.5)
    assert await packets_a_second(alice, "bob") == 0
    assert await packets_a_second(alice, "carol") > 10
    assert alice.sound_since("bob", 0.5) > 5
    assert await packets_a_second(_carol, "bob") > 10
    tiles[0]["visible"] = True
    shown_at, seen = time.monotonic(), len(alice.pictures("bob"))
    alice.peer.send(type="view", tiles=tiles)
    await until(lambda: len(alice.pictures("bob")) > seen)
    assert time.monotonic() - shown_at < patient(1.5)
    await worker.ask("view", "alice", audio_only=True)
    await asyncio.sleep(0.5)
    assert await packets_a_second(alice, "carol") == 0
    assert about(alice.hertz("carol"), TONES["carol"])
    assert bob.peer.undecodable == alice.peer.undecodable == 0


async def test_a_picture_that_nobody_looks_at_is_not_encoded(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob")
    await worker.ask("switch", "alice", processor=processor_spec("test-darken"), parameters={})
    video = alice.seat.pipeline.outgoing_video
    await until(lambda: video.encoded_frames > 5)
    await worker.ask("view", "bob", tiles=[{"participant": "alice", "visible": False}])
    await asyncio.sleep(0.2)
    encoded = video.encoded_frames
    await asyncio.sleep(0.5)
    assert video.encoded_frames == encoded
    await worker.ask("view", "bob", tiles=[])
    seen = len(bob.pictures("alice"))
    await until(lambda: len(bob.pictures("alice")) > seen + 5)


async def test_views_that_make_no_sense_are_refused(worker: WorkerUnderTest) -> None:
    await meet(worker, "alice", "bob")
    for view in (
        {"tiles": 3},
        {"tiles": [{}] * 101},
        {"tiles": [{"participant": "bob", "width": "wide"}]},
        {"tiles": [{"participant": "bob", "source": "microphone"}]},
        {"audio_only": "yes"},
    ):
        assert (await worker.ask("view", "alice", **view))["code"] == "bad_message", view


async def test_who_was_muted_is_silent_until_they_unmute_themselves(worker: WorkerUnderTest) -> None:
    alice, bob, carol = await meet(worker, *TONES)
    await until(lambda: about(alice.hertz("bob"), TONES["bob"]) and carol.packets("bob") > 10)
    await worker.ask("moderate", "alice", act="mute", participant="bob")
    await until(lambda: alice.people()["bob"]["muted"])
    assert {"what": "muted_by_owner", "participant": "bob"}.items() <= bob.events("notice")[-1].items()
    await asyncio.sleep(0.5)
    assert alice.sound_since("bob", 0.3) == carol.sound_since("bob", 0.3) == 0
    await bob.offer(2, 2)
    await worker.ask("state", "bob", camera_off=False)
    await asyncio.sleep(0.3)
    assert carol.sound_since("bob", 0.2) == 0
    await worker.ask("state", "bob", muted=False)
    await until(lambda: about(carol.hertz("bob"), TONES["bob"]) and carol.sound_since("bob", 0.2))
    await worker.ask("moderate", "alice", act="mute_all")
    await asyncio.sleep(0.5)
    assert alice.sound_since("bob", 0.3) == alice.sound_since("carol", 0.3) == 0
    assert bob.sound_since("alice", 0.4) > 3


async def test_a_muted_voice_stays_muted_with_a_processor_over_it(worker: WorkerUnderTest) -> None:
    alice, _bob = await meet(worker, "alice", "bob")
    await worker.ask("switch", "bob", processor=processor_spec("gain"), place="sound")
    await worker.ask("moderate", "alice", act="mute", participant="bob")
    await asyncio.sleep(0.5)
    assert alice.sound_since("bob", 0.3) == 0
    await worker.ask("switch", "bob", processor=None, place="sound")
    await worker.ask("switch", "bob", processor=processor_spec("test-darken"))
    await asyncio.sleep(0.5)
    assert alice.sound_since("bob", 0.4) == 0


async def test_a_stopped_camera_sends_nothing_until_its_owner_starts_it(worker: WorkerUnderTest) -> None:
    alice, _bob = await meet(worker, "alice", "bob")
    await until(lambda: len(alice.pictures("bob")) > 5)
    await worker.ask("moderate", "alice", act="stop_camera", participant="bob")
    await until(lambda: alice.people()["bob"]["camera_off"])
    await asyncio.sleep(0.5)
    assert await packets_a_second(alice, "bob") == 0
    assert alice.sound_since("bob", 0.4) > 3
    seen = len(alice.pictures("bob"))
    await worker.ask("state", "bob", camera_off=False)
    await until(lambda: len(alice.pictures("bob")) > seen + 5)


async def test_who_is_removed_is_gone_within_two_seconds(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob")
    await until(lambda: len(alice.pictures("bob")) > 5 and len(bob.pictures("alice")) > 5)
    await worker.ask("moderate", "alice", act="remove", participant="bob")
    assert [news["reason"] for news in bob.events("closed")] == ["removed"]
    await asyncio.sleep(1.0)
    for me, other in ((alice, "bob"), (bob, "alice")):
        assert await packets_a_second(me, other) == 0
    assert alice.people().keys() == {"alice"}
    missing = await worker.ask("moderate", "alice", act="mute", participant="bob")
    assert missing["code"] == "bad_message"


async def test_the_end_of_a_meeting_ends_every_seat(worker: WorkerUnderTest) -> None:
    people = await meet(worker, *TONES)
    await worker.ask("moderate", "alice", act="end")
    assert all([news["reason"] for news in each.events("closed")] == ["room_ended"] for each in people)
    assert worker.engine._rooms == {}
    assert worker.engine._seats == {}


async def test_the_loudest_speaks_and_levels_are_told(worker: WorkerUnderTest) -> None:
    alice, bob = await meet(worker, "alice", "bob")
    alice.microphone.amplitude, bob.microphone.amplitude = 0.0001, 0.3

    def speaker() -> Any:
        told = alice.events("speaker")
        return told[-1]["participant"] if told else None

    await until(lambda: speaker() == "bob")
    told = await until(lambda: [m for m in alice.peer.of_type("levels") if m["speaker"] == "bob"])
    assert told[-1]["levels"]["bob"] > 0.5
    assert "alice" not in told[-1]["levels"]
    alice.microphone.amplitude = 0.35
    await asyncio.sleep(1.0)
    assert speaker() == "bob"
    bob.microphone.amplitude = 0.0
    await until(lambda: speaker() == "alice")
    await worker.ask("state", "alice", muted=True)
    bob.microphone.amplitude = 0.05
    await until(lambda: speaker() == "bob")
    assert alice.seat.media.microphone._is_decoding is False


async def test_who_comes_late_is_told_who_speaks(worker: WorkerUnderTest) -> None:
    alice = Person(worker, "alice", TONES["alice"])
    await alice.offer()
    await until(lambda: [m for m in alice.peer.of_type("levels") if m["speaker"] == "alice"])
    # Whose level never changes: nothing but her coming makes the room say it again.
    quiet = Person(worker, "quiet", sees=False)
    await quiet.offer(video=1, audio=1)
    await until(lambda: quiet.events("speaker"))
    assert quiet.events("speaker")[-1]["participant"] == "alice"
    told = await until(lambda: quiet.peer.of_type("levels"))
    assert (told[0]["speaker"], set(told[0]["levels"])) == ("alice", {"alice"})


async def test_who_comes_back_is_told_of_all_again(worker: WorkerUnderTest) -> None:
    alice, _bob = await meet(worker, "alice", "bob")
    await until(lambda: {person["quality"] for person in alice.people().values()} == {"good"})
    await until(lambda: alice.events("speaker"))
    told = len(alice.events("participants")), len(alice.events("speaker"))
    assert (await worker.ask("attach", "alice"))["type"] == "attached"
    await until(lambda: len(alice.events("participants")) > told[0])
    await until(lambda: len(alice.events("speaker")) > told[1])
    assert alice.people().keys() == {"alice", "bob"}


async def test_somebody_without_camera_and_microphone_stays(worker: WorkerUnderTest) -> None:
    alice = Person(worker, "alice", TONES["alice"])
    await alice.offer()
    quiet = Person(worker, "quiet", sees=False)
    await quiet.offer(video=1, audio=1)
    await until(lambda: len(quiet.pictures("alice")) > 5)
    await until(lambda: alice.people().get("quiet", {}).get("name") == "Quiet")
    assert quiet.seat.end_reason(time.monotonic() + 25) is None
    assert quiet.seat.end_reason(time.monotonic() + 40) == "idle"
