"""What can go wrong in the media engine.

WorkerError                  base; do not raise directly
├── BadOffer                 the offer cannot be used; sending it again unchanged will not help
│   └── NoUsableCodec        no video or audio codec in common
├── NegotiationTimeout       the offer could not be answered in time
├── SessionUnknown           the worker does not hold this session (any more)
├── WorkerBusy               no room for another session now; try again later
├── ProcessorNotReady        the processor's class cannot be loaded here
│   └── TooWeaklyIsolated    code or a model of others, and hosts cannot be kept apart here
├── CannotWear               the two processors of one person do not go together
├── BadRoomMessage           what was said of a room cannot be read, or names nobody
├── RecordingRefused     the room cannot be recorded now
└── HooksOutdated            the installed aiortc or aioice is outside the tested range
"""


class WorkerError(Exception):
    code = "internal"
    # Seconds after which trying again may help; None when it will not.
    retry_after: float | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadOffer(WorkerError):
    code = "bad_offer"


class NoUsableCodec(BadOffer):
    code = "no_usable_codec"


class NegotiationTimeout(WorkerError):
    code = "timeout"
    retry_after = 1.0


class SessionUnknown(WorkerError):
    code = "session_unknown"


class WorkerBusy(WorkerError):
    code = "busy"
    retry_after = 10.0


class ProcessorNotReady(WorkerError):
    code = "processor_unavailable"


class TooWeaklyIsolated(ProcessorNotReady):
    def __init__(self, title: str) -> None:
        super().__init__(
            f"{title} runs what others brought, and this worker cannot keep that apart well enough. "
            "The person who runs this site finds in the documentation how Linux does."
        )


class CannotWear(WorkerError):
    code = "bad_parameters"


class BadRoomMessage(WorkerError):
    code = "bad_message"


class RecordingRefused(WorkerError):
    """The page is told which of the reasons it is."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class HooksOutdated(WorkerError):
    code = "internal"
