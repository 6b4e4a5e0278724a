"""A parameter of which any number may be chosen."""

import json

import pytest

from processors.base import VideoProcessor
from processors.exceptions import DeclarationError
from processors.manifest import manifest, visible_texts
from processors.parameters import ChoicesParameter, clean_parameters, json_schema, values_as_json

CLASSES = {"person": "Person", "dog": "Dog", "cat": "Cat"}


class Picky(VideoProcessor):
    """Looks for what was chosen."""

    wanted = ChoicesParameter("Wanted", choices=CLASSES, none_label="All")


def test_the_default_is_none() -> None:
    assert Picky().wanted == ()


def test_chosen_ones_stand_in_the_order_of_the_choices_and_once() -> None:
    assert clean_parameters(Picky, {"wanted": ["cat", "person", "cat"]}) == (
        {"wanted": ("person", "cat")},
        {},
    )


@pytest.mark.parametrize(
    "value", ["person", None, {"person": True}, ["bird"], [1], [["person"]], ["cat"] * 4]
)
def test_anything_else_is_refused(value: object) -> None:
    accepted, errors = clean_parameters(Picky, {"wanted": value})
    assert accepted == {}
    assert errors["wanted"]


def test_values_go_to_the_page_and_come_back() -> None:
    sent = json.loads(json.dumps(values_as_json(Picky, {"wanted": ("dog",)})))
    assert sent == {"wanted": ["dog"]}
    assert clean_parameters(Picky, sent)[0] == {"wanted": ("dog",)}


def test_the_manifest_has_all_that_a_control_needs() -> None:
    [entry] = manifest(Picky)["parameters"]
    assert (entry["type"], entry["default"], entry["none_label"]) == ("choices", [], "All")
    assert entry["choices"][0] == {"value": "person", "label": "Person"}
    assert {"All", "Person"} <= set(visible_texts(Picky))


def test_the_schema_says_the_same() -> None:
    schema = json_schema(Picky)["properties"]["wanted"]
    assert (schema["type"], schema["uniqueItems"], schema["default"]) == ("array", True, [])
    assert schema["items"]["enum"] == list(CLASSES)


def test_a_default_that_is_no_choice_is_refused_where_it_is_written() -> None:
    with pytest.raises(DeclarationError, match="bird"):
        ChoicesParameter("Wanted", choices=CLASSES, default=["bird"])
