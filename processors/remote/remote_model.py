"""A model on another server, in the place of one that is here: the same spec, the same way of reading its outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..exceptions import ModelUnusable, ProcessorUnavailable, WrongModelOutput
from ..inference.decoded import Decoded
from ..inference.preprocess import Tensor
from ..inference.session import Model
from ..inference.spec import ModelSpec
from ..results import Picture
from .connection import Client, Connection, connection_to
from .errors import WrongAnswer
from .remote_session import RemoteSession
from .server import Call, ModelFacts, RemoteServer
from .tensors import DTYPES, TensorFacts


class RemoteModel:
    """Has what tasks use of ``Model``. Opening it asks nobody: the server may be away just now, and come back."""

    notice = ""
    # The server knows which sizes it takes; we ask for the one that was registered.
    takes_any_size = False

    @classmethod
    def open(cls, remote: Mapping[str, Any], spec: ModelSpec) -> "RemoteModel":
        """``remote`` is the entry of a configuration, with the ``connection`` that the site has put in."""
        if not isinstance(remote.get("connection"), Mapping):
            raise ProcessorUnavailable(
                f"The inference server {remote.get('server')} is not in the admin's list any more; add it again."
            )
        connection = connection_to(RemoteServer.from_json(remote["connection"]))
        return cls(connection, str(remote["model"]), str(remote.get("version") or ""), spec)

    def __init__(self, connection: Connection, model: str, version: str, spec: ModelSpec) -> None:
        self.spec = spec
        self._connection = connection
        self._model = model
        self._version = version
        # What the server said of the model; asked for with the first frame, and again after a wrong answer.
        self._facts: ModelFacts | None = None

    def resized(self, width: int, height: int) -> "RemoteModel":
        wanted = replace(self.spec, input=replace(self.spec.input, width=width, height=height))
        return RemoteModel(self._connection, self._model, self._version, wanted)

    def infer(self, image: Picture, threshold: float | None = None, iou: float | None = None) -> Decoded:
        """Send one picture and wait for the answer, at most for the server's deadline."""
        return self._connection.guarded(lambda client: self._answer(client, image, threshold, iou))

    def _answer(self, client: Client, image: Picture, threshold: float | None, iou: float | None) -> Decoded:
        try:
            asked = AskedModel(client, self._known(client), self._version, self._connection.server, self.spec)
            return asked.infer(image, threshold, iou)
        except (WrongModelOutput, ModelUnusable) as error:
            # Unusable here is what a server may mend: it can be given another model at any time.
            self._facts = None
            raise WrongAnswer(self._connection.server.name, str(error)) from error
        except WrongAnswer:
            self._facts = None
            raise

    def _known(self, client: Client) -> ModelFacts:
        if self._facts is None:
            said = client.model_facts(self._model, self._version, self._connection.server.deadline_seconds)
            self._facts = completed(replace(said, name=self._model), self.spec)
        return self._facts


class AskedModel(Model):
    """One question: preparing and decoding are the local model's, running is the server's."""

    def __init__(
        self, client: Client, facts: ModelFacts, version: str, server: RemoteServer, spec: ModelSpec
    ) -> None:
        self._client = client
        self._facts = facts
        self._version = version
        self._server = server
        super().__init__(RemoteSession(facts), spec)

    def _run(self, inputs: dict[str, Tensor]) -> Sequence[Any]:
        """Not limited to the number of cores: here we only wait."""
        promised = tuple(self._facts.output(name) for name in self._outputs)
        call = Call(self._facts.name, self._version, inputs, promised, self._server.deadline_seconds)
        answer = self._client.infer(call)
        return [answer[name] for name in self._outputs]


def completed(facts: ModelFacts, spec: ModelSpec) -> ModelFacts:
    """Some servers say nothing of a model's tensors; then the spec says it."""
    inputs = facts.inputs or (input_of(spec),)
    outputs = facts.outputs or tuple(TensorFacts(name, "", ()) for name in spec.outputs)
    return replace(facts, inputs=inputs, outputs=outputs)


def input_of(spec: ModelSpec) -> TensorFacts:
    [datatype] = [name for name, dtype in DTYPES.items() if dtype == spec.input.type]
    sides = (spec.input.height, spec.input.width)
    channels = 1 if spec.input.colours == "gray" else 3
    shape = (1, channels, *sides) if spec.input.layout == "nchw" else (1, *sides, channels)
    return TensorFacts(spec.input.name, datatype, shape)
