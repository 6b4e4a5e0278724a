"""What can go wrong with a model on another server.

RemoteError               costs one frame and never stops the processor: servers come back
├── AddressRefused        the URL, or what its name resolves to, is not allowed
├── ServerUnreachable     no connection
├── DeadlineExceeded      no answer in time
├── ServerRefused         the server answered with an error
├── WrongAnswer           the answer is not what the model's metadata promise
└── ServerAway            the circuit breaker is open: the server was not even asked

Visitors read the message. Addresses and words of the server stand in ``detail``: for the log and for admins.
"""

from ..exceptions import ProcessorError

IN_THE_LOG = "the person who runs this site finds the reason in the log."


class RemoteError(ProcessorError):
    code = "remote_error"
    transient = True

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail or message


class AddressRefused(RemoteError):
    code = "remote_address_refused"

    def __init__(self, detail: str) -> None:
        super().__init__(f"The address of the inference server is not allowed; {IN_THE_LOG}", detail)


class ServerUnreachable(RemoteError):
    code = "remote_unreachable"

    def __init__(self, server: str) -> None:
        super().__init__(f"The inference server {server} cannot be reached.")


class DeadlineExceeded(RemoteError):
    code = "remote_deadline"

    def __init__(self, server: str, seconds: float) -> None:
        super().__init__(f"The inference server {server} gave no answer within {seconds:g} s.")


class ServerRefused(RemoteError):
    code = "remote_refused"

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(
            f"The inference server {server} refused to answer; {IN_THE_LOG}",
            f"The inference server {server} refused: {reason}",
        )


class WrongAnswer(RemoteError):
    code = "remote_wrong_answer"

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(
            f"The inference server {server} sent a wrong answer; {IN_THE_LOG}",
            f"The inference server {server} sent a wrong answer: {reason}",
        )


class ServerAway(RemoteError):
    code = "remote_away"

    def __init__(self, server: str, probe_seconds: float) -> None:
        super().__init__(
            f"The inference server {server} does not answer as it should just now; "
            f"it is tried again every {probe_seconds:g} s."
        )
