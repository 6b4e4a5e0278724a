"""``python -m processors.model_store.ingest``: looks into one model file, in a process of its own.

The order comes as JSON on the input, the file as an open descriptor, the report as lines of JSON on the output.
Nothing here trusts the file: the process has little memory, little time, and nothing to write to.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from . import confine
from .reports import Refused, Reporter

Step = Callable[[bytes, dict[str, Any], Reporter], dict[str, Any]]


def check(data: bytes, order: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Read the structure, then load and run it."""
    from processors.inference.caffe import is_pair

    from . import dry_run, structure, structure_caffe

    reporter.phase("structure")
    limits = structure.Limits(order["nodes"], frozenset(order["domains"]))
    read = structure_caffe.read_pair if is_pair(data) else structure.read_model
    facts = read(data, limits)
    reporter.phase("run")
    return facts | dry_run.dry_run(data)


def recognise(data: bytes, order: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Find out what the outputs mean, by trying it on our samples."""
    from processors.exceptions import ProcessorError
    from processors.inference.recognise import recognise_session
    from processors.inference.recognise_sound import recognise_sound
    from processors.inference.session import make_session

    reporter.phase("recognise")
    try:
        session = make_session(data)
        found = recognise_sound(session) or recognise_session(session)
        return {"proposals": [proposal.as_json() for proposal in found]}
    except ProcessorError:
        # It runs, but not on pictures as we know them: an admin may know better.
        return {"proposals": []}


STEPS: dict[str, Step] = {"check": check, "recognise": recognise}


def load_libraries() -> None:
    """Before the limit on memory, which is for the model."""
    import cv2
    import numpy
    import onnx
    import onnxruntime

    del numpy, onnx
    cv2.setNumThreads(1)
    onnxruntime.set_default_logger_severity(4)


def main() -> None:
    confine.enter_sandbox()
    reporter = Reporter()
    order = json.load(sys.stdin)
    reporter.phase("start")
    load_libraries()
    confine.limit(order["memory_bytes"], order["seconds"])
    try:
        with os.fdopen(order["descriptor"], "rb") as file:
            data = file.read()
        reporter.result(STEPS[order["step"]](data, order, reporter))
    except Refused as refusal:
        reporter.refused(refusal)
    except MemoryError:
        reporter.refused(Refused("out-of-memory"))


if __name__ == "__main__":
    main()
