"""The Open Inference Protocol over gRPC, tensors as raw bytes: the way for frames."""

import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar

from .errors import DeadlineExceeded, RemoteError, ServerRefused, ServerUnreachable, WrongAnswer
from .server import Call, ModelFacts, RemoteServer, ServerFacts
from .tensors import Array, Mismatch, TensorFacts, check_promise, datatype_of, from_bytes, from_numbers

T = TypeVar("T")

REASON_CHARACTERS = 200


class GrpcClient:
    """One channel, for all sessions of a server; callable from any thread."""

    def __init__(self, server: RemoteServer, address: str) -> None:
        import grpc
        from tritonclient.grpc import service_pb2, service_pb2_grpc

        self._grpc = grpc
        self._messages = service_pb2
        self._server = server
        self._channel = open_channel(server, address)
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(self._channel)
        self._metadata = [("authorization", f"Bearer {server.token}")] if server.token else []

    def server_facts(self, deadline_seconds: float) -> ServerFacts:
        answer = self._asked(
            self._stub.ServerMetadata, self._messages.ServerMetadataRequest(), deadline_seconds
        )
        return ServerFacts.parse(answer.name, answer.version, answer.extensions)

    def model_names(self, deadline_seconds: float) -> list[str]:
        """Not every server keeps a list; then it says so by ``ServerRefused``."""
        request = self._messages.RepositoryIndexRequest()
        answer = self._asked(self._stub.RepositoryIndex, request, deadline_seconds)
        return [str(model.name) for model in answer.models]

    def model_facts(self, model: str, version: str, deadline_seconds: float) -> ModelFacts:
        request = self._messages.ModelMetadataRequest(name=model, version=version)
        answer = self._asked(self._stub.ModelMetadata, request, deadline_seconds)
        inputs, outputs = parts(answer.inputs), parts(answer.outputs)
        return self._understood(lambda: ModelFacts.parse(answer.name, inputs, outputs, answer.platform))

    def infer(self, call: Call) -> dict[str, Array]:
        answer = self._asked(self._stub.ModelInfer, self._request(call), call.deadline_seconds)
        return self._understood(lambda: read(answer, call.outputs))

    def close(self) -> None:
        self._channel.close()

    def _request(self, call: Call) -> Any:
        messages = self._messages.ModelInferRequest
        request = messages(model_name=call.model, model_version=call.version)
        for name, array in call.inputs.items():
            request.inputs.append(
                messages.InferInputTensor(name=name, datatype=datatype_of(array), shape=array.shape)
            )
            request.raw_input_contents.append(array.tobytes())
        for facts in call.outputs:
            request.outputs.append(messages.InferRequestedOutputTensor(name=facts.name))
        return request

    def _asked(self, method: Any, request: Any, deadline_seconds: float) -> Any:
        try:
            return method(request, timeout=deadline_seconds, metadata=self._metadata)
        except self._grpc.RpcError as error:
            raise self._worded(error, deadline_seconds) from None
        except ValueError as error:  # the channel was closed by another session's failure
            raise ServerUnreachable(self._server.name) from error

    def _worded(self, error: Any, deadline_seconds: float) -> RemoteError:
        name, status = self._server.name, self._grpc.StatusCode
        if error.code() is status.DEADLINE_EXCEEDED:
            return DeadlineExceeded(name, deadline_seconds)
        if error.code() in {status.UNAVAILABLE, status.CANCELLED}:
            return ServerUnreachable(name)
        details = str(error.details() or error.code().name)
        if error.code() is status.RESOURCE_EXHAUSTED and "larger than max" in details:
            return WrongAnswer(name, f"it is longer than {self._server.response_bytes} bytes.")
        if error.code() is status.INTERNAL and "deserializing" in details:
            return WrongAnswer(name, "it is not a message of the Open Inference Protocol.")
        return ServerRefused(name, short(details, self._server.token))

    def _understood(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except Mismatch as error:
            raise WrongAnswer(self._server.name, f"{error}.") from error


def open_channel(server: RemoteServer, address: str) -> Any:
    import grpc

    place = server.place
    options = [
        ("grpc.default_authority", place.authority),
        ("grpc.enable_http_proxy", 0),
        ("grpc.enable_retries", 0),
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.max_receive_message_length", server.response_bytes),
        ("grpc.max_send_message_length", -1),
        # A channel made anew must try at once, not wait for the back-off of the one before.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    target = numeric_target(address, place.port)
    if not place.encrypted:
        return grpc.insecure_channel(target, options)
    credentials = grpc.ssl_channel_credentials(server.ca.encode() or None)
    # We connect to an address, and the certificate is for the name.
    return grpc.secure_channel(target, credentials, [*options, ("grpc.ssl_target_name_override", place.host)])


def numeric_target(address: str, port: int) -> str:
    """Name the address in a way that makes gRPC look up nothing."""
    if ipaddress.ip_address(address).version == 4:
        return f"ipv4:{address}:{port}"
    return f"ipv6:[{address}]:{port}"


def read(answer: Any, promised: tuple[TensorFacts, ...]) -> dict[str, Array]:
    found = [TensorFacts.parse(each.name, each.datatype, each.shape) for each in answer.outputs]
    if len(answer.raw_output_contents) not in {0, len(found)}:
        raise Mismatch(f"{len(found)} outputs came with {len(answer.raw_output_contents)} contents")
    arrays: dict[str, Array] = {}
    for number, facts in enumerate(found):
        for wanted in promised:
            if wanted.name == facts.name:
                check_promise(facts, wanted)
        arrays[facts.name] = contents(answer, number, facts)
    if missing := {wanted.name for wanted in promised} - arrays.keys():
        raise Mismatch(f"the output {sorted(missing)[0]} is missing")
    return arrays


def contents(answer: Any, number: int, facts: TensorFacts) -> Array:
    """Raw bytes, or a list of typed numbers: the protocol leaves the choice to the server."""
    if answer.raw_output_contents:
        return from_bytes(facts, answer.raw_output_contents[number])
    typed = answer.outputs[number].contents
    for _field, numbers in typed.ListFields():
        return from_numbers(facts, list(numbers))
    return from_numbers(facts, [])


def parts(described: Any) -> list[Any]:
    return [(each.name, each.datatype, each.shape) for each in described]


def short(text: str, secret: str = "") -> str:
    """One line of what a server says; it may repeat the token that it refused."""
    line = " ".join(text.split())
    if secret:
        line = line.replace(secret, "•••")
    return line if len(line) <= REASON_CHARACTERS else f"{line[:REASON_CHARACTERS]}…"
