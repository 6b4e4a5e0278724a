"""Measured figures, kept as JSON beside each other so that runs can be compared."""

import json
import os
from typing import Any

from .processes import ROOT


def write_figure(name: str, **values: Any) -> None:
    """Write ``values`` to ``var/acceptance/NAME.json`` and print them for the run's output."""
    folder = ROOT / os.environ.get("SHOWROOM_FIGURES", "var/acceptance")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")
