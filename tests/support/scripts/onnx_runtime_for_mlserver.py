"""A runtime for mlserver, run by the mlserver of the tests: any ONNX file, as its metadata describe it."""

from typing import Any

import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput

BACK = {"FP32": np.float32, "UINT8": np.uint8}


class OnnxRuntime(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            self.settings.parameters.uri, options, providers=["CPUExecutionProvider"]
        )
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        inputs = {each.name: self.array(each) for each in payload.inputs}
        names = [each.name for each in self.session.get_outputs()]
        outputs = [
            ResponseOutput(name=name, shape=list(array.shape), datatype="FP32", data=array.ravel().tolist())
            for name, array in zip(names, self.session.run(names, inputs), strict=True)
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)

    def array(self, given: Any) -> np.ndarray:
        """gRPC brings raw bytes in one piece, JSON a list of numbers."""
        data, kind = given.data.root, BACK[given.datatype]
        raw = data[0] if isinstance(data, list) and data and isinstance(data[0], bytes) else data
        numbers = np.frombuffer(raw, kind) if isinstance(raw, bytes) else np.asarray(raw, kind)
        return numbers.reshape(given.shape)
