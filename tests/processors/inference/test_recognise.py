"""What is recognised from outputs alone, with tiny models; real ones are in ``test_real_models``."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto

from processors.exceptions import ModelUnusable
from processors.inference.recognise import facts, recognise, sample_photos
from processors.inference.session import Model

from . import scene
from .scene import Scene
from .tiny import constant_model, model, picture_model


@pytest.mark.parametrize("make", scene.ALL, ids=lambda make: make.__name__)
def test_every_convention_is_recognised(make: Callable[[], Scene]) -> None:
    """And the spec runs, and finds the same as the one set by hand."""
    shown = make()
    best = recognise(shown.model())[0]
    assert (best.spec.convention, best.spec.task) == (shown.convention, shown.task)
    assert sorted(best.spec.outputs) == sorted(name for name in shown.outputs if name != "count")
    assert dict(best.spec.extra_inputs) == dict(shown.extra_inputs)
    assert {**best.spec.decoder, **shown.decoder} == best.spec.decoder
    assert 0 < best.confidence <= 1
    assert len(best.decoded) == len(sample_photos())
    Model.open(shown.model(), best.spec).infer(sample_photos()[0])


@pytest.mark.parametrize("make", [*scene.BOXES, *scene.FACES], ids=lambda make: make.__name__)
def test_a_recognised_detector_finds_the_object(make: Callable[[], Scene]) -> None:
    shown = make()
    spec = recognise(shown.model())[0].spec
    found = Model.open(shown.model(), spec).infer(np.zeros((scene.HEIGHT, scene.WIDTH, 3), np.uint8))
    assert len(found) == 1
    np.testing.assert_allclose(found.boxes[0], scene.BOX, atol=0.05)
    assert found.classes[0] == (0 if shown.task == "faces" else scene.CLASS)


def test_reasons_are_sentences_with_figures() -> None:
    best = recognise(scene.yolox().model())[0]
    assert "YOLOX with 80 classes" in best.reason
    assert "Pixels as BGR, 0 to 255 do" in best.reason
    assert best.as_json()["spec"] == best.spec.as_json()


def test_labels_come_with_the_file_or_by_their_number() -> None:
    rows = np.zeros((1, 7, scene.CELLS), np.float32)
    named = constant_model({"output0": rows}, metadata={"names": "{0: 'cat', 1: 'dog', 2: 'hen'}"})
    assert recognise(named)[0].spec.labels == ("cat", "dog", "hen")
    assert recognise(constant_model({"output0": rows}))[0].spec.labels == ()
    assert recognise(scene.yolov8().model())[0].spec.labels == "coco80"


def test_suppression_inside_is_believed_where_the_file_says_so() -> None:
    """126 rows could be one per cell; the metadata knows better."""
    rows = np.zeros((1, scene.CELLS, 6), np.float32)
    assert recognise(constant_model({"o": rows}))[0].spec.convention == "yolox"
    told = constant_model({"o": rows}, metadata={"end2end": "True"})
    assert recognise(told)[0].spec.convention == "end-to-end"


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ("{0: 'a', 2: 'c'}", ("a", "", "c")),
        ("['a', 'b']", ("a", "b")),
        ("__import__('os').system('true')", ()),
        ("{'a': 0}", ()),
        ("{-1: 'a'}", ()),
        ("{99999999: 'a'}", ()),
        ("[" * 5000, ()),
        ("{0: 'a'" + " " * 300_000 + "}", ()),
    ],
)
def test_names_are_read_and_never_run(names: str, labels: tuple[str, ...]) -> None:
    told = facts(constant_model({"o": np.zeros((1, 3), np.float32)}, metadata={"names": names}))
    assert told.labels == labels


def test_what_a_file_says_about_itself() -> None:
    metadata = {"license": "AGPL-3.0", "author": "somebody", "imgsz": "[480, 640]", "kpt_shape": "[5, 2]"}
    told = facts(constant_model({"o": np.zeros((1, 3), np.float32)}, metadata=metadata))
    assert (told.license, told.author) == ("AGPL-3.0", "somebody")
    assert (told.image_size, told.key_points) == ((640, 480), (5, 2))
    assert told.inputs[0].shape == (1, 3, 64, 96)
    assert told.as_json()["outputs"][0]["name"] == "o"


@pytest.mark.parametrize("scaled", [False, True])
def test_the_range_of_a_picture_net_is_found(scaled: bool) -> None:
    """Behind a sigmoid nothing is larger than 1; a negative of large numbers only makes sense between 0 and 255."""
    if scaled:
        spec = recognise(picture_model("Sigmoid"))[0].spec
        assert (spec.decoder["range"], spec.input.std[0]) == ("0-1", 255.0)
    else:
        spec = recognise(picture_model("Relu"))[0].spec
        assert (spec.decoder["range"], spec.input.std[0]) == ("0-255", 1.0)
    assert spec.task == "image"


def test_sizes_that_the_file_leaves_open() -> None:
    spec = recognise(open_size_model())[0].spec
    assert (spec.input.width, spec.input.height) == (256, 256)


def test_a_size_in_the_metadata_counts() -> None:
    spec = recognise(open_size_model({"imgsz": "[96, 128]"}))[0].spec
    assert (spec.input.width, spec.input.height) == (128, 96)


def open_size_model(metadata: dict[str, str] | None = None) -> bytes:
    from onnx import helper

    picture = ("images", TensorProto.FLOAT, ("batch", 3, "height", "width"))
    nodes = [helper.make_node("Relu", ["images"], ["picture"])]
    return model(nodes, [picture], {"picture": OpenShape()}, metadata)  # type: ignore[dict-item]


class OpenShape:
    dtype = np.dtype(np.float32)
    shape = ("batch", 3, "height", "width")


def test_an_unknown_output_gives_no_proposal() -> None:
    assert recognise(constant_model({"o": np.zeros((7, 5, 3, 2, 1), np.float32)})) == []


def test_rows_that_fit_no_grid_are_no_detector() -> None:
    """[605, 95] without a batch of one is neither rows for cells nor a classifier."""
    assert recognise(constant_model({"o": np.zeros((605, 95), np.float32)})) == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no model"),
        (b"GIF89a", "no model"),
        (
            constant_model({"o": np.zeros((1, 2), np.float32)}, ("sound", TensorProto.FLOAT, (1, 16000))),
            "takes no picture",
        ),
        (
            constant_model({"o": np.zeros((1, 2), np.float32)}, ("many", TensorProto.FLOAT, (4, 3, 64, 64))),
            "4 pictures at once",
        ),
        (
            constant_model(
                {"o": np.zeros((1, 2), np.float32)}, others=[("prompt", TensorProto.FLOAT, (1, 8))]
            ),
            "also wants prompt",
        ),
    ],
)
def test_what_is_no_model_for_pictures_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(ModelUnusable, match=sentence):
        recognise(data)


SIDES = (0, 1, 2, 3, 4, 5, 6, 7, 17, 21, 24, 32, 64, 96, 126)


@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_comes_out_breaks_the_recognition(seed: int) -> None:
    """Arrays of any shape and kind, also with NaN: proposals or none, or a sentence, and never another error."""
    random = np.random.default_rng(seed)
    kinds = (np.float32, np.float16, np.float64, np.int64, np.uint8, np.bool_)
    outputs = {}
    for number in range(random.integers(1, 5)):
        shape = (1, *random.choice(SIDES, random.integers(0, 4)))
        array = random.normal(size=shape).astype(kinds[random.integers(len(kinds))])
        if random.random() < 0.1 and array.dtype.kind == "f":
            array[...] = np.nan
        outputs[f"o{number}"] = array
    for proposal in recognise(constant_model(outputs)):
        assert 0 <= proposal.confidence <= 1


@pytest.mark.parametrize("make", scene.ALL, ids=lambda make: make.__name__)
def test_noise_in_the_shape_of_a_convention(make: Callable[[], Scene]) -> None:
    shown, random = make(), np.random.default_rng(7)
    noise = {
        name: random.normal(0, 3, array.shape).astype(array.dtype) for name, array in shown.outputs.items()
    }
    for proposal in recognise(replace(shown, outputs=noise).model()):
        assert 0 <= proposal.confidence <= 1


def test_text_alone_is_nothing_to_read() -> None:
    with pytest.raises(ModelUnusable, match="None of its outputs is an array of numbers"):
        recognise(constant_model({"o": np.array(["a"], dtype=object)}))
