"""Whether and how rooms may be recorded here; what a recording is called on disk."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A file while it is written, and when it is whole; what it is about stands beside it until the web has noted it.
UNFINISHED, FINISHED, FACTS = ".part", ".webm", ".json"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class RecordingOptions:
    """``limit_bytes`` is for all files together."""

    folder: Path
    longest_seconds: float = 3600.0
    limit_bytes: int = 4096 * MEGABYTE
    # What stays free on the disk for everything else.
    reserve_bytes: int = 256 * MEGABYTE

    @property
    def is_full(self) -> bool:
        """Whether nothing more may be written. Touches the disk: not for the loop while media runs."""
        self.make_folder()
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize < self.reserve_bytes or self.used_bytes() >= self.limit_bytes

    def used_bytes(self) -> int:
        sizes = 0
        for entry in os.scandir(self.folder):
            try:
                sizes += entry.stat().st_size
            except FileNotFoundError:
                continue  # deleted meanwhile
        return sizes

    def make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_facts(path: Path, facts: dict[str, Any]) -> None:
    """Whole or not at all, and for nobody else to read."""
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(facts, file)
    draft.replace(path)


def read_facts(path: Path) -> dict[str, Any]:
    """Return what stands beside a recording; nothing if it cannot be read."""
    try:
        facts = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
