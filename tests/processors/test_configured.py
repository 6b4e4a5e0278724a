"""A class that a host's configuration changes: other choices, other results, or not installed at all."""

from collections.abc import Mapping
from typing import Any

import pytest

from processors import catalogue
from processors.base import Processor, VideoProcessor
from processors.exceptions import ProcessorError, ProcessorUnavailable
from processors.manifest import manifest
from processors.parameters import IntegerParameter, MenuParameter


class Painter(VideoProcessor):
    """Paints in a style.

    With brushes that the host chose.
    """

    label = "Painter"
    installed = False
    width = IntegerParameter("Width", default=5)
    style = MenuParameter("Style", choices=["none"])

    @classmethod
    def configured(cls, configuration: Mapping[str, Any]) -> type[Processor]:
        if not configuration.get("styles"):
            return cls
        if not isinstance(configuration["styles"], list):
            raise ProcessorError("“styles” must be a list.")
        return cls.variant(installed=True, style=MenuParameter("Style", choices=configuration["styles"]))


@pytest.fixture(autouse=True)
def in_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.BUILTINS, "painter", f"{__name__}:Painter")


def choices(cls: type[Processor]) -> list[str]:
    return list(cls.parameters["style"].choices)  # type: ignore[attr-defined]


def test_the_configuration_gives_a_variant_with_its_choices() -> None:
    cls = catalogue.load_class("painter", {"styles": ["oil", "ink"]})
    assert choices(cls) == ["oil", "ink"]
    assert list(cls.parameters) == ["width", "style"]
    assert (cls.label, cls.description, cls.installed) == ("Painter", "Paints in a style.", True)
    assert cls(style="ink").style == "ink"  # type: ignore[attr-defined]


def test_without_a_configuration_it_stays_what_it_is() -> None:
    assert catalogue.load_class("painter") is Painter
    assert catalogue.load_class("painter", {}) is Painter
    assert manifest(Painter)["installed"] is False


def test_the_same_configuration_gives_the_same_class() -> None:
    first = catalogue.load_class("painter", {"styles": ["oil"], "a": 1})
    assert first is catalogue.load_class("painter", {"a": 1, "styles": ["oil"]})
    assert first is not catalogue.load_class("painter", {"styles": ["ink"]})


def test_a_bad_configuration_is_a_sentence() -> None:
    with pytest.raises(ProcessorUnavailable, match="must be a list"):
        catalogue.load_class("painter", {"styles": "oil"})


def test_a_class_that_is_not_configured_ignores_it() -> None:
    assert catalogue.load_class("edges", {"models": []}) is catalogue.load_class("edges")
    assert manifest(catalogue.load_class("edges"))["installed"] is True
