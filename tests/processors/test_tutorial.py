"""Takes the examples out of docs/write-a-processor.md and runs them: what is printed there works."""

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from processors.base import Processor, needs_pixels
from processors.catalogue import BUILTINS
from processors.manifest import manifest

from .desk import at_desk, grey, plane, tone, wait_until

PAGE = Path(__file__).parents[2] / "docs" / "write-a-processor.md"
EXAMPLE = re.compile(r"<!-- example: ([\w-]+)(?:, continues: ([\w-]+))? -->\n```python\n(.*?)```", re.DOTALL)

EXAMPLES = {name: (before, code) for name, before, code in EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))}


def names_of(example: str) -> dict[str, Any]:
    """Run an example, after the one it continues, and return what it defines."""
    before, code = EXAMPLES[example]
    names: dict[str, Any] = names_of(before) if before else {"__name__": "tutorial"}
    exec(compile(code, f"{PAGE.name}: {example}", "exec"), names)
    return names


def class_of(example: str) -> type[Processor]:
    made = [
        value
        for value in names_of(example).values()
        if isinstance(value, type)
        and issubclass(value, Processor)
        and not value.__module__.startswith("processors.")
    ]
    assert len(made) == 1
    return made[0]


def step_edge() -> np.ndarray:
    image = plane(40, 128, 96)
    image[:, 64:] = 100
    return image


def test_every_python_block_on_the_page_is_an_example_that_is_run():
    assert PAGE.read_text(encoding="utf-8").count("```python") == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_runs(example):
    names_of(example)


def test_step_1_forwards_the_stream():
    cls = class_of("passthrough")
    assert not needs_pixels(cls)
    assert (cls.label, cls.description) == ("My first", "Gives the camera back.")


def test_step_2_gives_the_edges_of_the_y_plane():
    with at_desk(class_of("edges")) as desk:
        assert np.array_equal(desk.picture_of(step_edge()), cv2.Canny(step_edge(), 100, 200))
    assert desk.notebook.pictures[0][2] == "gray"


def test_step_3_has_two_thresholds_that_act_at_once():
    cls = class_of("thresholds")
    assert [item["label"] for item in manifest(cls)["parameters"]] == ["Lower threshold", "Upper threshold"]
    with at_desk(cls) as desk:
        assert desk.picture_of(step_edge()).any()
        desk.runner.set_parameters({"low": 900, "high": 1000})
        assert not desk.picture_of(step_edge()).any()
        assert desk.runner.set_parameters({"low": 1001})[1] == {"low": "The most is 1000."}


def test_step_4_sends_results_with_the_time_of_the_frame():
    with at_desk(class_of("results")) as desk:
        picture = desk.picture_of(step_edge(), 4.5)
        wait_until(lambda: desk.notebook.results)
    share = round(100 * (picture > 0).mean(), 1)
    assert desk.notebook.results == [({"share": share, "history": [share]}, 4.5)]


def test_the_sound_example_makes_it_quieter():
    with at_desk(class_of("sound")) as desk:
        desk.hear(tone(440, 0.02))
        wait_until(lambda: desk.notebook.sounds)
    assert np.allclose(desk.notebook.sounds[0][0], tone(440, 0.02) / 2)


def test_the_sink_gives_data_and_no_picture():
    with at_desk(class_of("sink")) as desk:
        desk.show(plane(33))
        wait_until(lambda: desk.notebook.results)
    assert desk.notebook.results[0][0] == {"light": 33.0}
    assert desk.notebook.pictures == []


def test_the_own_clock_makes_pictures_of_sound():
    with at_desk(class_of("clock")) as desk:
        desk.hear(tone(440, 0.1, amplitude=1.0))
        wait_until(lambda: any(picture.max() > 240 for picture, *_ in desk.notebook.pictures))


def test_the_source_shows_a_growing_circle():
    with at_desk(class_of("source")) as desk:
        wait_until(lambda: len(desk.notebook.pictures) >= 4)
    lit = [int((picture > 0).any(axis=2).sum()) for picture, *_ in desk.notebook.pictures]
    assert lit[:3] == sorted(lit[:3])


def test_the_function_has_its_parameters():
    with at_desk(class_of("function"), level=50, inverted=True) as desk:
        assert set(np.unique(desk.picture_of(step_edge()))) == {0, 255}
        assert desk.picture_of(plane(40)).min() == 255


def test_the_fold_remembers_the_brightest():
    with at_desk(class_of("fold")) as desk:
        for number, brightness in enumerate((10, 60, 30)):
            desk.picture_of(grey(brightness), number)
        wait_until(lambda: len(desk.notebook.results) == 3)
    assert [values["brightest"] for values, _ in desk.notebook.results] == [10, 60, 60]


def test_the_configuration_decides_what_can_be_chosen():
    cls = class_of("configured")
    configured = cls.configured({"tints": {"sea": [200, 100, 0], "dawn": [100, 100, 255]}})
    assert (cls.installed, configured.installed) == (False, True)
    assert list(configured.parameters["tint"].choices) == ["sea", "dawn"]
    instance = configured(tint="sea")
    instance.configuration = {"tints": {"sea": [200, 100, 0]}}
    assert instance.process(grey(100))[0, 0].tolist() == [130, 100, 70]


def test_the_words_of_the_author_reach_the_visitor():
    with at_desk(class_of("errors")) as desk:
        desk.show(grey(5))
        wait_until(lambda: desk.notebook.last_state == "failing")
    assert desk.notebook.states[1][1:] == ("It is too dark. Switch on a light.", "processor_error")


def test_the_files_that_the_page_names_exist():
    page = PAGE.read_text(encoding="utf-8")
    root = PAGE.parents[1]
    assert all((root / path).exists() for path in re.findall(r"`(processors/[\w/]+(?:\.py|/))`", page))
    assert {"level_meter.py", "frame_counter.py"} <= {
        path.split(".")[2].split(":")[0] + ".py" for path in BUILTINS.values()
    }
