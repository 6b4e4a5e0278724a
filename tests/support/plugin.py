"""The package of test processors, installed for this process and for the hosts that it starts."""

import pytest

from processors import catalogue

from .site import PLUGIN_FOLDER


def install_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PLUGIN_FOLDER))
    catalogue.installed.cache_clear()
    monkeypatch.setattr(catalogue, "installed", catalogue.installed.__wrapped__)
