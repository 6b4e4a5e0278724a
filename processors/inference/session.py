"""A model that is ready to look at pictures.

One ``Model`` per file and process, shared by all its sessions: onnxruntime may run from several threads at once. Each
run keeps to one thread, and no more run at a time than there are cores: as many pictures per second, and the least
waiting for each.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..exceptions import BadModelSpec, ModelUnusable, WrongModelOutput
from ..results import Picture
from . import caffe, providers
from .decoded import Decoded
from .decoders import DECODERS, Reading
from .extra_inputs import TYPES, extra_inputs
from .placement import Placement
from .preprocess import Tensor, prepare
from .spec import ModelSpec

logger = logging.getLogger(__name__)

LARGEST_NUMBER = 1e6  # instead of infinity
QUIET = 3  # onnxruntime writes errors, no warnings


def usable_cores() -> int:
    """Those that this process may run on; where a system does not tell, as macOS, all that there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


runs = threading.BoundedSemaphore(usable_cores())


class Model:
    """An opened model file together with what is known about it."""

    @classmethod
    def open(cls, source: Path | str | bytes, spec: ModelSpec, sha256: str | None = None) -> "Model":
        """Check the file against its SHA-256 and the spec against the file, and make both ready."""
        model = cls(make_session(checked(contents(source), sha256)), spec)
        if model.notice:
            logger.warning(model.notice)
        return model

    def __init__(self, session: Any, spec: ModelSpec) -> None:
        self.spec = spec
        self.notice = providers.notice(session.get_providers())
        self._session = session
        self._types = {each.name: each.type for each in session.get_inputs()}
        self._ranks = {each.name: len(each.shape) for each in session.get_inputs()}
        self._open_sides = open_sides(session, spec)
        self._outputs = list(spec.outputs) or [each.name for each in session.get_outputs()]
        self._decode = DECODERS[spec.convention]
        self._check_names()

    @property
    def takes_any_size(self) -> bool:
        """Whether the file leaves width and height of its input open."""
        return self._open_sides

    def resized(self, width: int, height: int) -> "Model":
        """Return the same weights for another size of input; they are not read again."""
        wanted = replace(self.spec, input=replace(self.spec.input, width=width, height=height))
        return Model(self._session, wanted)

    def infer(self, image: Picture, threshold: float | None = None, iou: float | None = None) -> Decoded:
        """Return what the model says about a BGR picture, in pixels of that picture."""
        tensor, placement = prepare(image, self.spec.input)
        outputs = self.run(tensor, placement)
        return self._decoded(outputs, self._reading(threshold, iou)).placed(placement)

    def raw(self, image: Picture) -> list[Tensor]:
        """Return the outputs as they are, for those who look at them themselves."""
        return self.run(*prepare(image, self.spec.input))

    def run(self, tensor: Tensor, placement: Placement) -> list[Tensor]:
        """Return the outputs in the order of the spec, free of NaN and infinity."""
        outputs = self._run(self._inputs(tensor, placement))
        return [sound(output, name) for output, name in zip(outputs, self._outputs, strict=True)]

    def _inputs(self, tensor: Tensor, placement: Placement) -> dict[str, Tensor]:
        batched = tensor if self._ranks[self.spec.input.name] == tensor.ndim else tensor[0]
        extra = extra_inputs(self.spec.extra_inputs, self._types, placement)
        return {self.spec.input.name: batched, **extra}

    def _run(self, inputs: dict[str, Tensor]) -> Sequence[Any]:
        try:
            with runs:
                return list(self._session.run(self._outputs, inputs))
        except Exception as error:  # onnxruntime's own classes are private, and none of them is of use here
            raise WrongModelOutput(
                f"The model could not be run on this picture: {first_line(error)}"
            ) from error

    def _decoded(self, outputs: list[Tensor], reading: Reading) -> Decoded:
        """Shapes and options come from strangers: what a decoder did not foresee costs the frame as well."""
        try:
            return self._decode(outputs, reading)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, cv2.error) as error:
            convention = self.spec.convention
            raise WrongModelOutput(
                f"The outputs cannot be read as {convention}: {first_line(error)}"
            ) from error

    def _reading(self, threshold: float | None, iou: float | None) -> Reading:
        spec = self.spec
        return Reading(
            width=spec.input.width,
            height=spec.input.height,
            task=spec.task,
            threshold=spec.threshold if threshold is None else threshold,
            iou=spec.iou if iou is None else iou,
            options=spec.decoder,
        )

    def _check_names(self) -> None:
        available = [each.name for each in self._session.get_outputs()]
        given = {self.spec.input.name, *self.spec.extra_inputs}
        if unknown := sorted(given - self._types.keys()) + sorted(set(self._outputs) - set(available)):
            raise BadModelSpec(
                f"The model has no {', '.join(unknown)}. Check the names of inputs and outputs."
            )
        if missing := sorted(self._types.keys() - given):
            raise BadModelSpec(f"The model also wants {', '.join(missing)}. Say what to put there.")
        if strange := sorted(each for each in self._types.values() if each not in TYPES):
            raise BadModelSpec(f"The model wants an input of {strange[0]}, which Showroom cannot make.")
        declared = TYPES[self._types[self.spec.input.name]]
        if np.dtype(self.spec.input.type) != declared:
            raise BadModelSpec(
                f"The model wants pixels as {np.dtype(declared).name}. Change the type of its input."
            )


def open_sides(session: Any, spec: ModelSpec) -> bool:
    """onnxruntime gives a number for each fixed side, and a name or nothing for an open one."""
    shapes = [each.shape for each in session.get_inputs() if each.name == spec.input.name]
    sides = [shape[1:3] if spec.input.layout == "nhwc" else shape[-2:] for shape in shapes]
    return bool(sides) and not any(isinstance(side, int) and side > 0 for side in sides[0])


def make_session(data: bytes) -> Any:
    """Open with the providers that are wanted and there; from memory, so that no other file is read."""
    if caffe.is_pair(data):
        return caffe.CaffeSession(data)
    import onnxruntime

    onnxruntime.set_default_logger_severity(QUIET)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = QUIET
    available = providers.usable(onnxruntime.get_available_providers())
    try:
        return onnxruntime.InferenceSession(data, options, providers=available)
    except Exception as error:
        raise ModelUnusable(f"This is no model that onnxruntime can open: {first_line(error)}") from error


def contents(source: Path | str | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise ModelUnusable("The file of the model cannot be read. Install the model again.") from error


def checked(data: bytes, sha256: str | None) -> bytes:
    if sha256 and hashlib.sha256(data).hexdigest() != sha256.lower():
        raise ModelUnusable(
            "The file of the model is not the one that was installed. Install the model again."
        )
    return data


def sound(output: Any, name: str) -> Tensor:
    """Return an array of finite numbers, or say which output has none."""
    if not isinstance(output, np.ndarray) or output.dtype.kind not in "fiub":
        raise WrongModelOutput(f"The output {name} of the model is no array of numbers.")
    if output.dtype.kind != "f":
        return output
    with np.errstate(over="ignore"):
        values = output.astype(np.float32, copy=False)
    if np.isfinite(values).all():
        return values
    if np.isnan(values).any():
        raise WrongModelOutput(f"The output {name} of the model holds numbers that are none (NaN).")
    return np.clip(values, -LARGEST_NUMBER, LARGEST_NUMBER)


def first_line(error: Exception, longest: int = 200) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:longest]


__all__: Sequence[str] = ("Model", "make_session")
