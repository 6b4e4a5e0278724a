"""What a child process writes to its error output: read all the time, so that it never waits; the end is kept."""

import threading
from typing import IO

KEPT_BYTES = 20_000
READ_BYTES = 65536
# For what is still on its way when the child has ended.
GRACE_SECONDS = 1.0


class LastWords:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._end = b""
        self._thread = threading.Thread(target=self._listen, name="last-words", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Once the child has ended."""
        self._thread.join(GRACE_SECONDS)
        return self._end.decode(errors="replace")

    def _listen(self) -> None:
        with self._stream:
            while part := self._stream.read1(READ_BYTES):  # type: ignore[attr-defined]
                self._end = (self._end + part)[-KEPT_BYTES:]
