"""What people wear in a room, each their own, changed live; and a shared screen beside the camera."""

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import SeatFactory
from .meeting import ADA, BEN, CLEO, Seat, chromium_page, is_near, make_room, wait_meeting

Colour = tuple[int, int, int]


def inverted(colour: Colour) -> Colour:
    red, green, blue = colour
    return 255 - red, 255 - green, 255 - blue


def wear(seat: Seat, slug: str) -> None:
    if not chromium_page(seat).page.locator("#worn").is_visible():
        seat.page.click("[data-opens=processor]")
    seat.page.set_value("#worn", slug)


def test_each_wears_their_own(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "wardrobe")
    ada, ben, cleo = sit_down(site, ADA, "bob"), sit_down(site, BEN), sit_down(site, CLEO)
    for seat in (ada, ben, cleo):
        seat.open(site, "wardrobe")
        seat.join()
    wait_meeting(ada, ben, cleo)
    wear(ada, "invert")
    wear(ben, "edges")
    wait_until(lambda: cleo.sees(ada, inverted(ADA.colour)), "Ada in negative", 20)
    wait_until(lambda: cleo.sees(ben, (0, 0, 0)), "Ben as edges", 20)
    assert ben.sees(cleo)
    wait_until(lambda: cleo.hears_tone_of(ada), "sound goes on", 10)
    page = chromium_page(ben).page
    page.locator("[data-testid=param-low]").first.wait_for()
    assert "Edges" in chromium_page(cleo).page.locator(".tile", has_text="Ben").inner_text()
    wear(ada, "")
    wait_until(lambda: cleo.sees(ada), "Ada as she is", 20)
    assert cleo.sees(ben, (0, 0, 0))


def test_a_wearer_sees_what_the_others_see(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "mirror")
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, "mirror")
        seat.join()
    wait_meeting(ada, ben)
    assert colour_of_own(ada, ADA.colour)
    assert is_mirrored(ada)
    wear(ada, "invert")
    wait_until(lambda: colour_of_own(ada, inverted(ADA.colour)), "Ada sees her own negative", 20)
    assert not is_mirrored(ada)
    assert f"{ada.participant}/microphone" not in ada.hears(), "nobody hears themselves"
    assert colour_of_own(ben, BEN.colour), "Ben wears nothing, and sees his camera"
    wear(ada, "")
    wait_until(lambda: colour_of_own(ada, ADA.colour), "Ada's camera again", 20)
    wait_until(lambda: is_mirrored(ada), "as a mirror shows it")
    wait_meeting(ada, ben)


def test_what_a_processor_finds_stands_on_the_wearers_tile(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "finders")
    ada, ben = sit_down(site, ADA, "alice"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, "finders")
        seat.join()
    wait_meeting(ada, ben)
    wear(ada, "test-frame")
    wait_until(lambda: marked(ada, "You"), "a box on Ada's own tile", 20)
    panel = chromium_page(ada).page.locator("[data-place=picture] .results")
    wait_until(lambda: "The middle is there" in panel.inner_text(), "and the words in the panel")
    assert "1" in panel.locator("[data-view=boxes]").inner_text()
    assert not marked(ben, "Ada"), "what one's own processor finds is for oneself"
    wear(ada, "")
    wait_until(lambda: not marked(ada, "You"), "nothing worn, nothing marked")


def colour_of_own(seat: Seat, colour: Colour) -> bool:
    tile = seat.tile("You")
    return tile is not None and is_near(tile["colour"], colour)


def is_mirrored(seat: Seat) -> bool:
    return bool(seat.page.evaluate("!!document.querySelector('.tile[data-participant] video.mirrored')"))


def marked(seat: Seat, name: str) -> bool:
    """Whether something is drawn over the picture, and nothing in its middle, where nothing belongs."""
    return bool(
        seat.page.evaluate(
            f"""(() => {{
                const tile = [...document.querySelectorAll(".tile")]
                    .find((each) => each.querySelector("[data-part=name]").textContent === {name!r});
                const canvas = tile?.querySelector("canvas");
                if (!canvas || canvas.hidden) return false;
                const context = canvas.getContext("2d");
                const alpha = (x, y) =>
                    context.getImageData(Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data[3];
                return alpha(0.25, 0.5) > 0 && alpha(0.75, 0.5) > 0 && alpha(0.5, 0.6) === 0;
            }})()"""
        )
    )


def test_a_screen_is_shown_large_beside_the_camera(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "cinema")
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, "cinema")
        seat.join()
    wait_meeting(ada, ben)
    ben.page.click("#share-screen")

    def screen_is_shown() -> bool:
        tile = ada.tile("Ben’s screen", "screen")
        return tile is not None and is_near(tile["colour"], BEN.screen)

    wait_until(screen_is_shown, "Ben's screen", 20)
    assert ada.sees(ben), "and his camera"
    large = chromium_page(ada).page.locator(".tile[data-source=screen]")
    assert large.get_attribute("data-large") is not None
    wait_until(
        lambda: abs(ada.hears().get(f"{ben.participant}/screen_sound", 0) - BEN.hertz - 2000) < 20,
        "the sound of the screen",
        10,
    )
    wait_until(lambda: ada.hears_tone_of(ben), "and his voice", 10)
    ben.page.click("#share-screen")
    wait_until(lambda: ada.tile("Ben’s screen", "screen") is None, "the screen is gone", 10)
    wait_meeting(ada, ben)
    ben.page.click("#share-screen")
    wait_until(screen_is_shown, "Ben's screen again", 20)
