"""A row whose model is not installed: on show, but not to be started; and a configuration that cannot work."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from processors import bench
from processors.models import Processor
from processors.sync import sync_builtins

from .conftest import Browser, make_row
from .test_edit_a_processor import page, save

MODEL = {
    "name": "one",
    "title": "One",
    "sha256": "0" * 64,
    "spec": {
        "task": "detection",
        "convention": "yolox",
        "labels": ["cat", "dog"],
        "input": {"name": "images", "width": 416, "height": 416},
    },
}


@pytest.fixture
def detection(db: None) -> Processor:
    sync_builtins()
    return Processor.objects.get(slug="object-detection")


def test_the_api_says_so(detection: Processor, guest: Any, browser: Browser, guests_welcome: None) -> None:
    assert browser(guest).get("/api/processors/object-detection/").json()["state"] == "not_installed"
    states = {item["slug"]: item["state"] for item in browser(guest).get("/api/processors/").json()}
    assert states["style-transfer"] == states["pictogram"] == "not_installed"
    assert states["edges"] != "not_installed"


def test_its_card_hangs_behind_those_that_can_be_started(
    detection: Processor, guest: Any, browser: Browser, guests_welcome: None
) -> None:
    cards = browser(guest).get("/").context["cards"]
    assert [card.installed for card in cards] == sorted((card.installed for card in cards), reverse=True)
    assert {card.slug for card in cards if not card.installed} == {
        "object-detection",
        "style-transfer",
        "pictogram",
    }


def test_only_who_may_install_is_led_there(
    detection: Processor, bob: Any, alice: Any, browser: Browser
) -> None:
    html = {person: browser(person).get("/p/object-detection/").content.decode() for person in (bob, alice)}
    assert all('id="not-installed"' in each and 'id="start"' not in each for each in html.values())
    place = f"{reverse('admin:processors_modelfile_known')}?for=object-detection"
    assert all("What can be set is shown once it is ready." in each for each in html.values())
    assert all("This processor has nothing to set." not in each for each in html.values())
    assert place in html[alice]
    assert place not in html[bob]
    assert "YOLOX-nano" in browser(alice).get(place).content.decode()


def test_a_model_makes_it_one_that_can_be_started(
    detection: Processor, guest: Any, browser: Browser, guests_welcome: None
) -> None:
    detection.configuration = {"models": [MODEL]}
    detection.save()
    assert detection.manifest()["installed"] is True
    html = browser(guest).get("/p/object-detection/?classes=dog&classes=unicorn").content.decode()
    assert 'id="start"' in html
    assert 'value="dog" checked' in html
    assert 'value="cat" checked' not in html


def test_the_row_may_choose_classes_by_default(admin_browser: Client, detection: Processor) -> None:
    detection.configuration = {"models": [MODEL]}
    detection.save()
    save(admin_browser, detection, parameter_classes=["dog"])
    detection.refresh_from_db()
    assert detection.parameters == {"classes": ["dog"]}
    assert detection.manifest()["defaults"]["classes"] == ["dog"]


def test_what_the_class_says_against_a_configuration_stands_at_its_field(
    admin_browser: Client, detection: Processor
) -> None:
    response = save(admin_browser, detection, configuration='{"models": "yolox"}')
    assert "must be a list of models" in str(response.context["adminform"].form.errors["configuration"])
    detection.refresh_from_db()
    assert detection.configuration == {}


def test_a_broken_configuration_does_not_take_the_pages_with_it(
    admin_browser: Client, guest: Any, browser: Browser, guests_welcome: None
) -> None:
    row = make_row("broken", key="pictogram", configuration={"models": 7})
    assert browser(guest).get("/").status_code == 200
    assert browser(guest).get("/p/broken/").status_code == 200
    assert admin_browser.get(page(row)).status_code == 200


def test_the_test_bench_names_what_is_missing() -> None:
    report = bench.run({"key": "pose", "configuration": {}, "values": {}})
    assert "has no model yet" in report["error"]
