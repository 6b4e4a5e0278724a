"""The form that the admin makes from the parameters of a class."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from processors.files import Owner, starting_values
from processors.models import ParameterFile, Processor

from .conftest import png
from .test_edit_a_processor import page, save

CHANGES = [
    ("guests", ["cem", "ann"], ["ann", "cem"]),
    ("size", "8", 8),
    ("share", "0.7", 0.7),
    ("count", "12", 12),
    ("ratio", "-2.25", -2.25),
    ("side", "right", "right"),
    ("place", "wall", "wall"),
    ("words", "  hall ", "  hall "),
    ("words", "", ""),
    ("paint", "#ABCDEF", "#abcdef"),
]
REFUSALS = [
    ("guests", ["dan"], "not one of the available choices"),
    ("size", "10", "less than or equal to 9"),
    ("size", "2.5", "whole number"),
    ("size", "", "required"),
    ("share", "nan", "number"),
    ("share", "1.5", "less than or equal to 1"),
    ("count", "-1", "greater than or equal to 0"),
    ("side", "top", "not one of the available choices"),
    ("place", "floor", "not one of the available choices"),
    ("words", "much more than twelve", "at most 12 characters"),
    ("words", "two\nlines", "on one line"),
    ("paint", "red", "Write the colour like"),
]


def upload(content: bytes, name: str = "hall.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


@pytest.mark.parametrize(("name", "typed", "kept"), CHANGES)
def test_a_chosen_value_becomes_the_default(
    name: str, typed: str | list[str], kept: Any, admin_browser: Client, every_kind: Processor
) -> None:
    save(admin_browser, every_kind, **{f"parameter_{name}": typed})
    every_kind.refresh_from_db()
    assert every_kind.parameters == {name: kept}
    assert every_kind.manifest()["defaults"][name] == kept
    assert every_kind.version == 2


def test_a_switch_is_off_when_the_browser_leaves_it_out(admin_browser: Client, every_kind: Processor) -> None:
    save(admin_browser, every_kind)
    every_kind.refresh_from_db()
    assert every_kind.parameters == {}
    page_with_box = admin_browser.get(page(every_kind)).content.decode()
    assert 'name="parameter_loud" aria' in page_with_box or "checked" in page_with_box


@pytest.mark.parametrize(("name", "typed", "sentence"), REFUSALS)
def test_what_does_not_fit_is_explained_at_its_field(
    name: str, typed: str | list[str], sentence: str, admin_browser: Client, every_kind: Processor
) -> None:
    response = save(admin_browser, every_kind, **{f"parameter_{name}": typed})
    errors = response.context["adminform"].form.errors
    assert list(errors) == [f"parameter_{name}"]
    assert sentence in str(errors)
    every_kind.refresh_from_db()
    assert every_kind.parameters == {}


def test_labels_units_and_help_are_shown(admin_browser: Client, every_kind: Processor) -> None:
    html = admin_browser.get(page(every_kind)).content.decode()
    for text in (
        "Size (px)",
        "Where it hangs.",
        "What each visitor starts with.",
        'type="color"',
        'type="range"',
    ):
        assert text in html


def test_a_default_of_the_class_is_not_copied(admin_browser: Client, every_kind: Processor) -> None:
    save(admin_browser, every_kind, parameter_size="8")
    save(admin_browser, every_kind, parameter_size="3")
    every_kind.refresh_from_db()
    assert every_kind.parameters == {}


def test_a_file_becomes_the_default_and_goes_again(admin_browser: Client, every_kind: Processor) -> None:
    save(admin_browser, every_kind, parameter_picture=upload(png()))
    every_kind.refresh_from_db()
    file = ParameterFile.objects.get()
    assert every_kind.parameters == {"picture": {"file": str(file.pk), "name": "hall.png"}}
    assert (file.content_type, file.expires, file.processor) == ("image/png", None, every_kind)

    assert "hall.png" in admin_browser.get(page(every_kind)).content.decode()
    save(admin_browser, every_kind, title="Still there")
    assert ParameterFile.objects.get() == file

    save(admin_browser, every_kind, **{"parameter_picture-clear": "on"})
    every_kind.refresh_from_db()
    assert every_kind.parameters == {}
    assert not ParameterFile.objects.exists()


def test_another_file_replaces_the_first(admin_browser: Client, every_kind: Processor) -> None:
    save(admin_browser, every_kind, parameter_picture=upload(png()))
    save(admin_browser, every_kind, parameter_picture=upload(png(8, 8), name="wall.png"))
    assert [file.name for file in ParameterFile.objects.all()] == ["wall.png"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no picture", "cannot be read"), (png() + b"\0" * 100_000, "larger than")],
)
def test_a_file_that_does_not_fit_is_refused(
    content: bytes, sentence: str, admin_browser: Client, every_kind: Processor
) -> None:
    response = save(admin_browser, every_kind, parameter_picture=upload(content))
    assert sentence in response.content.decode()
    assert not ParameterFile.objects.exists()


def test_another_class_keeps_what_still_fits_and_shows_its_own_fields(
    admin_browser: Client, every_kind: Processor
) -> None:
    save(
        admin_browser, every_kind, parameter_size="8", parameter_words="hall", parameter_picture=upload(png())
    )
    response = save(admin_browser, every_kind, key="only-size")
    every_kind.refresh_from_db()
    # 8 is too large for the other class, and files belong to the class they were chosen for.
    assert (every_kind.key, every_kind.parameters) == ("only-size", {"words": "hall"})
    assert response.redirect_chain[-1][0] == page(every_kind)
    html = response.content.decode()
    assert "The new class has other parameters" in html
    assert 'name="parameter_size"' in html
    assert 'name="parameter_paint"' not in html


def test_what_the_class_no_longer_understands_is_left_out(every_kind: Processor, bob: Any) -> None:
    """A package update renames a parameter or moves a limit; the row still starts."""
    every_kind.parameters = {"gone": 1, "size": 100, "words": "hall"}
    every_kind.save()
    defaults = every_kind.manifest()["defaults"]
    assert "gone" not in defaults
    assert (defaults["size"], defaults["words"]) == (3, "hall")
    assert starting_values(every_kind, {"share": 0.2}, Owner.of(bob, None)) == (
        {"words": "hall", "share": 0.2},
        {},
    )
