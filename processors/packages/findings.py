"""What the conformance suite has to say about one processor."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"  # it works, but somebody will not be happy
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """``check`` names the check, ``message`` says what was seen, ``next_step`` what to do about it."""

    check: str
    level: Level
    message: str
    next_step: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass
class Report:
    """All findings about one processor, and what was measured."""

    key: str
    label: str = ""
    findings: list[Finding] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def faults(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level is Level.FAULT]

    @property
    def passed(self) -> bool:
        """A task without its model has no faults, and was not checked."""
        return not self.faults and any(finding.check == "start" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "passed": self.passed,
            "findings": [finding.as_json() for finding in self.findings],
            "figures": self.figures,
        }
