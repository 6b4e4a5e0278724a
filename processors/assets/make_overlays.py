"""Draws the pictures that the face overlay puts on people: ``python -m processors.assets.make_overlays``."""

from collections.abc import Callable

from PIL import Image, ImageDraw

from . import OVERLAYS

SIZE = 256
FINENESS = 4  # drawn larger and reduced, so that outlines are smooth

INK = (26, 26, 24, 255)
GOLD = (226, 178, 70, 255)
GOLD_SHADE = (188, 140, 44, 255)
GREEN = (11, 110, 79, 255)
ROSE = (222, 140, 140, 255)
FUR = (120, 98, 82, 255)

Draw = Callable[[ImageDraw.ImageDraw], None]


def s(*numbers: float) -> list[float]:
    """Scale coordinates from 256 to the fine canvas."""
    return [number * FINENESS for number in numbers]


def glasses(draw: ImageDraw.ImageDraw) -> None:
    for left in (14, 144):
        draw.ellipse(s(left, 70, left + 98, 168), fill=(20, 30, 28, 170), outline=INK, width=9 * FINENESS)
    draw.arc(s(98, 92, 158, 140), 200, 340, fill=INK, width=9 * FINENESS)
    draw.line(s(0, 100, 20, 108), fill=INK, width=8 * FINENESS)
    draw.line(s(256, 100, 236, 108), fill=INK, width=8 * FINENESS)
    for left in (34, 164):
        draw.line(s(left, 130, left + 30, 92), fill=(255, 255, 255, 110), width=6 * FINENESS)


def hat(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle(s(62, 40, 194, 200), radius=14 * FINENESS, fill=INK)
    draw.rectangle(s(62, 158, 194, 188), fill=GREEN)
    draw.ellipse(s(8, 176, 248, 220), fill=INK)
    draw.line(s(82, 58, 82, 150), fill=(70, 70, 66, 255), width=6 * FINENESS)


def crown(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(s(24, 208, 10, 84, 72, 144, 128, 50, 184, 144, 246, 84, 232, 208), fill=GOLD)
    draw.rectangle(s(24, 182, 232, 208), fill=GOLD_SHADE)
    for x, y in ((10, 84), (128, 50), (246, 84)):
        x = min(max(x, 14), 242)
        draw.ellipse(s(x - 12, y - 12, x + 12, y + 12), fill=GREEN)
    for x in (62, 128, 194):
        draw.ellipse(s(x - 9, 186, x + 9, 204), fill=ROSE)


def moustache(draw: ImageDraw.ImageDraw) -> None:
    for side in (-1, 1):
        for step in range(60):
            far = step / 59  # from the middle to the tip, rising and getting thinner
            x, y = 128 + side * (22 + 96 * far), 136 - 34 * far**2 + 10 * far
            radius = 25 * (1 - far) ** 0.7 + 3
            draw.ellipse(s(x - radius, y - radius, x + radius, y + radius), fill=INK)


def cat(draw: ImageDraw.ImageDraw) -> None:
    for side in (-1, 1):
        outer = [128 + side * 52, 66, 128 + side * 112, 2, 128 + side * 118, 104]
        inner = [128 + side * 72, 62, 128 + side * 104, 26, 128 + side * 108, 86]
        draw.polygon(s(*outer), fill=FUR)
        draw.polygon(s(*inner), fill=ROSE)
        for rise in (-14, 0, 14):
            draw.line(s(128 + side * 34, 172, 128 + side * 118, 172 + rise), fill=INK, width=3 * FINENESS)
    draw.polygon(s(112, 150, 144, 150, 128, 168), fill=ROSE)
    draw.line(s(128, 168, 128, 180), fill=INK, width=4 * FINENESS)


PICTURES: dict[str, Draw] = {
    "glasses": glasses,
    "hat": hat,
    "crown": crown,
    "moustache": moustache,
    "cat": cat,
}


def main() -> None:
    for name, paint in PICTURES.items():
        canvas = Image.new("RGBA", (SIZE * FINENESS, SIZE * FINENESS), (0, 0, 0, 0))
        paint(ImageDraw.Draw(canvas, "RGBA"))
        canvas.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(OVERLAYS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
