"""The page about specs names what there is."""

import json
import re

from processors.inference.conventions import CONVENTIONS
from processors.inference.extra_inputs import KINDS
from processors.inference.labels import LISTS
from processors.inference.sound_spec import SoundSpec
from processors.inference.spec import ModelSpec
from tests.support.processes import ROOT

PAGE = (ROOT / "docs/model-specs.md").read_text()


def test_every_convention_has_a_row() -> None:
    table = PAGE.split("## Conventions")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == list(CONVENTIONS)


def test_every_list_of_labels_and_every_other_input_is_named() -> None:
    assert [name for name in (*LISTS, *KINDS) if f"`{name}`" not in PAGE] == []


def test_the_example_is_a_spec() -> None:
    example = json.loads(PAGE.split("```json")[1].split("```")[0])
    assert ModelSpec.from_json(example).as_json() == example


def test_the_example_of_sound_is_a_spec() -> None:
    example = json.loads(PAGE.split("## Models that hear")[1].split("```json")[1].split("```")[0])
    assert SoundSpec.from_json(example).as_json() == example
