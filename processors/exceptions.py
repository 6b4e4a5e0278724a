"""What can go wrong with a processor, as sentences that may be shown to a visitor.

ProcessorError
├── ProcessorUnavailable   the catalogue cannot give the class
│   └── NotInstalled       the class is there, but not the model that it runs
├── ModelUnusable          the file of a model is gone, changed, or does not fit its description
│   └── BadModelSpec       the description itself is wrong
├── DeclarationError       the class itself is written wrongly
├── CallFailed             a method of the processor raised something else
│   ├── LoadFailed         ``load()``
│   ├── StartFailed        ``start()``
│   ├── ProcessFailed      ``process()``; costs one frame
│   └── OutOfMemory        any of them wanted more than it may have
├── WrongOutput            ``process()`` gave something that is no picture, sound or result; costs one frame
│   ├── WrongPicture
│   ├── WrongSamples
│   ├── WrongData
│   └── WrongModelOutput   an uploaded model answered with something that cannot be read
├── OutputFailed           what ``process()`` gave could not be encoded and sent
├── TooManyErrors          too many frames in a row failed
└── HostError              the process that the processor runs in
    ├── TooSlow            gave nothing in time; costs one frame
    ├── HostLost           crashed or was killed; costs one frame, another process follows
    └── HostStopped        did so too often, or never began
"""


class ProcessorError(Exception):
    """Raise it to tell the visitor what happened; ``permanent`` stops the processor at once."""

    code = "processor_error"
    # True: it comes from elsewhere and passes, so however many frames it costs the processor is not stopped.
    transient = False

    def __init__(self, message: str, permanent: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent

    def __str__(self) -> str:
        return self.message


class ProcessorUnavailable(ProcessorError):
    code = "processor_unavailable"

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class NotInstalled(ProcessorUnavailable):
    code = "not_installed"

    def __init__(self, label: str) -> None:
        super().__init__(f"{label} has no model yet. Ask the person who runs this site to install one.")


class ModelUnusable(ProcessorError):
    code = "model_unusable"

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class BadModelSpec(ModelUnusable):
    code = "bad_model_spec"


class DeclarationError(ProcessorError):
    code = "bad_declaration"

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class CallFailed(ProcessorError):
    def __init__(self, label: str, sentence: str, permanent: bool = False) -> None:
        super().__init__(f"{label} {sentence}", permanent)
        self.label = label


class LoadFailed(CallFailed):
    code = "load_failed"

    def __init__(self, label: str) -> None:
        super().__init__(label, "could not be loaded. The host finds the reason in the log.", permanent=True)


class StartFailed(CallFailed):
    code = "start_failed"

    def __init__(self, label: str) -> None:
        super().__init__(label, "could not be started. The host finds the reason in the log.", permanent=True)


class ProcessFailed(CallFailed):
    code = "process_failed"

    def __init__(self, label: str) -> None:
        super().__init__(label, "could not process this frame. The host finds the reason in the log.")


class OutOfMemory(CallFailed):
    code = "out_of_memory"

    def __init__(self, instead: CallFailed) -> None:
        super().__init__(instead.label, "needs more memory than it may have here.", instead.permanent)


class WrongOutput(ProcessorError):
    code = "wrong_output"


class WrongPicture(WrongOutput):
    code = "wrong_picture"


class WrongSamples(WrongOutput):
    code = "wrong_samples"


class WrongData(WrongOutput):
    code = "wrong_data"


class WrongModelOutput(WrongOutput):
    code = "wrong_model_output"


class OutputFailed(ProcessorError):
    code = "output_failed"

    def __init__(self, label: str) -> None:
        super().__init__(f"What {label} gives cannot be sent. The host finds the reason in the log.")


class TooManyErrors(ProcessorError):
    code = "too_many_errors"

    def __init__(self, label: str, count: int, last: ProcessorError) -> None:
        super().__init__(f"{label} was stopped after {count} failed frames in a row. {last}", permanent=True)


class HostError(ProcessorError):
    code = "host_error"


class TooSlow(HostError):
    code = "too_slow"

    def __init__(self, label: str, seconds: float) -> None:
        super().__init__(f"{label} took longer than {seconds:g} s for a frame; it was left out.")


class HostLost(HostError):
    code = "host_lost"

    def __init__(self, label: str, cause: str) -> None:
        super().__init__(f"{label} {cause}; it is being started again.")
        self.cause = cause


class HostStopped(HostError):
    code = "host_stopped"

    def __init__(self, label: str, cause: str) -> None:
        super().__init__(
            f"{label} {cause}. It was stopped; choose another processor, or try again later.", permanent=True
        )
