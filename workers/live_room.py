"""The seats of one room while it is live, and who sees whom.

A studio visit is a room with one seat that sees itself. In any other room everybody sees everybody else, and who wears
a processor also their own picture, if their page asks for it. The browser always offers: it has one receiving section
for each stream that it may get. A section that a leaver freed is given to the next who comes, so that few changes need
a new offer.
"""

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from . import aiortc_hooks
from .active_speaker import ActiveSpeaker
from .answer import StreamName, with_opus_limits, with_ssrcs, with_streams
from .host_encoders import HostEncoders
from .interval import Interval
from .loudness import SILENCE
from .participant import Participant
from .pipeline import Assignment
from .recording_options import RecordingOptions
from .room_mix import MixOptions, RoomMix, read_mix
from .room_recording import RoomRecording
from .seat import ROOM_AUDIO_BIT_RATE, Seat, is_same
from .sources import GROUP_OF, KIND_OF, MIX, MIXED_KIND_OF
from .stream_names import StreamNames
from .subscriber_track import SubscriberTrack

KINDS = ("video", "audio")
# The list of people, levels and the speaker are told at most four times a second.
NEWS_INTERVAL_SECONDS = 0.25
# A level meter shows so many dB; what is quieter is zero.
SHOWN_DECIBELS = 60.0

Message = dict[str, Any]


@dataclass(frozen=True)
class Publication:
    """One stream that a seat gives to others."""

    participant: str
    source: str

    @property
    def kind(self) -> str:
        return KIND_OF.get(self.source) or MIXED_KIND_OF[self.source]

    @property
    def stream(self) -> str:
        """What is played in step with it has the same."""
        return f"{self.participant}-{GROUP_OF.get(self.source, MIX)}"


class LiveRoom:
    """Lives on the loop; touched only by ``MediaWorker`` and ``RoomDesk``."""

    def __init__(
        self,
        name: str,
        is_studio: bool,
        codec_pool: Executor | None = None,
        recording: RecordingOptions | None = None,
        encoders: HostEncoders | None = None,
    ) -> None:
        self.name = name
        self._codec_pool = codec_pool
        self._encoders = encoders
        # None where rooms are not recorded.
        self.recording = RoomRecording(codec_pool, recording, encoders) if codec_pool and recording else None
        # What each page was told of it last, by session.
        self._recording_told: dict[str, Message] = {}
        self._mix: RoomMix | None = None
        self._mix_options = MixOptions()
        # What the owner added for all.
        self._for_all: Assignment | None = None
        self._for_all_parameters: Message = {}
        self.is_studio = is_studio
        self.seats: dict[str, Seat] = {}
        self.active = ActiveSpeaker()
        # What each receiving section of a seat shows, by session and mid.
        self._shown: dict[str, dict[str, Publication]] = {}
        # What the last answer called the sections, by session.
        self._names: dict[str, StreamNames] = {}
        # The list of people that was told last, and the sessions that have it.
        self._told: list[Message] = []
        self._told_to: set[str] = set()
        self._news = Interval(NEWS_INTERVAL_SECONDS)

    def take_options(self, options: Message, processor: Assignment | None) -> None:
        """Take what the owner decided for the room; the newest offer tells."""
        if "processor" in options:
            self._for_all, self._for_all_parameters = processor, options.get("parameters") or {}
        if "mix" in options:
            self._mix_options = read_mix(options["mix"])

    def worn_by(self, seat: Seat, parameters: Message) -> tuple[Assignment | None, Message]:
        """Return what a person wears over the picture: their own choice, else what the owner added for all."""
        if seat.own is not None or not self._adds_to(seat):
            return seat.own, parameters
        return self._for_all, self._for_all_parameters

    def dress_all(self) -> None:
        for seat in self.seats.values():
            if seat.has_answered:
                self.dress(seat)

    def dress(self, seat: Seat) -> bool:
        """Follow what the owner added and a person's veto; return whether anything changed."""
        if seat.own is not None or self.is_studio:
            return False
        assignment, parameters = self.worn_by(seat, {})
        if is_same(assignment, seat.pipeline.assignment):
            return False
        seat.switch(assignment, parameters)
        return True

    def _adds_to(self, seat: Seat) -> bool:
        """Whether the owner's processor may be put on a person: nobody's second one, and nobody's who objects."""
        if self._for_all is None or seat.person.vetoes:
            return False
        return seat.own_sound is None or "audio" not in self._for_all.kinds

    def share_result(self, seat: Seat, message: Message) -> None:
        """What the owner's processor finds is for all; what somebody's own finds is for them."""
        if (
            seat.own is None
            and self._for_all is not None
            and is_same(seat.pipeline.assignment, self._for_all)
        ):
            for other in self.seats.values():
                if other is not seat:
                    other.send(message | {"participant": seat.participant})

    def close(self) -> None:
        if self.recording is not None:
            self.recording.end("room_ended")
        self._close_mix()

    def _close_mix(self) -> None:
        if self._mix is not None:
            self._mix.close()
            self._mix = None

    def _gets_mix(self, seat: Seat) -> bool:
        return self._mix_options.is_allowed and seat.view.mix

    @property
    def mix_options(self) -> MixOptions:
        return self._mix_options

    def follow_mixes(self) -> None:
        """Let the recording and the mix follow who is there, what they show, and who wants it."""
        media = {seat.participant: seat.media for seat in self.seats.values()}
        unseen = self._unseen()
        if self.recording is not None:
            self.recording.follow(media, unseen)
        if self._mix is not None:
            listeners = {seat.participant for seat in self.seats.values() if self._gets_mix(seat)}
            self._mix.follow(media, listeners, unseen)

    def _unseen(self) -> set[tuple[str, str]]:
        """Return the pictures that are off: they would stand still in a mix as they were last."""
        return {(seat.participant, source) for seat in self.seats.values() for source in unseen(seat.person)}

    def _mix_for_all(self) -> RoomMix:
        if self._mix is None or self._mix.options != self._mix_options:
            self._close_mix()
            assert self._codec_pool is not None
            self._mix = RoomMix(self._codec_pool, self._mix_options, self._encoders)
        return self._mix

    def add(self, seat: Seat) -> None:
        self.seats[seat.session] = seat
        self._shown.setdefault(seat.session, {})
        self._names.setdefault(seat.session, StreamNames())
        if not self.is_studio:
            seat.share_result = lambda message: self.share_result(seat, message)
        # Before anything of this person can be in it.
        self.follow_mixes()

    def remove(self, seat: Seat) -> None:
        self.seats.pop(seat.session, None)
        self._shown.pop(seat.session, None)
        self._names.pop(seat.session, None)
        self._told_to.discard(seat.session)
        self._recording_told.pop(seat.session, None)
        for track in seat.viewing_tracks().values():
            track.leave()
        self.follow_mixes()

    def seat_of(self, participant: str) -> Seat | None:
        return next((seat for seat in self.seats.values() if seat.participant == participant), None)

    # --- who sees whom ---------------------------------------------------------------------------------

    def connect(self, seat: Seat) -> bool:
        """Give the seat's receiving sections what there is to see; return whether anything changed."""
        tracks = seat.viewing_tracks()
        shown = self._shown[seat.session]
        wanted = self._publications_for(seat)
        before = dict(shown)
        for mid in [mid for mid in shown if not still_fits(tracks.get(mid), shown[mid], wanted)]:
            del shown[mid]
        for publication in (publication for publication in wanted if publication not in shown.values()):
            free = self._free_section(seat, tracks, publication)
            if free is not None:
                shown[free] = publication
        self._point(seat, tracks)
        self.follow_mixes()
        return shown != before

    def view(self, seat: Seat) -> Message:
        """Return what the seat sees; in a shared room also how many sections its page should offer to see all."""
        if self.is_studio:
            return {"tracks": self.tracks(seat)}
        return {
            "tracks": self.tracks(seat),
            "wanted": self.wanted(seat),
            "offer_again": self.lacks_sections(seat)
            or self._names[seat.session].is_wrong(self._streams(seat)),
        }

    def tracks(self, seat: Seat) -> list[dict[str, str]]:
        """Return what the seat's sections show, for the answer."""
        return [
            {"mid": mid, "participant": shown.participant, "kind": shown.kind, "source": shown.source}
            for mid, shown in self._shown.get(seat.session, {}).items()
        ]

    def wanted(self, seat: Seat) -> dict[str, int]:
        """Return how many receiving sections of each kind the seat needs."""
        publications = self._publications_for(seat)
        return {kind: sum(other.kind == kind for other in publications) for kind in KINDS}

    def lacks_sections(self, seat: Seat) -> bool:
        return len(self._publications_for(seat)) > len(self._shown.get(seat.session, {}))

    def finish_answer(self, seat: Seat, sdp: str) -> str:
        """Name the sections after whom they show, so that each is heard in step with their own picture."""
        if self.is_studio:
            return sdp
        tracks, names = seat.viewing_tracks(), self._names[seat.session]
        renamed = names.name_all({mid: track.kind for mid, track in tracks.items()}, self._streams(seat))
        if seat.peer is not None:
            for mid in renamed:
                sdp = with_ssrcs(sdp, aiortc_hooks.renew_ssrcs(seat.peer.sendings[mid].transceiver.sender))
        sdp = with_streams(sdp, {mid: StreamName(names[mid], f"section-{mid}") for mid in tracks})
        return with_opus_limits(sdp, ROOM_AUDIO_BIT_RATE)

    def _streams(self, seat: Seat) -> dict[str, str]:
        return {mid: publication.stream for mid, publication in self._shown[seat.session].items()}

    def _free_section(
        self, seat: Seat, tracks: dict[str, SubscriberTrack], publication: Publication
    ) -> str | None:
        """Return a section for ``publication``, if possible one beside its own sound or picture."""
        shown, names = self._streams(seat), self._names[seat.session]
        free = [mid for mid, track in tracks.items() if mid not in shown and track.kind == publication.kind]
        return min(free, key=lambda mid: names.preference(mid, publication.stream, shown), default=None)

    def _publications_for(self, seat: Seat) -> list[Publication]:
        if self._gets_mix(seat):
            return [Publication(MIX, source) for source in MIXED_KIND_OF]
        others = [
            Publication(other.participant, source)
            for other in self._seen_by(seat)
            for source in other.media.published()
        ]
        return [*others, Publication(seat.participant, "camera")] if self._sees_own(seat) else others

    def _sees_own(self, seat: Seat) -> bool:
        """Who wears a processor may see what the others see of them; the others' pictures come first."""
        is_asked = seat.view.own and not seat.view.audio_only and not seat.budget.only_speaker
        return is_asked and not self.is_studio and seat.media.has_made_picture

    def _seen_by(self, seat: Seat) -> Iterable[Seat]:
        if self.is_studio:
            return [seat]
        return [other for other in self.seats.values() if other is not seat]

    def _point(self, seat: Seat, tracks: dict[str, SubscriberTrack]) -> None:
        shown = self._shown[seat.session]
        by_participant = {other.participant: other for other in self.seats.values()}
        for mid, track in tracks.items():
            publication = shown.get(mid)
            if publication is not None and publication.participant == MIX:
                self._show_mix(seat, track, publication)
                continue
            publisher = by_participant.get(publication.participant) if publication else None
            if publisher is None or publication is None or not self._is_visible(seat, publication):
                track.leave()
            else:
                track.tile = seat.view.tile(publication.participant, publication.source)
                publisher.media.admit_viewer(track, publication.source)

    def _show_mix(self, seat: Seat, track: SubscriberTrack, publication: Publication) -> None:
        if self._is_visible(seat, publication):
            track.tile = seat.view.tile(publication.participant, publication.source)
            self._mix_for_all().admit_viewer(track, seat.participant)
        else:
            track.leave()

    def _is_visible(self, seat: Seat, publication: Publication) -> bool:
        if publication.kind == "audio":
            return True
        if seat.budget.only_speaker and publication != self._only_picture(seat):
            return False
        return seat.view.shows(publication.participant, publication.source)

    def _only_picture(self, seat: Seat) -> Publication | None:
        """Return what a viewer gets whose network takes one picture: who spoke last, else anybody."""
        seen = [each for each in self._publications_for(seat) if self._is_on_page(seat, each)]
        order = {who: place for place, who in enumerate(self.active.recent)}
        return min(seen, key=lambda each: order.get(each.participant, len(order)), default=None)

    def _is_on_page(self, seat: Seat, publication: Publication) -> bool:
        return publication.kind == "video" and seat.view.shows(publication.participant, publication.source)

    def review(self) -> list[tuple[Seat, Message]]:
        """Follow the viewers' networks, twice a second; return what is to be told to whom."""
        if self.is_studio:
            return []
        if self._mix is not None:
            self._mix.review()
        return [news for seat in list(self.seats.values()) for news in self._review(seat)]

    def _review(self, seat: Seat) -> list[tuple[Seat, Message]]:
        pictures = sum(self._is_on_page(seat, each) for each in self._publications_for(seat))
        changed = seat.spend(pictures, self._is_reduced)
        if changed or seat.budget.only_speaker:
            self._point(seat, seat.viewing_tracks())
        if not changed:
            return []
        what = "only_speaker" if seat.budget.only_speaker else "all_pictures"
        notice = {"type": "notice", "what": what, "participant": seat.participant}
        # One's own picture goes first, and comes back last.
        rearranged = self.connect(seat) or self.lacks_sections(seat)
        told = [{"type": "tracks_changed"} | self.view(seat)] if rearranged else []
        return [(seat, message) for message in [notice, *told]]

    def _is_reduced(self, track: SubscriberTrack) -> bool:
        """Whether a viewer gets a smaller picture because of its network."""
        if track.kind != "video":
            return False
        if self._mix is not None and self._mix.is_slow(track):
            return True
        return any(
            pipeline.versions.is_slow(track)
            for other in self.seats.values()
            for pipeline in other.media.pipelines
        )

    # --- what all are told -------------------------------------------------------------------------------

    def news(self, now: float) -> list[tuple[Seat, Message]]:
        """Return what is to be told to whom by the web side; and tell levels by the data channels."""
        if self.is_studio:
            return []
        return self._recording_news(now) + self._news_of_people(now)

    def _news_of_people(self, now: float) -> list[tuple[Seat, Message]]:
        speaks_now = self.active.follow(self._levels(), now)
        speaker = {"type": "speaker", "participant": self.active.speaker}
        if not self._news.is_due(now):
            return self._to_all(speaker) if speaks_now else []
        self._tell_levels()
        people = self.people()
        new_ones = [seat for seat in self.seats.values() if seat.session not in self._told_to]
        told = list(self.seats.values()) if people != self._told else new_ones
        self._told, self._told_to = people, set(self.seats)
        news = [(seat, {"type": "participants", "participants": people}) for seat in told]
        return news + (self._to_all(speaker) if speaks_now else [(seat, speaker) for seat in new_ones])

    def _recording_news(self, now: float) -> list[tuple[Seat, Message]]:
        """Return the state of the recording for each page that does not know it; silence means that there is none."""
        if self.recording is None:
            return []
        self.recording.tick(now)
        news = []
        for seat in self.seats.values():
            message = self.recording.told_to(seat.participant)
            told = self._recording_told.get(seat.session)
            if seat.has_answered and message != told and (told is not None or message["state"] != "off"):
                self._recording_told[seat.session] = message
                news.append((seat, message))
        return news

    def tell_anew(self, seat: Seat) -> None:
        """What was told while its page was away is lost."""
        self._told_to.discard(seat.session)
        # Also that it has ended meanwhile.
        self._recording_told[seat.session] = {}

    def people(self) -> list[Message]:
        return [describe(seat) for seat in self.seats.values() if seat.has_answered]

    def notice(self, what: str, participant: str | None = None) -> list[tuple[Seat, Message]]:
        return self._to_all({"type": "notice", "what": what, "participant": participant})

    def _to_all(self, message: Message) -> list[tuple[Seat, Message]]:
        return [(seat, message) for seat in self.seats.values() if seat.has_answered]

    def _levels(self) -> dict[str, float]:
        return {seat.participant: level(seat) for seat in self.seats.values()}

    def _tell_levels(self) -> None:
        shown = {who: round(max(0.0, 1 - each / SHOWN_DECIBELS), 2) for who, each in self._levels().items()}
        heard = {who: each for who, each in shown.items() if each}
        message = {"type": "levels", "speaker": self.active.speaker, "levels": heard}
        for seat in self.seats.values():
            # Whose channel has opened since the levels changed has not heard of them.
            seat.send_new(message)


def unseen(person: Participant) -> set[str]:
    """Return which of a person's pictures nobody sees now."""
    return (person.stopped & {"screen"}) | ({"camera"} if person.is_camera_off else set())


def describe(seat: Seat) -> Message:
    """Return what everybody may know of a person."""
    person, media = seat.person, seat.media
    sound = media.sound.assignment if media.sound is not None else None
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "muted": person.is_muted,
        "camera_off": person.is_camera_off,
        "screen": "screen" in media.published(),
        "processor": naming(media.main.assignment),
        "sound_processor": naming(sound),
        "quality": seat.quality,
        "joined": round(person.joined, 1),
    }


def naming(assignment: Any) -> dict[str, str] | None:
    return {"slug": assignment.slug, "title": assignment.title} if assignment is not None else None


def level(seat: Seat) -> float:
    """Return how far below the loudest possible a person speaks, in dB."""
    microphone = seat.media.microphone
    return (
        microphone.loudness.level if microphone is not None and not seat.person.is_muted else float(SILENCE)
    )


def still_fits(track: SubscriberTrack | None, shown: Publication, wanted: list[Publication]) -> bool:
    """Whether a section may go on; on a new connection the same mid may stand for another kind."""
    return track is not None and track.kind == shown.kind and shown in wanted
