"""Nothing is lost on the way in: outputs are equal, number for number, to those of a bare onnxruntime."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.inference.session import Model
from processors.inference.spec import ModelSpec

from .plain import INPUTS, plain_outputs
from .real_specs import REAL_SPECS


@pytest.mark.parametrize("name", REAL_SPECS)
def test_outputs_are_equal(models_folder: Path, name: str) -> None:
    image = cv2.imread(str(models_folder / "images/two_people_640x480.bmp"))
    assert image is not None
    spec = ModelSpec.from_json(REAL_SPECS[name])
    ours = Model.open(models_folder / name, spec).raw(image.astype(np.uint8))
    theirs = plain_outputs(models_folder / name, INPUTS[name](image), list(spec.outputs))
    assert len(ours) == len(theirs) > 0
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
