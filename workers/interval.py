"""What is due only now and then, asked for at every tick."""


class Interval:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # When it was due last; the first time it always is.
        self._due_at = float("-inf")

    def is_due(self, now: float) -> bool:
        """Say once in so many seconds that it is time again."""
        if now - self._due_at < self._seconds:
            return False
        self._due_at = now
        return True
