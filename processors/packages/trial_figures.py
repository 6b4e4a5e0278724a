"""How quick it goes, as one line."""

import time
from dataclasses import dataclass, field

LINE_SECONDS = 0.2
RECENT = 60


@dataclass
class Figures:
    count: int = 0
    errors: int = 0
    total_seconds: float = 0.0
    _recent: list[float] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _shown_at: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.total_seconds += seconds
        self._recent = [*self._recent[1 - RECENT :], seconds]

    def is_due(self) -> bool:
        now = time.monotonic()
        due = now - self._shown_at > LINE_SECONDS
        self._shown_at = now if due else self._shown_at
        return due

    def line(self) -> str:
        recent = sum(self._recent) / max(1, len(self._recent))
        fps = self.count / max(0.001, time.monotonic() - self._began)
        errors = f" · {self.errors} failed" if self.errors else ""
        return f"{self.count} calls · {fps:.1f} a second · {recent * 1000:.1f} ms each{errors}"
