"""A small inference server that misbehaves on request: gRPC and HTTP, models that double four numbers.

``double`` takes them as [1, 4], ``look`` takes the first four of a picture, [1, 3, 8, 8]; both in FP32.

Called as ``open_inference_server.py MODE_FILE [GRPC_PORT HTTP_PORT]``. The file holds how to answer from now on; each
call reads it anew. With ``key.pem`` and ``certificate.pem`` beside it all is encrypted. Prints both ports when it
listens.
"""

import json
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import numpy as np
from tritonclient.grpc import service_pb2 as messages

MODE_FILE = Path(sys.argv[1])
GRPC_PORT, HTTP_PORT = (int(port) for port in (sys.argv[2:4] or ("0", "0")))
TOKEN = "open sesame"
SERVICE = "inference.GRPCInferenceService"


def mode() -> str:
    return MODE_FILE.read_text().strip()


def answered(numbers: np.ndarray[Any, Any]) -> tuple[list[int], str, np.ndarray[Any, Any]]:
    """Shape, type and content of the answer, as the mode wants them."""
    doubled = (numbers * 2).astype("<f4")
    if mode() == "slow":
        time.sleep(1)
    if mode() == "ten-times":
        return [1, 4], "FP32", np.tile(doubled, 10)
    if mode() == "huge":
        return [1, 8 * 1024 * 1024], "FP32", np.zeros((1, 8 * 1024 * 1024), "<f4")
    if mode() == "wrong-shape":
        return [2, 2], "FP32", doubled
    if mode() == "wrong-type":
        return [1, 4], "INT32", doubled.astype("<i4")
    if mode() == "not-finite":
        return [1, 4], "FP32", doubled * np.float32("nan")
    return [1, 4], "FP32", doubled


def first_four(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return numbers.ravel()[:4].reshape(1, 4)


def input_shape(model: str) -> list[int]:
    return [1, 3, 8, 8] if model == "look" else [1, 4]


def sent_to(context: grpc.ServicerContext) -> str:
    return str(dict(context.invocation_metadata()).get("authorization"))


def infer(request: Any, context: grpc.ServicerContext) -> bytes:
    if mode() == "token" and ("authorization", f"Bearer {TOKEN}") not in context.invocation_metadata():
        context.abort(grpc.StatusCode.UNAUTHENTICATED, f"a token is needed, not {sent_to(context)}")
    if mode() == "error":
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the model does not want this")
    if mode() == "garbage":
        return b"\xff" * 50
    shape, datatype, numbers = answered(first_four(np.frombuffer(request.raw_input_contents[0], "<f4")))
    answer = messages.ModelInferResponse(model_name=request.model_name)
    answer.outputs.append(
        messages.ModelInferResponse.InferOutputTensor(name="y", datatype=datatype, shape=shape)
    )
    answer.raw_output_contents.append(numbers.tobytes())
    return bytes(answer.SerializeToString())


def model_metadata(request: Any, _context: Any) -> bytes:
    tensor = messages.ModelMetadataResponse.TensorMetadata
    return bytes(
        messages.ModelMetadataResponse(
            name=request.name,
            platform="test",
            inputs=[tensor(name="x", datatype="FP32", shape=input_shape(request.name))],
            outputs=[tensor(name="y", datatype="FP32", shape=[1, 4])],
        ).SerializeToString()
    )


def server_metadata(_request: Any, _context: Any) -> bytes:
    return bytes(messages.ServerMetadataResponse(name="misbehaving", version="1").SerializeToString())


def handler(method: Any, request: Any) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(method, request.FromString, bytes)


class Json(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/v2":
            self.reply({"name": "misbehaving", "version": "1", "extensions": []})
        else:
            model = self.path.split("/")[3]
            given = {"name": "x", "datatype": "FP32", "shape": input_shape(model)}
            result = {"name": "y", "datatype": "FP32", "shape": [1, 4]}
            self.reply({"name": model, "inputs": [given], "outputs": [result]})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if mode() == "redirect":
            self.send_response(302)
            self.send_header("Location", MODE_FILE.with_name("redirect").read_text())
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif mode() == "token" and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.reply({"error": f"a token is needed, not {self.headers.get('Authorization')}"}, 401)
        elif mode() == "error":
            self.reply({"error": "the model does not want this"}, 400)
        elif mode() == "garbage":
            self.send(b"\xff" * 50, 200)
        elif mode() == "drip":
            self.drip()
        else:
            shape, datatype, numbers = answered(first_four(np.asarray(request["inputs"][0]["data"], "<f4")))
            output = {"name": "y", "datatype": datatype, "shape": shape, "data": numbers.ravel().tolist()}
            self.reply({"model_name": "double", "outputs": [output]})

    def drip(self) -> None:
        """A byte now and then, for ever: every timeout of a single read begins anew."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def reply(self, answer: Any, status: int = 200) -> None:
        self.send(json.dumps(answer).encode(), status)

    def send(self, body: bytes, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        pass


methods = {
    "ModelInfer": handler(infer, messages.ModelInferRequest),
    "ModelMetadata": handler(model_metadata, messages.ModelMetadataRequest),
    "ServerMetadata": handler(server_metadata, messages.ServerMetadataRequest),
}
server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_send_message_length", -1)])
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, methods)])
key, certificate = (MODE_FILE.with_name(name) for name in ("key.pem", "certificate.pem"))
http_server = ThreadingHTTPServer(("127.0.0.1", HTTP_PORT), Json)
if key.exists():
    identity = grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])
    grpc_port = server.add_secure_port(f"127.0.0.1:{GRPC_PORT}", identity)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    http_server.socket = context.wrap_socket(http_server.socket, server_side=True)
else:
    grpc_port = server.add_insecure_port(f"127.0.0.1:{GRPC_PORT}")
server.start()
print(grpc_port, http_server.server_address[1], flush=True)
http_server.serve_forever()
