"""The last result of the command, for the page: in a file, so that it can also tell of a database that is away."""

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from .findings import Finding

NAME = "preflight.json"


@dataclass(frozen=True)
class Result:
    url: str
    made: datetime
    findings: tuple[Finding, ...]


def path() -> Path:
    return Path(settings.VAR_DIR) / NAME


def keep(result: Result) -> None:
    """Raises OSError."""
    told = {
        "url": result.url,
        "made": result.made.isoformat(),
        "findings": [finding.as_kept() for finding in result.findings],
    }
    handle, fresh = tempfile.mkstemp(prefix=f".{NAME}.", dir=path().parent)
    try:
        with os.fdopen(handle, "w") as file:
            # No secrets, and the site may run as another user than the command.
            os.fchmod(handle, 0o644)
            json.dump(told, file)
        Path(fresh).replace(path())
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(fresh).unlink()
        raise


def last() -> Result | None:
    """None if the command was never run here, or by a version that said it otherwise."""
    try:
        told = json.loads(path().read_text())
        made = parse_datetime(told["made"]) or timezone.now()
        return Result(told["url"], made, tuple(Finding.read(each) for each in told["findings"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
