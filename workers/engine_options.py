"""What a media worker is told by the settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiortc import RTCConfiguration, RTCIceServer
from django.conf import settings


@dataclass(frozen=True)
class EngineOptions:
    sdp_bytes: int = 65_536
    connect_deadline_seconds: float = 15.0
    idle_seconds: float = 30.0
    capacity: int = 8
    # STUN or TURN servers for the worker itself; empty when browsers can reach it.
    ice_servers: Sequence[dict[str, Any]] = field(default_factory=list)
    # What browsers must use instead of this host's own address (NAT 1:1, containers); empty to leave it.
    public_address: str = ""
    # First and last UDP port for media; (0, 0) lets the system choose.
    udp_ports: tuple[int, int] = (0, 0)

    # FFmpeg's encoder for each codec, where the host named one.
    video_encoders: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_settings(cls) -> "EngineOptions":
        return cls(
            sdp_bytes=settings.SDP_BYTES,
            connect_deadline_seconds=settings.CONNECT_DEADLINE_SECONDS,
            idle_seconds=settings.IDLE_SECONDS,
            capacity=settings.SESSIONS_PER_WORKER,
            ice_servers=settings.WORKER_ICE_SERVERS,
            public_address=settings.WORKER_PUBLIC_ADDRESS,
            udp_ports=settings.WORKER_UDP_PORTS,
            video_encoders=settings.VIDEO_ENCODERS,
        )

    @property
    def uses_turn(self) -> bool:
        return "turn" in json.dumps([server.get("urls", "") for server in self.ice_servers])

    def rtc_configuration(self) -> RTCConfiguration:
        """Return the configuration; always given, because aiortc's default asks a public STUN server."""
        servers = [
            RTCIceServer(server["urls"], username=server.get("username"), credential=server.get("credential"))
            for server in self.ice_servers
        ]
        return RTCConfiguration(iceServers=servers)
