import pytest

from processors.models import Processor

from .conftest import make_row


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    make_row("edges", title="Edges", description="Finds outlines.", tags="Vision, picture")
    make_row("faces", title="Find faces", description="Draws boxes.", tags="faces,vision")
    make_row("gain", title="Volume", description="Louder.", tags="sound")


def found(text: str) -> list[str]:
    return [row.slug for row in Processor.objects.search(text).order_by("slug")]


def test_words_are_found_wherever_they_stand() -> None:
    assert found("OUTLINES") == ["edges"]
    assert found("vision") == ["edges", "faces"]
    assert found("gain") == ["gain"]


def test_every_word_must_be_there() -> None:
    assert found("vision boxes") == ["faces"]
    assert found("vision louder") == []


def test_nothing_asked_finds_everything() -> None:
    assert found("  ") == ["edges", "faces", "gain"]


def test_wildcards_are_plain_characters() -> None:
    assert found("%") == []


def test_a_tag_is_a_whole_tag() -> None:
    make_row("half", tags="sounds")
    assert [row.slug for row in Processor.objects.tagged("sound")] == ["gain"]


def test_tags_are_tidied() -> None:
    row = make_row("tidy", tags=" Faces, privacy ,faces,, Real  Time")
    assert row.tag_list == ["faces", "privacy", "real time"]


def test_a_visitor_finds_titles_in_his_language(german: None) -> None:
    assert found("lautst") == ["gain"]
    assert found("volume") == ["gain"]
