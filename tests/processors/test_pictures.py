import io

import numpy as np
from PIL import Image

from processors.pictures import KEPT_PIXELS, decoded, decoded_with_alpha


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def test_colours_come_in_the_order_of_opencv():
    red = decoded_with_alpha(encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 128))))
    assert red[0, 0].tolist() == [0, 0, 255, 128]
    assert decoded(encoded(Image.new("L", (8, 8), 77)))[0, 0].tolist() == [77, 77, 77]


def test_a_large_picture_is_reduced():
    assert max(decoded(encoded(Image.new("RGB", (3000, 200)), "JPEG")).shape) == KEPT_PIXELS


def test_a_photograph_is_turned_upright():
    lying = Image.new("RGB", (40, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decoded(encoded(lying, "JPEG", exif=exif)).shape == (40, 20, 3)


def test_what_is_no_picture_or_cut_off_or_far_too_large_is_none():
    whole = encoded(Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)))
    assert decoded(b"") is None
    assert decoded(b"GIF89a") is None
    assert decoded(whole[: len(whole) // 2]) is None
    assert decoded(encoded(Image.new("1", (9000, 9000)))) is None
