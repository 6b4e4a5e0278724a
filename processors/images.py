"""Pictures that people send: proved by decoding them, and made small and harmless where we show them."""

import io

from PIL import Image, ImageOps

# What OpenCV in the workers and every browser can read.
FORMATS = ("PNG", "JPEG", "WEBP")
# A 2 MB file can unfold to gigabytes; the header says so before anything is decoded.
MAXIMUM_PIXELS = 40_000_000
THUMBNAIL_SIZE = (640, 360)


class UnreadableImage(Exception):
    """Not a picture we can use: broken, another format, or far too large."""


def content_type_of(data: bytes) -> str:
    return Image.MIME[opened(data).format or ""]


def opened(data: bytes) -> Image.Image:
    """Decode the whole picture, so that a broken end is noticed here and not in a worker."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height > MAXIMUM_PIXELS:
            raise UnreadableImage("The picture has too many pixels.")
        image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableImage("The picture cannot be decoded.") from error
    return image


def thumbnail(data: bytes) -> bytes:
    """Encode anew as a 16:9 JPEG: small, and without the place where the photo was taken."""
    upright = ImageOps.exif_transpose(opened(data)).convert("RGB")
    fitted = ImageOps.fit(upright, THUMBNAIL_SIZE)
    output = io.BytesIO()
    fitted.save(output, "JPEG", quality=85, optimize=True)
    return output.getvalue()
