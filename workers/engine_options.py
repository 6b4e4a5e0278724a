"""What a media worker is told by the settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiortc import RTCConfiguration, RTCIceServer
from django.conf import settings

from processors.hosts import HostOptions
from processors.sandbox import Limits


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

    # What child processes for processors may do, and how long things may take there.
    hosts: HostOptions = field(default_factory=HostOptions)

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
            hosts=HostOptions(
                soft_deadline_seconds=settings.HOST_SOFT_DEADLINE_SECONDS,
                hard_deadline_seconds=settings.HOST_HARD_DEADLINE_SECONDS,
                load_seconds=settings.HOST_LOAD_SECONDS,
                linger_seconds=settings.HOST_LINGER_SECONDS,
                limits=Limits(
                    level=settings.HOST_ISOLATION,
                    memory_bytes=settings.HOST_MEMORY_BYTES,
                    user=settings.HOST_USER,
                    readable=(str(settings.MODELS_DIR),),
                ),
            ),
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
