"""The seats of one room while it is live, and who sees whom.

A studio visit is a room with one seat that sees itself. In any other room everybody sees everybody else. The browser
always offers: it has one receiving section for each stream that it may get. A section that a leaver freed is given to
the next who comes, so that few changes need a new offer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .seat import Seat
from .subscriber_track import SubscriberTrack

SOURCES = {"video": "camera", "audio": "microphone"}


@dataclass(frozen=True)
class Publication:
    """One stream that a seat gives to others."""

    participant: str
    kind: str


class LiveRoom:
    """Lives on the loop; touched only by ``MediaWorker``."""

    def __init__(self, name: str, is_studio: bool) -> None:
        self.name = name
        self.is_studio = is_studio
        self.seats: dict[str, Seat] = {}
        # What each receiving section of a seat shows, by session and mid.
        self._shown: dict[str, dict[str, Publication]] = {}

    def add(self, seat: Seat) -> None:
        self.seats[seat.session] = seat
        self._shown.setdefault(seat.session, {})

    def remove(self, seat: Seat) -> None:
        self.seats.pop(seat.session, None)
        self._shown.pop(seat.session, None)

    def connect(self, seat: Seat) -> bool:
        """Give the seat's receiving sections what there is to see; return whether anything changed."""
        tracks = seat.viewing_tracks()
        shown = self._shown[seat.session]
        wanted = self._publications_for(seat)
        before = dict(shown)
        for mid in [mid for mid in shown if not still_fits(tracks.get(mid), shown[mid], wanted)]:
            del shown[mid]
        for publication in (publication for publication in wanted if publication not in shown.values()):
            free = next(
                (mid for mid, track in tracks.items() if is_free(mid, track, publication, shown)), None
            )
            if free is not None:
                shown[free] = publication
        self._point(tracks, shown)
        return shown != before

    def view(self, seat: Seat) -> dict[str, Any]:
        """Return what the seat sees; in a shared room also how many sections its page should offer to see all."""
        wanted = {} if self.is_studio else {"wanted": self.wanted(seat)}
        return {"tracks": self.tracks(seat)} | wanted

    def tracks(self, seat: Seat) -> list[dict[str, str]]:
        """Return what the seat's sections show, for the answer."""
        return [
            {"mid": mid, "participant": shown.participant, "kind": shown.kind, "source": SOURCES[shown.kind]}
            for mid, shown in self._shown.get(seat.session, {}).items()
        ]

    def wanted(self, seat: Seat) -> dict[str, int]:
        """Return how many receiving sections of each kind the seat needs."""
        publications = self._publications_for(seat)
        return {kind: sum(other.kind == kind for other in publications) for kind in SOURCES}

    def lacks_sections(self, seat: Seat) -> bool:
        return len(self._publications_for(seat)) > len(self._shown.get(seat.session, {}))

    def _publications_for(self, seat: Seat) -> list[Publication]:
        return [
            Publication(other.participant, kind)
            for other in self._seen_by(seat)
            for kind in other.published_kinds()
        ]

    def _seen_by(self, seat: Seat) -> Iterable[Seat]:
        if self.is_studio:
            return [seat]
        return [other for other in self.seats.values() if other is not seat]

    def _point(self, tracks: dict[str, SubscriberTrack], shown: dict[str, Publication]) -> None:
        by_participant = {seat.participant: seat for seat in self.seats.values()}
        for mid, track in tracks.items():
            publication = shown.get(mid)
            publisher = by_participant.get(publication.participant) if publication else None
            if publisher is None:
                track.leave()
            else:
                publisher.admit_viewer(track)


def still_fits(track: SubscriberTrack | None, shown: Publication, wanted: list[Publication]) -> bool:
    """Whether a section may go on; on a new connection the same mid may stand for another kind."""
    return track is not None and track.kind == shown.kind and shown in wanted


def is_free(mid: str, track: SubscriberTrack, publication: Publication, shown: dict[str, Any]) -> bool:
    return mid not in shown and track.kind == publication.kind
