"""A connection report as it may be kept: plain JSON of known shape and size. Nothing that a page sends is believed."""

from typing import Any

VERDICTS = (
    "good",
    "good_relay",
    "slow",
    "no_camera",
    "no_microphone",
    "insecure",
    "no_websocket",
    "no_server",
    "busy",
    "udp_blocked",
    "relay_wrong",
    "no_path",
    "stopped",
)
LISTS = ("lines", "paths")
TEXTS = ("made", "browser", "language", "version", "title", "next")
TEXT_CHARACTERS = 600
ITEMS = 40
NESTING = 6


class BadReport(Exception):
    """Not what our page sends."""


def read_report(value: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(value, dict) or value.get("verdict") not in VERDICTS:
        raise BadReport
    lists = {name: bounded(value.get(name) or [], NESTING) for name in LISTS}
    if not all(isinstance(item, dict) for entries in lists.values() for item in entries):
        raise BadReport
    texts = {name: bounded(str(value.get(name) or ""), 1) for name in TEXTS}
    return str(value["verdict"]), {**texts, **lists, "facts": bounded(value.get("facts") or {}, NESTING)}


def bounded(value: Any, nesting: int) -> Any:
    """The same value; refuse what is too deep, too long or nothing that databases keep."""
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, int) or abs(value) <= 2**53 else None
    if isinstance(value, str):
        return value[:TEXT_CHARACTERS].replace("\0", "").encode(errors="replace").decode()
    if nesting == 0 or not isinstance(value, list | dict) or len(value) > ITEMS:
        raise BadReport
    if isinstance(value, list):
        return [bounded(item, nesting - 1) for item in value]
    return {bounded(str(name), 1): bounded(item, nesting - 1) for name, item in value.items()}
