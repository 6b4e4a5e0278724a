"""From RTP packets to complete encoded frames, in order.

Video: a frame is complete at its marker bit (RFC 3550 §5.1; RFC 7741 §4.1 for VP8). A gap that retransmission does not
fill within ``GAP_PATIENCE_SECONDS`` drops everything to the next key frame and asks for one until it comes. What stands
behind a gap waits as long for a key frame, too: what is missing may be its first packet.
Audio: forwarded sound is handed on as it comes (browsers reorder and conceal); sound that is decoded here waits at
most ``AUDIO_PATIENCE_SECONDS`` for a late packet.
"""

import time
from collections.abc import Callable

from aiortc.rtp import RtpPacket

from . import aiortc_hooks

SEQUENCE_MODULUS = 2**16
# How many packets ahead of the expected one are kept: about 2 s of 1280×720.
CAPACITY_PACKETS = 1024
# A jump larger than this is a new stream, not a gap.
MAX_JUMP_PACKETS = 3000
# How far before the first packet that comes a stream may have begun: its first packets may come out of order.
EARLIER_PACKETS = 8
GAP_PATIENCE_SECONDS = 0.1
# A repeat may be lost like any packet: within the patience it is asked for so often.
REQUESTS_PER_GAP = 3
# A longer list of missing packets is no gap that repeats would fill.
MOST_REQUESTED_PACKETS = 64
PLI_INTERVAL_SECONDS = 0.5
AUDIO_PATIENCE_SECONDS = 0.06

# Called with (payload type, RTP timestamp, encoded frame).
OnFrame = Callable[[int, int, bytes], None]


def distance(later: int, earlier: int) -> int:
    """Return later − earlier for 16 bit sequence numbers, in −32768…32767."""
    return (later - earlier + SEQUENCE_MODULUS // 2) % SEQUENCE_MODULUS - SEQUENCE_MODULUS // 2


class VideoJitterBuffer:
    """Collects packets of one video stream; hands on each frame at its marker bit.

    ``add`` has the signature that aiortc's receiver calls: it returns whether a PLI must be sent.
    """

    def __init__(
        self,
        on_frame: OnFrame,
        begins_key_frame: Callable[[RtpPacket], bool],
        patience_seconds: Callable[[], float] = lambda: GAP_PATIENCE_SECONDS,
        ask_again: Callable[[list[int]], None] = lambda missing: None,
    ) -> None:
        self._on_frame = on_frame
        self._begins_key_frame = begins_key_frame
        self._patience_seconds = patience_seconds
        # Gets the sequence numbers of packets whose repeats have not come; aiortc asks once, when it misses them.
        self._ask_again = ask_again
        # Packets received but not handed on, by sequence number.
        self._packets: dict[int, RtpPacket] = {}
        # Sequence number with which the next frame begins; None before the first packet.
        self._next: int | None = None
        # Where the search for the next frame's marker goes on: all before it, from _next on, are here.
        self._scan = 0
        # The packet farthest ahead; a gap is open while it is beyond _scan.
        self._newest = 0
        # Whether everything up to the next key frame must be thrown away; a stream begins with one.
        self._wants_key_frame = True
        # time.monotonic() when the oldest gap was first seen; None without a gap.
        self._gap_since: float | None = None
        # time.monotonic() when repeats were asked for last.
        self._asked_at = float("-inf")
        self._pli_sent_at = float("-inf")
        # Frames or packets thrown away, for the statistics.
        self.dropped_packets = 0
        self.ssrc = 0

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        now = time.monotonic()
        if self._next is None or packet.ssrc != self.ssrc:
            # The first stream, or another one in its place.
            self.ssrc = packet.ssrc
            self._restart(packet.sequence_number)
            self._wants_key_frame = True
        if not self._store(packet):
            return False, None
        if self._wants_key_frame:
            self._seek_key_frame(packet, now)
        if not self._wants_key_frame:
            self._hand_on()
            self._watch_gap(now)
        return self._should_ask(now), None

    def _restart(self, sequence_number: int) -> None:
        self._packets.clear()
        self._newest = sequence_number
        self._next = self._scan = (sequence_number - EARLIER_PACKETS) % SEQUENCE_MODULUS
        self._gap_since = None

    def _store(self, packet: RtpPacket) -> bool:
        """Keep the packet; False for one that is too late or came twice."""
        assert self._next is not None
        ahead = distance(packet.sequence_number, self._next)
        if abs(ahead) > MAX_JUMP_PACKETS:
            self._restart(packet.sequence_number)
            self._wants_key_frame = True
        elif ahead < 0 or packet.sequence_number in self._packets:
            return False
        elif ahead >= CAPACITY_PACKETS:
            self.dropped_packets += len(self._packets)
            self._restart(packet.sequence_number)
            self._wants_key_frame = True
        self._packets[packet.sequence_number] = packet
        if distance(packet.sequence_number, self._newest) > 0:
            self._newest = packet.sequence_number
        return True

    def _hand_on(self) -> None:
        """Give away every frame that is complete, in order."""
        assert self._next is not None
        while (packet := self._packets.get(self._scan)) is not None:
            self._scan = (self._scan + 1) % SEQUENCE_MODULUS
            if packet.marker:
                self._emit(self._next, self._scan)
                self._next = self._scan
                self._gap_since = None

    def _emit(self, first: int, beyond: int) -> None:
        count = distance(beyond, first)
        packets = [self._packets.pop((first + i) % SEQUENCE_MODULUS) for i in range(count)]
        data = b"".join([aiortc_hooks.depayloaded(packet) for packet in packets])
        if data:
            # Not the first packet: that may be padding, which repeats the timestamp of the frame before.
            carrier = next(packet for packet in packets if aiortc_hooks.depayloaded(packet))
            self._on_frame(carrier.payload_type, carrier.timestamp, data)

    def _watch_gap(self, now: float) -> None:
        """Ask again for what is missing; give up on a gap that stayed open too long."""
        if distance(self._newest, self._scan) < 0:
            self._gap_since = None
        elif not self._is_within_patience(now):
            self._give_up()

    def _is_within_patience(self, now: float) -> bool:
        """Whether the gap at hand, which may be new, still waits for repeats."""
        if self._gap_since is None:
            self._gap_since = self._asked_at = now
        patience = self._patience_seconds()
        if now - self._gap_since > patience:
            return False
        if now - self._asked_at >= patience / REQUESTS_PER_GAP:
            self._asked_at = now
            self._ask_again(self._missing())
        return True

    def _missing(self) -> list[int]:
        length = min(distance(self._newest, self._scan), MOST_REQUESTED_PACKETS)
        numbers = ((self._scan + ahead) % SEQUENCE_MODULUS for ahead in range(length))
        return [number for number in numbers if number not in self._packets]

    def _give_up(self) -> None:
        """Drop the frame that stays incomplete, and all up to the next key frame."""
        self._drop_before(self._scan)
        self._wants_key_frame = True
        for sequence_number in sorted(self._packets, key=self._ahead):
            if self._begins_key_frame(self._packets[sequence_number]):
                self._begin_at(sequence_number)
                self._hand_on()
                return
        self._leave_gap()

    def _ahead(self, sequence_number: int) -> int:
        assert self._next is not None
        return distance(sequence_number, self._next)

    def _seek_key_frame(self, packet: RtpPacket, now: float) -> None:
        """Begin at ``packet`` if a key frame does; else keep what stands behind a gap, but not for long."""
        if self._begins_key_frame(packet):
            self._begin_at(packet.sequence_number)
            return
        self._drop_useless()
        if not self._packets:
            self._gap_since = None
        elif not self._is_within_patience(now):
            self._leave_gap()

    def _begin_at(self, sequence_number: int) -> None:
        self._drop_before(sequence_number)
        self._wants_key_frame = False
        self._gap_since = None

    def _leave_gap(self) -> None:
        """What is missing at _next does not come any more."""
        self._gap_since = None
        if self._packets:
            self._drop_before(min(self._packets, key=self._ahead))
            self._drop_useless()

    def _drop_useless(self) -> None:
        """Drop what follows without a gap on what was dropped: no key frame is there."""
        assert self._next is not None
        beyond = self._next
        while beyond in self._packets:
            beyond = (beyond + 1) % SEQUENCE_MODULUS
        if beyond != self._next:
            self._gap_since = None
            self._drop_before(beyond)

    def _drop_before(self, sequence_number: int) -> None:
        """Drop all before ``sequence_number``, and go on there."""
        ahead = self._ahead(sequence_number)
        for each in [number for number in self._packets if self._ahead(number) < ahead]:
            del self._packets[each]
            self.dropped_packets += 1
        self._next = self._scan = sequence_number

    def _should_ask(self, now: float) -> bool:
        if not self._wants_key_frame or now - self._pli_sent_at < PLI_INTERVAL_SECONDS:
            return False
        self._pli_sent_at = now
        return True


class AudioJitterBuffer:
    """Hands on sound packets: at once while nobody decodes them, else in order with a bounded wait."""

    def __init__(
        self, on_frame: OnFrame, on_level: Callable[[int | None], None] = lambda level: None
    ) -> None:
        self._on_frame = on_frame
        # Told how loud each packet is before it is handed on.
        self._on_level = on_level
        # Whether packets must come in order; set while a processor decodes the sound.
        self.in_order = False
        self._waiting: dict[int, RtpPacket] = {}
        self._next: int | None = None
        self._gap_since: float | None = None
        self.dropped_packets = 0
        self.ssrc = 0

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        self.ssrc = packet.ssrc
        if not self.in_order:
            # What waits for a gap here would come out much later, when somebody decodes again.
            self._waiting.clear()
            self._gap_since = None
            self._next = (packet.sequence_number + 1) % SEQUENCE_MODULUS
            self._emit(packet)
        else:
            self._add_in_order(packet, time.monotonic())
        return False, None

    def _add_in_order(self, packet: RtpPacket, now: float) -> None:
        if self._next is None or abs(distance(packet.sequence_number, self._next)) > MAX_JUMP_PACKETS:
            self._next = packet.sequence_number
            self._waiting.clear()
        if distance(packet.sequence_number, self._next) < 0:
            self.dropped_packets += 1
            return
        self._waiting[packet.sequence_number] = packet
        self._hand_on()
        self._watch_gap(now)

    def _hand_on(self) -> None:
        assert self._next is not None
        while (packet := self._waiting.pop(self._next, None)) is not None:
            self._next = (self._next + 1) % SEQUENCE_MODULUS
            self._gap_since = None
            self._emit(packet)

    def _watch_gap(self, now: float) -> None:
        if not self._waiting:
            return
        if self._gap_since is None:
            self._gap_since = now
        elif now - self._gap_since > AUDIO_PATIENCE_SECONDS:
            self._next = min(self._waiting, key=lambda number: distance(number, self._next or 0))
            self._gap_since = None
            self._hand_on()

    def _emit(self, packet: RtpPacket) -> None:
        if data := aiortc_hooks.depayloaded(packet):
            self._on_level(audio_level(packet))
            self._on_frame(packet.payload_type, packet.timestamp, data)


def audio_level(packet: RtpPacket) -> int | None:
    """Return how far below the loudest possible the packet's sound is, in dB, 0…127 (RFC 6464); None if not said."""
    said = packet.extensions.audio_level
    return said[1] if said is not None else None
