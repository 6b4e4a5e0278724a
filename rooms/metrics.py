"""Figures of the web process, read at /metrics."""

from prometheus_client import Counter, Gauge

SOCKETS = Gauge("showroom_websockets", "Open signalling websockets")
SESSIONS = Counter("showroom_sessions_opened_total", "Sessions opened", ["processor"])
ENDED = Counter("showroom_sessions_ended_total", "Sessions ended, as told to a page", ["reason"])
ERRORS = Counter("showroom_signalling_errors_total", "Typed errors sent to pages", ["code"])
