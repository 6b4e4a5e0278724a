"""How loud somebody is, from what the browser says beside each packet of sound (RFC 6464). Nothing is decoded."""

import time

# Silence in dB below the loudest possible.
SILENCE = 127
# A packet says nothing about later than this.
FORGOTTEN_SECONDS = 0.3
# From here on, in dB below the loudest possible, a sound counts as silence.
QUIET = 55
# Shorter pauses are part of what is said.
PAUSE_SECONDS = 1.0


class Loudness:
    """One stream's level: rises at once, and falls by half of the difference each 60 ms."""

    def __init__(self) -> None:
        # Smoothed level, in dB below the loudest possible.
        self._level = float(SILENCE)
        self._heard_at = float("-inf")
        # When (time.monotonic()) it was louder than quiet.
        self._loud_at = float("-inf")

    def hear(self, level: int | None) -> None:
        """Take the level of the next packet; None when the browser does not say."""
        now = time.monotonic()
        if level is None:
            # Nobody knows: it may be speech.
            self._loud_at = now
            return
        self._heard_at = now
        self._level = min(level, self._level + (level - self._level) * 0.2)
        if level < QUIET:
            self._loud_at = now

    @property
    def level(self) -> float:
        """Return the level in dB below the loudest possible, 127 for silence."""
        return self._level if time.monotonic() - self._heard_at < FORGOTTEN_SECONDS else float(SILENCE)

    @property
    def is_silence(self) -> bool:
        """Whether there has been nothing but quiet for a while."""
        return time.monotonic() - self._loud_at > PAUSE_SECONDS
