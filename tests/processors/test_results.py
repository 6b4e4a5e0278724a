import time

import numpy as np
import pytest

from processors.base import AudioProcessor, VideoProcessor
from processors.checks import DATA_BYTES, check_picture, check_samples
from processors.exceptions import DeclarationError, WrongOutput
from processors.instance import Instance
from processors.manifest import manifest
from processors.results import Boxes, Chart, Meter, Number, Result, Table, Text, box

from .desk import at_desk, grey, plane, tone, wait_until


class Reporting(VideoProcessor):
    results = {
        "table": Table("Rows", columns=("Name", "Score")),
        "number": Number("Number", unit="px"),
        "chart": Chart("Chart", series=("Red", "Green"), accumulate="append", keep=50),
        "text": Text("Text", accumulate="append"),
        "boxes": Boxes("Boxes"),
        "meter": Meter("Meter", minimum=-60, maximum=0, unit="dB"),
        "total": Number("Total", accumulate=lambda previous, new: (previous or 0) + new),
    }

    def process(self, image):
        return Result(image=image, data=self.answer)


def outcome_of(answer):
    instance = Instance(Reporting, {}, {}, None)
    instance.processor.answer = answer
    return instance.picture(grey(1), 2.5)


def refusal_of(given, base=VideoProcessor):
    cls = type("Wrong", (base,), {"process": lambda self, _: given, "results": {"value": Number("Value")}})
    instance = Instance(cls, {}, {}, None)
    call, fed = (instance.picture, grey(1)) if base is VideoProcessor else (instance.samples, tone(440, 0.02))
    with pytest.raises(WrongOutput) as caught:
        call(fed, 0.0)
    return caught.value


def test_results_of_every_view_come_out_as_json_with_the_time_of_the_frame():
    data = {
        "table": [["car", np.float32(0.5)]],
        "number": np.int64(3),
        "chart": np.array([1, 2]),
        "text": "Schöne Grüße",
        "boxes": [box(grey(1), 16, 12, 32, 24, "face", 0.9)],
        "meter": -12.5,
    }
    outcome = outcome_of(data)
    assert outcome.time == 2.5
    assert outcome.data == {
        "table": [["car", 0.5]],
        "number": 3,
        "chart": [1, 2],
        "text": "Schöne Grüße",
        "boxes": [{"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5, "label": "face", "score": 0.9}],
        "meter": -12.5,
    }


def test_a_fold_adds_up_beside_the_processor_and_reset_empties_it():
    with at_desk(Reporting) as desk:
        wait_until(lambda: desk.runner._instance is not None)
        desk.runner._instance.processor.answer = {"total": 2}
        for _ in range(3):
            desk.picture_of(grey(1))
        desk.runner.reset()
        desk.picture_of(grey(1))
        wait_until(lambda: len(desk.notebook.results) == 4)
    assert [values["total"] for values, _ in desk.notebook.results] == [2, 4, 6, 2]


def test_the_manifest_tells_the_page_how_results_add_up():
    said = manifest(Reporting)["results"]
    assert [view["view"] for view in said.values()] == [
        "table",
        "number",
        "chart",
        "text",
        "boxes",
        "meter",
        "number",
    ]
    assert said["table"]["columns"] == ["Name", "Score"]
    assert (said["chart"]["accumulate"], said["chart"]["keep"], said["chart"]["series"]) == (
        "append",
        50,
        ["Red", "Green"],
    )
    assert said["total"]["accumulate"] == "replace"
    assert (said["meter"]["minimum"], said["meter"]["maximum"]) == (-60, 0)


def test_an_unknown_way_to_add_up_is_refused():
    with pytest.raises(DeclarationError, match="'replace', 'append' or a function"):
        Number("Count", accumulate="sum")


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("a string", "wrong_picture", "gave a string; return a NumPy picture, None or a Result"),
        ([1, 2], "wrong_picture", "gave a list"),
        (grey(1).astype(np.float32) / 255, "wrong_picture", "(picture * 255)"),
        (np.full((48, 64, 3), np.nan), "wrong_picture", "NaN"),
        (grey(1).astype(np.int32), "wrong_picture", "int32 numbers"),
        (np.zeros((48, 64, 4), np.uint8), "wrong_picture", "(48, 64, 4); return (height, width, 3)"),
        (np.zeros(10, np.uint8), "wrong_picture", "(10,)"),
        (np.zeros((0, 0, 3), np.uint8), "wrong_picture", "the least is 16×16"),
        (np.zeros((10000, 16, 3), np.uint8), "wrong_picture", "Reduce it"),
        (np.zeros((4000, 4000, 3), np.uint8), "wrong_picture", "Reduce it"),
        (Result(image="no"), "wrong_picture", "gave a string"),
        (Result(samples="no"), "wrong_samples", "gave a string"),
        (Result(data=[1]), "wrong_data", "is a list; give a dict"),
        (Result(data={"value": float("nan")}), "wrong_data", "not JSON"),
        (Result(data={"value": np.inf}), "wrong_data", "not JSON"),
        (Result(data={"value": object()}), "wrong_data", "not JSON"),
        (
            Result(data={"other": 1}),
            "wrong_data",
            "'other', which is not declared; add it to the class's results",
        ),
        (Result(data={"value": "x" * DATA_BYTES}), "wrong_data", "the most is 32768"),
    ],
)
def test_a_wrong_output_is_refused_with_what_to_write_instead(given, code, words):
    error = refusal_of(given)
    assert error.code == code
    assert words in str(error)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("a string", "gave a string"),
        (np.zeros((1, 960), np.int16), "return float32"),
        (np.zeros((2, 960), np.float32), "return (1, n)"),
        (np.full((1, 960), np.nan, np.float32), "NaN"),
        (np.zeros((1, 48000 * 11), np.float32), "return it in parts"),
    ],
)
def test_wrong_samples_are_refused_with_what_to_write_instead(given, words):
    error = refusal_of(given, AudioProcessor)
    assert error.code == "wrong_samples"
    assert words in str(error)


def test_a_failing_fold_costs_one_result():
    cls = type("Wrong", (Reporting,), {"results": {"total": Number("Total", accumulate=lambda one: one)}})
    instance = Instance(cls, {}, {}, None)
    instance.processor.answer = {"total": 1}
    with pytest.raises(WrongOutput, match="previous or None, new"):
        instance.picture(grey(1), 0.0)


def test_a_fold_that_grew_too_large_costs_one_result_and_is_forgotten():
    joined = Text("Text", accumulate=lambda previous, new: (previous or "") + new)
    cls = type("Talkative", (Reporting,), {"results": {"text": joined}})
    instance = Instance(cls, {}, {}, None)
    given = []
    for text in ("a", "b" * (DATA_BYTES - 12), "c"):
        instance.processor.answer = {"text": text}
        try:
            given.append(instance.picture(grey(1), 0.0).data["text"])
        except WrongOutput as error:
            given.append(error.code)
    instance.processor.answer = {"text": "d"}
    assert given[0] == "a"
    assert instance.picture(grey(1), 0.0).data["text"] == given[-1] + "d" == "acd"
    assert given[1] == "wrong_data"


def test_a_picture_of_two_dimensions_is_a_y_plane():
    assert check_picture(plane(1), "gray")[1] == "gray"
    assert check_picture(plane(1), "bgr24")[1] == "gray"
    assert check_picture(np.zeros((72, 64), np.uint8), "yuv420p")[1] == "yuv420p"
    assert check_picture(grey(1), "gray")[1] == "bgr24"
    assert check_picture(grey(1), "rgb24")[1] == "rgb24"
    with pytest.raises(WrongOutput, match="yuv420p"):
        check_picture(np.zeros((71, 64), np.uint8), "yuv420p")


def test_a_mirrored_view_comes_out_contiguous():
    picture, _ = check_picture(grey(1)[:, ::-1], "bgr24")
    assert picture.flags.c_contiguous


def test_loud_samples_are_clipped_and_flat_mono_is_understood():
    checked = check_samples(np.array([0.5, 3.0, -9.0]), 1, 48000)
    assert checked.dtype == np.float32
    assert checked.tolist() == [[0.5, 1.0, -1.0]]


def test_checking_a_picture_costs_next_to_nothing():
    picture = grey(1, 640, 480)
    began = time.perf_counter()
    for _ in range(1000):
        check_picture(picture, "bgr24")
    assert time.perf_counter() - began < 0.2


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), 10**400, "soon"])
def test_a_moment_that_is_no_number_costs_one_frame(moment):
    assert "Result.time" in refusal_of(Result(time=moment)).message
