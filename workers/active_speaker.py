"""Who speaks: the loudest, but not everybody who coughs."""

from collections.abc import Mapping

# Levels are in dB below the loudest possible. Nobody who is quieter than this speaks.
SPEECH = 50.0
# Somebody else takes over when louder by so much, for so long …
MARGIN = 4.0
PATIENCE_SECONDS = 0.4
# … or at once when the speaker has been silent for so long.
SILENCE_SECONDS = 1.0


class ActiveSpeaker:
    """Follows the levels of a room, several times a second."""

    def __init__(self) -> None:
        self.speaker: str | None = None
        # Who may take over, and since when (seconds).
        self._rival: str | None = None
        self._rival_since = 0.0
        self._spoke_at = float("-inf")
        # Who spoke, the last first.
        self.recent: list[str] = []

    def follow(self, levels: Mapping[str, float], now: float) -> bool:
        """Take everybody's level; return whether somebody else speaks now."""
        if self.speaker is not None and self.speaker not in levels:
            self.speaker, self._spoke_at = None, float("-inf")
        loudest = min(levels, key=lambda participant: levels[participant], default=None)
        if loudest is None or levels[loudest] > SPEECH:
            self._rival = None
            return False
        if self.speaker is not None and levels[self.speaker] <= SPEECH:
            self._spoke_at = now
        if loudest == self.speaker:
            self._rival = None
            return False
        return self._challenge(loudest, levels, now)

    def _challenge(self, rival: str, levels: Mapping[str, float], now: float) -> bool:
        if rival != self._rival:
            self._rival, self._rival_since = rival, now
        is_silent = self.speaker is None or now - self._spoke_at > SILENCE_SECONDS
        is_louder = self.speaker is not None and levels[rival] < levels[self.speaker] - MARGIN
        if not is_silent and not (is_louder and now - self._rival_since >= PATIENCE_SECONDS):
            return False
        self.speaker, self._rival, self._spoke_at = rival, None, now
        self.recent = [rival, *(other for other in self.recent if other != rival and other in levels)]
        return True
