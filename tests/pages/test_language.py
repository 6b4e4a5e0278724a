"""The language of pages and of the texts for their scripts."""

from django.test import Client

from processors.models import Processor

Wall = dict[str, Processor]


def test_the_browsers_language_is_spoken(visitor: Client, wall: Wall) -> None:
    html = visitor.get("/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="de">' in html


def test_the_footer_switches_the_language_and_it_stays(visitor: Client, wall: Wall) -> None:
    response = visitor.post("/i18n/setlang/", {"language": "de", "next": "/p/edges/"})
    assert response["Location"] == "/p/edges/"
    assert '<html lang="de">' in visitor.get("/").content.decode()


def test_scripts_get_the_language_their_address_names(visitor: Client, db: None) -> None:
    german = visitor.get("/jsi18n/?language=de", headers={"accept-language": "en"})
    english = visitor.get("/jsi18n/?language=en", headers={"accept-language": "de"})
    assert german["Content-Type"].startswith("text/javascript")
    assert "Kamera" in german.content.decode()
    assert "Kamera" not in english.content.decode()


def test_script_texts_may_be_kept_by_browsers(visitor: Client, db: None) -> None:
    response = visitor.get("/jsi18n/?language=de")
    assert "max-age=3600" in response["Cache-Control"]
    assert "public" in response["Cache-Control"]


def test_an_unknown_language_falls_back(visitor: Client, db: None) -> None:
    assert visitor.get("/jsi18n/?language=xx").status_code == 200
