"""``python -m processors.remote.inquire``: ask a server what it is, and what one of its models does.

A process of its own, because what comes back is not to be trusted, and a web process should not load gRPC.
"""

import json
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from ..exceptions import ProcessorError
from ..model_store import confine
from ..model_store.reports import Reporter
from .connection import Connection
from .errors import RemoteError
from .remote_session import RemoteSession
from .server import Call, ModelFacts, RemoteServer
from .tensors import Array

ASK_SECONDS = 5.0
# A first run may load the model; and JSON takes long for a large picture.
RUN_SECONDS = 15.0
MOST_NAMES = 200


def main() -> None:
    confine.enter_sandbox(network=True)
    reporter = Reporter()
    order = json.load(sys.stdin)
    load_libraries()
    confine.limit(order["memory_bytes"], order["seconds"])
    reporter.result(report(order))


def load_libraries() -> None:
    """Before the limit on memory."""
    import cv2
    import grpc
    from tritonclient.grpc import service_pb2_grpc

    del grpc, service_pb2_grpc
    cv2.setNumThreads(1)


def report(order: Mapping[str, Any]) -> dict[str, Any]:
    connection = Connection(RemoteServer.from_json(order["server"]))
    try:
        if not order.get("model"):
            return about_server(connection)
        return about_model(connection, str(order["model"]), str(order.get("version") or ""))
    except ProcessorError as error:
        return {"error": said_of(error)}
    finally:
        connection.close()


def about_server(connection: Connection) -> dict[str, Any]:
    facts = connection.server_facts(ASK_SECONDS)
    said = {"name": facts.name, "version": facts.version, "extensions": list(facts.extensions)}
    return {"server": said, "models": model_names(connection)}


def model_names(connection: Connection) -> list[str]:
    """A list of models is an extension of the protocol; without it the admin types a name."""
    try:
        return sorted(set(connection.model_names(ASK_SECONDS)))[:MOST_NAMES]
    except RemoteError:
        return []


def about_model(connection: Connection, model: str, version: str) -> dict[str, Any]:
    """What the metadata say, and what the outputs look like when pictures of people go in."""
    facts = connection.model_facts(model, version, ASK_SECONDS)
    described = {
        "name": facts.name,
        "platform": facts.platform,
        "inputs": [each.as_json() for each in facts.inputs],
        "outputs": [each.as_json() for each in facts.outputs],
    }
    return {"model": described, **proposals(connection, model, version, facts)}


def proposals(connection: Connection, model: str, version: str, facts: ModelFacts) -> dict[str, Any]:
    from ..inference.recognise import recognise_session

    session = RemoteSession(facts, partial(run, connection, model, version, facts))
    try:
        found = recognise_session(session)
    except ProcessorError as error:
        return {"proposals": [], "reason": said_of(error)}
    return {"proposals": [each.as_json() for each in found], "reason": ""}


def said_of(error: ProcessorError) -> str:
    return error.detail if isinstance(error, RemoteError) else error.message


def run(
    connection: Connection, model: str, version: str, facts: ModelFacts, inputs: Mapping[str, Array]
) -> dict[str, Array]:
    return connection.infer(Call(model, version, inputs, facts.outputs, RUN_SECONDS))


if __name__ == "__main__":
    main()
