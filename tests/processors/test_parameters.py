import base64
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.base import VideoProcessor
from processors.exceptions import DeclarationError
from processors.manifest import manifest
from processors.parameters import (
    ColourParameter,
    FileParameter,
    FileValue,
    FloatParameter,
    IntegerParameter,
    MenuParameter,
    NumberParameter,
    Parameter,
    RadioParameter,
    SwitchParameter,
    TextParameter,
    bgr,
    clean_parameters,
    default_values,
    json_schema,
    values_as_json,
)


class Everything(VideoProcessor):
    whole = IntegerParameter("Whole", minimum=-5, maximum=20, step=5, default=10, unit="px", help="In fives.")
    part = FloatParameter("Part", minimum=0, maximum=2, step=0.25, default=1)
    number = NumberParameter("Number", default=7, minimum=0, integer=True)
    switch = SwitchParameter("Switch", default=True)
    radio = RadioParameter("Radio", choices=["left", "right"])
    menu = MenuParameter("Menu", choices={"a": "First", "b": "Second"}, default="b")
    text = TextParameter("Text", default="hello", maximum_characters=10)
    colour = ColourParameter("Colour", default="#FF8000")
    file = FileParameter("File", maximum_bytes=16, live=False)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def upload(data: bytes, kind: str = "image/png") -> dict[str, str]:
    return {"name": "me.png", "type": kind, "data": base64.b64encode(data).decode()}


def refused(name: str, value: object) -> str:
    accepted, errors = clean_parameters(Everything, {name: value})
    assert accepted == {}
    return errors[name]


@given(st.sampled_from(list(Everything.parameters)), ANYTHING)
def test_whatever_comes_is_either_accepted_as_valid_or_refused_with_a_sentence(name, value):
    accepted, errors = clean_parameters(Everything, {name: value})
    assert len(accepted) + len(errors) == 1
    if errors:
        assert errors[name].endswith(".")
    else:
        json.dumps(values_as_json(Everything, accepted), allow_nan=False)
        assert clean_parameters(Everything, accepted) == (accepted, {})


@given(st.floats(min_value=0, max_value=2))
def test_a_slider_snaps_to_its_steps_and_stays_within_its_limits(value):
    accepted, _ = clean_parameters(Everything, {"part": value})
    assert abs(accepted["part"] - value) <= 0.125 + 1e-9
    assert (accepted["part"] * 4).is_integer()
    assert 0 <= accepted["part"] <= 2


@given(st.floats())
def test_numbers_outside_the_limits_are_refused(value):
    accepted, errors = clean_parameters(Everything, {"part": value})
    fits = math.isfinite(value) and 0 <= value <= 2
    assert bool(accepted) == fits
    assert bool(errors) == (not fits)


@given(st.integers(min_value=-5, max_value=20))
def test_a_whole_slider_gives_whole_steps(value):
    accepted, _ = clean_parameters(Everything, {"whole": float(value)})
    assert isinstance(accepted["whole"], int)
    assert (accepted["whole"] + 5) % 5 == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("whole", "10", "needs a number"),
        ("whole", True, "needs a number"),
        ("whole", 1.5, "whole number"),
        ("whole", 21, "The most is 20"),
        ("whole", -6, "The least is -5"),
        ("whole", 10**400, "too large"),
        ("part", float("nan"), "finite"),
        ("number", -1, "The least is 0"),
        ("number", 1.5, "whole number"),
        ("switch", 1, "on (true) or off (false)"),
        ("radio", "up", "Choose one of: left, right"),
        ("menu", "First", "Choose one of: a, b"),
        ("menu", ["a"], "Choose one of"),
        ("text", "x" * 11, "the most is 10 characters"),
        ("text", "two\nlines", "one line"),
        ("colour", "red", "#4cc79a"),
        ("colour", "#12345g", "#4cc79a"),
        ("colour", "#123456\n", "#4cc79a"),
        ("file", "me.png", "choose one to upload"),
        ("file", upload(b"x" * 17), "too large"),
        ("file", upload(b"x", "text/html"), "image/png, image/jpeg"),
        ("file", {"name": "a", "type": "image/png", "data": "***"}, "choose it again"),
        ("nothing", 1, "no such parameter"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_next_step(name, value, words):
    assert words in refused(name, value)


def test_what_fits_is_accepted_beside_what_does_not():
    accepted, errors = clean_parameters(Everything, {"whole": 15, "part": 9, "unknown": 0, "text": "yes"})
    assert accepted == {"whole": 15, "text": "yes"}
    assert set(errors) == {"part", "unknown"}


def test_a_file_arrives_as_bytes_and_is_shown_without_them():
    accepted, _ = clean_parameters(Everything, {"file": upload(b"picture")})
    assert accepted["file"] == FileValue("me.png", "image/png", b"picture")
    assert values_as_json(Everything, accepted) == {
        "file": {"name": "me.png", "type": "image/png", "bytes": 7}
    }
    assert clean_parameters(Everything, {"file": None}) == ({"file": None}, {})


def test_colours_are_kept_small_and_turn_into_what_opencv_draws_with():
    assert clean_parameters(Everything, {"colour": "#FFaa00"})[0] == {"colour": "#ffaa00"}
    assert bgr(Everything().colour) == (0, 128, 255)


def test_defaults_are_those_of_the_declaration():
    assert default_values(Everything) == {
        "whole": 10,
        "part": 1.0,
        "number": 7,
        "switch": True,
        "radio": "left",
        "menu": "b",
        "text": "hello",
        "colour": "#ff8000",
        "file": None,
    }


def test_every_kind_says_how_to_draw_it():
    drawn = {item["name"]: item for item in manifest(Everything)["parameters"]}
    kinds = [item["type"] for item in drawn.values()]
    assert kinds == ["slider", "slider", "number", "switch", "radio", "menu", "text", "colour", "file"]
    assert (
        drawn["whole"] | {"minimum": -5, "maximum": 20, "step": 5, "unit": "px", "help": "In fives."}
        == drawn["whole"]
    )
    assert drawn["menu"]["choices"] == [{"value": "a", "label": "First"}, {"value": "b", "label": "Second"}]
    assert (drawn["file"]["accept"], drawn["file"]["max_bytes"]) == (["image/png", "image/jpeg"], 16)
    assert (drawn["file"]["live"], drawn["whole"]["live"]) == (False, True)
    json.dumps(drawn)


def test_the_json_schema_describes_a_whole_set_of_values():
    schema = json.loads(json.dumps(json_schema(Everything)))
    assert schema["additionalProperties"] is False
    assert schema["properties"]["whole"] == {
        "title": "Whole",
        "default": 10,
        "description": "In fives.",
        "type": "integer",
        "minimum": -5,
        "maximum": 20,
    }
    types = {name: item["type"] for name, item in schema["properties"].items()}
    assert types == {
        "whole": "integer",
        "part": "number",
        "number": "integer",
        "switch": "boolean",
        "radio": "string",
        "menu": "string",
        "text": "string",
        "colour": "string",
        "file": ["object", "null"],
    }


@pytest.mark.parametrize(
    "declare",
    [
        lambda: IntegerParameter("Wrong", minimum=5, maximum=1, default=2),
        lambda: IntegerParameter("Wrong", maximum=5, default=6),
        lambda: FloatParameter("Wrong", step=0, default=0.5),
        lambda: MenuParameter("Wrong", choices=[]),
        lambda: RadioParameter("Wrong", choices={"a": "A"}, default="b"),
        lambda: ColourParameter("Wrong", default="blue"),
    ],
)
def test_a_wrong_declaration_is_refused_at_once(declare):
    with pytest.raises(DeclarationError, match="Wrong"):
        declare()


def test_a_parameter_of_ones_own_needs_only_clean():
    class Even(Parameter[int]):
        kind = "number"

        def clean(self, value):
            return int(value) // 2 * 2

    class Uses(VideoProcessor):
        even = Even("Even", 4)

    assert clean_parameters(Uses, {"even": 7}) == ({"even": 6}, {})
