"""The web side of ``inquire``: ask a server of the list, and get facts or a sentence."""

from typing import Any

from django.utils.translation import gettext as _

from ..model_store.child import Allowance, ask
from ..model_store.reports import Refused
from .rows import InferenceServer
from .sealing import opened_connection

# Some twenty runs over the wire, each of which may take its time; a web request should not take longer.
ALLOWANCE = Allowance(seconds=60, memory_bytes=2 * 1024**3)


def about_server(server: InferenceServer) -> dict[str, Any]:
    """Name, version and models, or ``error``."""
    return asked(server, {})


def about_model(server: InferenceServer, model: str, version: str) -> dict[str, Any]:
    """Metadata and proposals, or ``error``."""
    return asked(server, {"model": model, "version": version})


def asked(server: InferenceServer, order: dict[str, Any]) -> dict[str, Any]:
    try:
        return ask(
            "processors.remote.inquire", order | {"server": opened_connection(server.connection())}, ALLOWANCE
        )
    except Refused as refusal:
        if refusal.code == "out-of-time":
            return {
                "error": _("The server did not answer everything in time. Try again when it is less busy.")
            }
        return {
            "error": _("Asking the server failed. The person who runs this site finds the reason in the log.")
        }
