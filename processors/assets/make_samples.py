"""Draws the sample pictures: ``python -m processors.assets.make_samples``. Nobody real, nowhere real."""

from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from . import SAMPLES

WIDTH, HEIGHT = 640, 480
FINENESS = 3
JPEG_QUALITY = 88
QR_TEXT = "Showroom"

Colour = tuple[int, int, int]


class Canvas:
    """A picture drawn three times as large; coordinates are those of the final one."""

    def __init__(self, top: Colour, bottom: Colour) -> None:
        shade = np.linspace(0, 1, HEIGHT * FINENESS)[:, None, None]
        column = (1 - shade) * np.array(top) + shade * np.array(bottom)
        filled = np.repeat(column, WIDTH * FINENESS, axis=1).astype(np.uint8)
        self.image = Image.fromarray(filled)
        self.draw = ImageDraw.Draw(self.image)

    def ellipse(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        self.draw.ellipse(scaled(x - across, y - down, x + across, y + down), fill=colour)

    def polygon(self, colour: Colour, *points: float) -> None:
        self.draw.polygon(scaled(*points), fill=colour)

    def rectangle(self, colour: Colour, *corners: float) -> None:
        self.draw.rectangle(scaled(*corners), fill=colour)

    def arc(
        self,
        x: float,
        y: float,
        across: float,
        down: float,
        ends: tuple[int, int],
        colour: Colour,
        width: int,
    ) -> None:
        corners = scaled(x - across, y - down, x + across, y + down)
        self.draw.arc(corners, *ends, fill=colour, width=width * FINENESS)

    def soften(self, pixels: float) -> None:
        self.image = self.image.filter(ImageFilter.GaussianBlur(pixels * FINENESS))
        self.draw = ImageDraw.Draw(self.image)

    def finished(self, random: np.random.Generator) -> np.ndarray[Any, Any]:
        """Return it in its final size with a little grain, as a camera gives it."""
        small = np.asarray(self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), np.float32)
        return np.clip(small + random.normal(0, 2.0, small.shape), 0, 255).astype(np.uint8)


def scaled(*numbers: float) -> list[float]:
    return [number * FINENESS for number in numbers]


def portrait() -> Canvas:
    canvas = Canvas((206, 203, 194), (176, 172, 162))
    canvas.rectangle((150, 170, 168), 40, 40, 170, 230)
    canvas.rectangle((214, 226, 222), 50, 50, 160, 220)
    canvas.polygon((120, 150, 130), 50, 220, 90, 150, 120, 185, 160, 140, 160, 220)
    canvas.rectangle((160, 130, 102), 520, 330, 640, 480)
    canvas.ellipse(566, 250, 46, 66, (62, 110, 78))
    canvas.ellipse(606, 270, 34, 58, (48, 92, 66))
    canvas.rectangle((196, 120, 86), 545, 300, 610, 350)
    canvas.soften(5)
    shoulders(canvas)
    head(canvas)
    return canvas


def shoulders(canvas: Canvas) -> None:
    canvas.ellipse(320, 500, 190, 130, (38, 92, 84))
    canvas.polygon((196, 144, 116), 276, 330, 364, 330, 380, 400, 320, 430, 260, 400)
    canvas.ellipse(320, 338, 60, 26, (170, 118, 94))
    canvas.soften(1.5)


def head(canvas: Canvas) -> None:
    canvas.ellipse(320, 205, 112, 140, (58, 42, 34))
    canvas.ellipse(320, 240, 92, 124, (222, 172, 142))
    canvas.ellipse(226, 240, 12, 26, (206, 152, 124))
    canvas.ellipse(414, 240, 12, 26, (206, 152, 124))
    canvas.polygon(
        (58, 42, 34), 226, 190, 250, 128, 320, 104, 392, 128, 414, 190, 380, 160, 310, 150, 260, 166
    )
    canvas.soften(3)
    for side in (-1, 1):
        eye(canvas, 320 + side * 40)
        canvas.ellipse(320 + side * 50, 286, 22, 14, (226, 160, 136))
    canvas.polygon((206, 152, 122), 312, 226, 328, 226, 338, 276, 302, 276)
    canvas.ellipse(320, 278, 20, 9, (200, 146, 118))
    canvas.ellipse(310, 282, 5, 3, (128, 80, 66))
    canvas.ellipse(330, 282, 5, 3, (128, 80, 66))
    canvas.soften(2)
    canvas.ellipse(320, 318, 34, 11, (170, 84, 80))
    canvas.arc(320, 306, 38, 14, (25, 155), (110, 52, 50), 3)
    canvas.soften(0.8)


def eye(canvas: Canvas, x: float) -> None:
    canvas.ellipse(x, 222, 25, 14, (190, 138, 112))
    canvas.arc(x, 206, 26, 14, (200, 340), (56, 40, 32), 7)
    canvas.ellipse(x, 224, 18, 9, (238, 234, 228))
    canvas.ellipse(x, 224, 9, 9, (70, 52, 38))
    canvas.ellipse(x, 224, 5, 5, (18, 14, 12))
    canvas.arc(x, 224, 19, 10, (180, 360), (50, 36, 30), 3)
    canvas.ellipse(x + 3, 221, 2, 2, (255, 255, 255))


def street() -> Canvas:
    canvas = Canvas((150, 188, 214), (226, 222, 208))
    canvas.ellipse(520, 70, 34, 34, (250, 232, 190))
    canvas.soften(4)
    houses(canvas)
    canvas.rectangle((150, 148, 144), 0, 360, 640, 480)
    canvas.rectangle((186, 182, 174), 0, 352, 640, 372)
    for x in range(20, 640, 120):
        canvas.polygon((226, 224, 216), x, 440, x + 60, 440, x + 52, 452, x - 10, 452)
    poster(canvas)
    walker(canvas, 400, 420, 210, (40, 62, 96))
    walker(canvas, 520, 405, 185, (150, 60, 50))
    canvas.soften(0.7)
    return canvas


def houses(canvas: Canvas) -> None:
    for x, width, top, colour in (
        (0, 150, 90, (196, 140, 110)),
        (150, 190, 40, (222, 206, 176)),
        (340, 160, 110, (140, 160, 150)),
        (500, 140, 60, (206, 172, 120)),
    ):
        canvas.rectangle(colour, x, top, x + width, 360)
        for row in range(top + 24, 300, 64):
            for column in range(x + 18, x + width - 30, 44):
                canvas.rectangle((70, 86, 96), column, row, column + 24, row + 38)
                canvas.rectangle((120, 140, 150), column + 3, row + 3, column + 11, row + 34)


def poster(canvas: Canvas) -> None:
    """A QR code on the wall, with the quiet zone that readers need."""
    code = cv2.QRCodeEncoder.create().encode(QR_TEXT)
    side = 5 * code.shape[0]  # whole pixels to a module
    grown = Image.fromarray(code).resize((side * FINENESS, side * FINENESS), Image.Resampling.NEAREST)
    canvas.rectangle((255, 255, 255), 160, 148, 180 + side, 168 + side)
    canvas.image.paste(grown.convert("RGB"), (170 * FINENESS, 158 * FINENESS))


def walker(canvas: Canvas, x: float, feet: float, tall: float, coat: Colour) -> None:
    def at(across: float, up: float) -> tuple[float, float]:
        return x + across * tall, feet - up * tall

    def limb(colour: Colour, width: float, *points: tuple[float, float]) -> None:
        places = [number for point in points for number in at(*point)]
        canvas.draw.line(scaled(*places), fill=colour, width=round(width * tall * FINENESS), joint="curve")

    canvas.ellipse(x, feet, 0.2 * tall, 0.03 * tall, (128, 126, 122))
    limb((44, 46, 54), 0.085, (-0.03, 0.5), (-0.06, 0.25), (-0.09, 0.02))
    limb((36, 38, 46), 0.085, (0.03, 0.5), (0.06, 0.25), (0.08, 0.02))
    limb(coat, 0.19, (0, 0.74), (0, 0.5))
    limb(coat, 0.065, (-0.1, 0.78), (-0.14, 0.6), (-0.12, 0.45))
    limb(coat, 0.065, (0.1, 0.78), (0.14, 0.6), (0.12, 0.45))
    limb(coat, 0.1, (-0.08, 0.79), (0.08, 0.79))
    canvas.ellipse(*at(0, 0.93), 0.055 * tall, 0.07 * tall, (214, 164, 136))
    canvas.ellipse(*at(0, 0.96), 0.058 * tall, 0.05 * tall, (60, 44, 36))


def main() -> None:
    for name, canvas in {"portrait": portrait(), "street": street()}.items():
        picture = canvas.finished(np.random.default_rng(7))
        options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        cv2.imwrite(str(SAMPLES / f"{name}.jpg"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)


if __name__ == "__main__":
    main()
