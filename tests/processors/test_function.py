import numpy as np
import pytest

from processors.base import needs_pixels, needs_samples
from processors.exceptions import DeclarationError
from processors.function import processor_from_function
from processors.manifest import manifest
from processors.parameters import ColourParameter
from processors.results import Number, Result

from .desk import at_desk, grey, tone, wait_until

INK = ColourParameter("Ink")


def fade_out(image, share=0.5, levels=4, hard=False, word="hi", ink=INK):
    """Makes everything darker."""
    return (image * share).astype(np.uint8)


def test_keyword_defaults_become_parameters():
    cls = processor_from_function(fade_out)
    kinds = {item["name"]: item["type"] for item in manifest(cls)["parameters"]}
    assert kinds == {"share": "slider", "levels": "number", "hard": "switch", "word": "text", "ink": "colour"}
    assert (cls.label, cls.description, cls.__name__) == ("Fade out", "Makes everything darker.", "Fadeout")


def test_a_function_runs_with_live_parameters():
    with at_desk(processor_from_function(fade_out, label="Fade"), share=0.25) as desk:
        assert desk.picture_of(grey(100)).max() == 25
        desk.runner.set_parameters({"share": 1.0})
        assert desk.picture_of(grey(100)).max() == 100


def test_a_function_may_give_results():
    def light(image):
        return Result(image=image, data={"light": float(image.mean())})

    cls = processor_from_function(light, results={"light": Number("Light")}, pixel_format="gray")
    with at_desk(cls) as desk:
        desk.show(np.full((48, 64), 9, np.uint8))
        wait_until(lambda: desk.notebook.results)
    assert desk.notebook.results[0][0] == {"light": 9.0}


def test_a_function_of_samples_processes_sound():
    cls = processor_from_function(lambda samples: samples * 0.5)
    assert needs_samples(cls)
    with at_desk(cls) as desk:
        desk.hear(tone(440, 0.02))
        wait_until(lambda: desk.notebook.sounds)


def test_a_function_of_nothing_is_a_source():
    def card(level: int = 30):
        return grey(level)

    cls = processor_from_function(card, output_fps=50)
    assert not needs_pixels(cls)
    with at_desk(cls, level=40) as desk:
        wait_until(lambda: len(desk.notebook.pictures) >= 3)
    assert desk.notebook.pictures[0][0].max() == 40


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda picture: picture, "name the first argument image or samples"),
        (lambda image, other: image, "give every other one a default"),
        (lambda image, size=(1, 2): image, "give a number"),
        (lambda: None, "output_fps"),
    ],
)
def test_a_function_that_cannot_be_one_is_refused_with_the_fix(function, words):
    with pytest.raises(DeclarationError, match=words):
        processor_from_function(function)
