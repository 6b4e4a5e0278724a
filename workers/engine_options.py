"""What a media worker is told by the settings."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aiortc import RTCConfiguration, RTCIceServer
from aiortc.rtcconfiguration import RTCIceTransportPolicy
from django.conf import settings

from processors.host_limits import host_limits
from processors.hosts import HostOptions

from .host_encoders import HostEncoders
from .recording_options import MEGABYTE, RecordingOptions
from .relays import RelayAddresses
from .rows_at_start import rows_at_start
from .turn_credentials import turn_server


@dataclass(frozen=True)
class EngineOptions:
    sdp_bytes: int = 65_536
    connect_deadline_seconds: float = 15.0
    idle_seconds: float = 30.0
    capacity: int = 8
    # STUN or TURN servers for the worker itself; empty when browsers can reach it.
    ice_servers: Sequence[dict[str, Any]] = field(default_factory=list)
    # The one relay of this worker, with which it makes credentials itself; empty when browsers can reach it.
    turn_url: str = ""
    turn_secret: str = ""
    turn_credential_seconds: int = 600
    # Where else, besides at the relays in use, browsers may have their address on our relay.
    relay_urls: Sequence[str] = ()
    relay_addresses: Sequence[str] = ()
    # What browsers must use instead of this host's own address (NAT 1:1, containers); empty to leave it.
    public_address: str = ""
    # First and last UDP port for media; (0, 0) lets the system choose.
    udp_ports: tuple[int, int] = (0, 0)

    # What child processes for processors may do, and how long things may take there.
    hosts: HostOptions = field(default_factory=HostOptions)

    # Whether visitors may have code and models of others although hosts cannot be kept apart here.
    allow_weak_isolation: bool = False

    # Asked once, in a thread: the specs of rows whose hosts are loaded before anybody comes.
    rows_at_start: Callable[[], Sequence[dict[str, Any]]] = tuple

    # FFmpeg's encoder for each codec, where the host named one.
    video_encoders: Mapping[str, str] = field(default_factory=dict)

    # Where and how long rooms may be recorded; None: not at all.
    recording: RecordingOptions | None = None

    @classmethod
    def from_settings(cls) -> "EngineOptions":
        return cls(
            sdp_bytes=settings.SDP_BYTES,
            connect_deadline_seconds=settings.CONNECT_DEADLINE_SECONDS,
            idle_seconds=settings.IDLE_SECONDS,
            capacity=settings.SESSIONS_PER_WORKER,
            ice_servers=settings.WORKER_ICE_SERVERS,
            turn_url=settings.WORKER_TURN_URL,
            turn_secret=settings.TURN_SECRET,
            turn_credential_seconds=settings.TURN_CREDENTIAL_SECONDS,
            relay_urls=settings.TURN_URLS,
            relay_addresses=[
                address
                for address in (settings.TURN_RELAY_ADDRESS, settings.TURN_EXTERNAL_ADDRESS)
                if address
            ],
            public_address=settings.WORKER_PUBLIC_ADDRESS,
            udp_ports=settings.WORKER_UDP_PORTS,
            hosts=HostOptions(
                soft_deadline_seconds=settings.HOST_SOFT_DEADLINE_SECONDS,
                hard_deadline_seconds=settings.HOST_HARD_DEADLINE_SECONDS,
                load_seconds=settings.HOST_LOAD_SECONDS,
                linger_seconds=settings.HOST_LINGER_SECONDS,
                limits=host_limits(),
            ),
            allow_weak_isolation=settings.ALLOW_WEAK_ISOLATION,
            rows_at_start=rows_at_start,
            video_encoders=settings.VIDEO_ENCODERS,
            recording=recording_options(),
        )

    @property
    def uses_turn(self) -> bool:
        return bool(self.own_relay_urls)

    @property
    def own_relay_urls(self) -> list[str]:
        """The relays at which this worker takes an address."""
        given = [server.get("urls", "") for server in self.ice_servers]
        flat = [url for urls in given for url in ([urls] if isinstance(urls, str) else urls)]
        return [url for url in [self.turn_url, *flat] if url.startswith("turn")]

    @cached_property
    def encoders(self) -> HostEncoders:
        """What makes the encoders of all streams; one for all sessions."""
        return HostEncoders(self.video_encoders)

    @cached_property
    def relays(self) -> RelayAddresses:
        """Who knows where browsers' addresses on our relays are; one for all sessions."""
        return RelayAddresses([*self.own_relay_urls, *self.relay_urls], self.relay_addresses)

    def rtc_configuration(self) -> RTCConfiguration:
        """Return the configuration for one peer; always given: aiortc's default asks a public STUN server.

        With a relay of its own a worker offers no other way: its other addresses lead nowhere.
        """
        given = [*([self._fresh_relay()] if self.turn_url else []), *self.ice_servers]
        servers = [
            RTCIceServer(server["urls"], username=server.get("username"), credential=server.get("credential"))
            for server in given
        ]
        policy = RTCIceTransportPolicy.RELAY if self.turn_url else RTCIceTransportPolicy.ALL
        return RTCConfiguration(iceServers=servers, iceTransportPolicy=policy)

    def _fresh_relay(self) -> dict[str, Any]:
        # A name for each peer: the relay gives few allocations to one.
        user = f"worker-{secrets.token_hex(6)}"
        return turn_server([self.turn_url], self.turn_secret, user, self.turn_credential_seconds)


def recording_options() -> RecordingOptions | None:
    if not settings.ROOM_RECORDING:
        return None
    return RecordingOptions(
        settings.RECORDINGS_DIR,
        settings.RECORDING_MINUTES * 60,
        settings.RECORDING_MEGABYTES * MEGABYTE,
    )
