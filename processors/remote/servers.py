"""What a worker must know of the servers that a configuration names; it looks nothing up by itself."""

import copy
from collections.abc import Mapping
from typing import Any

from .entries import remote_entries
from .rows import InferenceServer


def with_connections(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with a connection in each remote entry. A server that is gone leaves it out."""
    filled = copy.deepcopy(dict(configuration))
    entries = list(remote_entries(filled))
    if not entries:
        return filled
    servers = InferenceServer.objects.in_bulk(
        {str(each.get("server")) for each in entries}, field_name="name"
    )
    for entry in entries:
        entry.pop("connection", None)
        if server := servers.get(str(entry.get("server"))):
            entry["connection"] = server.connection()
    return filled
