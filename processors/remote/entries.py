"""Entries of a configuration that name a model on a server: ``{"remote": {"server", "model", "version"?}}``.

A configuration names the server only. On its way to a worker it gets a ``connection`` (``servers``), whose token is
sealed; the worker opens the seal for the host that needs it, and says what the site allows.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any


def remote_entries(configuration: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return what stands under ``remote`` of each model; whatever else stands there is ignored."""
    models = configuration.get("models")
    for model in models if isinstance(models, list) else ():
        remote = model.get("remote") if isinstance(model, dict) else None
        if isinstance(remote, dict):
            yield remote


def all_remote(configuration: Mapping[str, Any]) -> bool:
    """Whether there are models, and none of them runs here."""
    models = configuration.get("models")
    return (
        bool(models) and isinstance(models, list) and len(list(remote_entries(configuration))) == len(models)
    )


def with_secrets(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy for the host that is to make the connections; keep it out of logs."""
    opened = copy.deepcopy(dict(configuration))
    for remote in remote_entries(opened):
        if "sealed_token" in (remote.get("connection") or {}):
            # Only here: most workers never see a remote model, and frame code knows no Django.
            from .sealing import opened_connection

            remote["connection"] = opened_connection(remote["connection"])
    return opened
