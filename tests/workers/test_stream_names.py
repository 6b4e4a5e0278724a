"""Which sections an answer calls the same, so that browsers play them in step."""

from workers.stream_names import StreamNames

PAIR = {"0": "video", "1": "audio"}
TWO_PAIRS = PAIR | {"2": "video", "3": "audio"}
BOB, CAROL = "bob-camera", "carol-camera"


def test_sound_and_picture_of_one_person_have_one_name() -> None:
    names = StreamNames()
    assert names.name_all(TWO_PAIRS, {"0": BOB, "3": BOB, "1": CAROL, "2": CAROL}) == []
    assert names["0"] == names["3"] == BOB
    assert names["1"] == names["2"] == CAROL


def test_who_comes_into_the_sections_of_a_leaver_keeps_their_names() -> None:
    names = StreamNames()
    names.name_all(PAIR, {"0": BOB, "1": BOB})
    after = {"0": CAROL, "1": CAROL}
    assert not names.is_wrong(after)
    assert names.name_all(PAIR, after) == []
    assert names["0"] == names["1"] == BOB


def test_spare_sections_are_named_in_pairs() -> None:
    names = StreamNames()
    names.name_all(TWO_PAIRS, {})
    assert names["0"] == names["1"] != names["2"] == names["3"]
    assert not names.is_wrong({"2": BOB, "3": BOB})
    assert names.is_wrong({"0": BOB, "3": BOB})


def test_a_free_section_beside_ones_own_is_preferred_and_one_beside_a_stranger_comes_last() -> None:
    names = StreamNames()
    kinds = TWO_PAIRS | {"4": "video"}
    names.name_all(kinds, {"0": BOB, "1": BOB, "2": CAROL, "3": CAROL})
    shown = {"1": BOB, "3": CAROL}
    assert sorted("024", key=lambda mid: names.preference(mid, BOB, shown)) == ["0", "4", "2"]


def test_a_section_beside_a_stranger_is_renamed_once() -> None:
    names = StreamNames()
    names.name_all(TWO_PAIRS, {"0": BOB, "1": BOB, "2": CAROL, "3": CAROL})
    crossed = {"0": BOB, "1": CAROL, "2": CAROL, "3": BOB}
    assert names.is_wrong(crossed)
    assert names.name_all(TWO_PAIRS, crossed)
    assert not names.is_wrong(crossed)
    assert names["0"] == names["3"] != names["1"] == names["2"]
    assert names.name_all(TWO_PAIRS, crossed) == []
