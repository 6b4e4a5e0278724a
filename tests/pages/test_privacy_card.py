"""The card says what is true of this processor on this site."""

from typing import Any

from django.test import Client

from processors.models import Processor
from rooms.privacy_card import privacy_card

Wall = dict[str, Processor]
FACTS = {
    "camera": True,
    "microphone": False,
    "stored": False,
    "recorded": False,
    "sends_elsewhere": "",
    "never_passthrough": False,
}


def answers(**facts: Any) -> dict[str, str]:
    return {question: answer for _, question, answer in privacy_card(FACTS | facts)}


def test_an_ordinary_processor(visitor: Client, wall: Wall) -> None:
    html = visitor.get("/p/edges/").content.decode()
    assert "Camera to this server, encrypted on the way." in html
    assert "It does not leave this server." in html
    assert "Can the raw picture show?" not in html


def test_one_that_never_shows_the_raw_picture(visitor: Client, wall: Wall) -> None:
    assert "Can the raw picture show?" in visitor.get("/p/hidden-faces/").content.decode()


def test_the_sentence_of_a_processor_that_passes_data_on() -> None:
    sentence = "Pictures go to a translation service in Iceland."
    assert answers(sends_elsewhere=sentence)["Is it passed on?"] == sentence


def test_storage_and_recording() -> None:
    assert answers(stored=True)["Is it stored?"].startswith("Yes")
    assert answers(recorded=True)["Is it recorded?"].startswith("Yes")
    assert answers()["Is it recorded?"] == "No."


def test_a_source_takes_nothing() -> None:
    assert "Nothing of yours is sent" in answers(camera=False)["Where does it go?"]


def test_a_relay_is_named_when_the_site_has_one(settings: Any) -> None:
    settings.ICE_SERVERS = [{"urls": ["stun:stun.example.org", "turn:turn.example.org"]}]
    assert "relay" in answers()["Where does it go?"]
    settings.ICE_SERVERS = [{"urls": "stun:stun.example.org"}]
    assert "relay" not in answers()["Where does it go?"]
