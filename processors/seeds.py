"""The rows that every site begins with, friendliest first. An admin owns them from then on."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Seed:
    key: str
    title: str
    description: str
    tags: str


SEEDS = (
    Seed(
        "object-detection",
        _("Object detection"),
        _("Finds people, animals and things, and says what they are."),
        "detection,models",
    ),
    Seed(
        "style-transfer",
        _("Style transfer"),
        _("Paints your picture in the style of a painting."),
        "art,models,picture",
    ),
    Seed(
        "pictogram",
        _("Pictogram"),
        _("Turns you into a sports pictogram; your camera’s picture is not shown."),
        "fun,models,privacy",
    ),
    Seed("cartoon", _("Cartoon"), _("You, drawn with flat colours and firm outlines."), "art,picture"),
    Seed("sketch", _("Pencil sketch"), _("Your camera as a drawing on paper."), "art,picture"),
    Seed(
        "style", _("Colours of a painting"), _("Takes the colours and strokes of a painting."), "art,picture"
    ),
    Seed("face-overlay", _("Face overlay"), _("Glasses, hats and masks that follow your face."), "faces,fun"),
    Seed("faces", _("Find faces"), _("Draws a box around each face and counts them."), "faces,detection"),
    Seed(
        "hidden-faces",
        _("Hide faces"),
        _("Blurs or pixelates every face before anyone sees it."),
        "faces,privacy",
    ),
    Seed("edges", _("Edges"), _("Finds outlines; two thresholds decide which."), "vision,picture"),
    Seed(
        "people", _("Find people"), _("Draws a box around everybody who stands in view."), "detection,vision"
    ),
    Seed("qr", _("QR reader"), _("Reads the QR codes you hold into the camera."), "detection,text"),
    Seed("voice", _("Voice changer"), _("Raises or lowers your voice, or makes a robot of it."), "sound,fun"),
    Seed("echo", _("Echo"), _("Picture and sound come back some seconds later."), "sound,picture,time"),
    Seed("blur", _("Blur"), _("Softens the picture as much as you like."), "picture"),
    Seed("invert", _("Negative"), _("Swaps dark and light, and each colour for its opposite."), "picture"),
    Seed("rotate", _("Rotate"), _("Turns the picture, at the speed you choose."), "picture,fun"),
    Seed("flip", _("Flip"), _("Mirrors the picture or turns it upside down."), "picture"),
    Seed(
        "histogram",
        _("Histogram"),
        _("Charts how bright the picture is, and in which colours."),
        "vision,chart",
    ),
    Seed("gain", _("Volume"), _("Makes your microphone louder or quieter without clipping."), "sound"),
    Seed(
        "level-meter",
        _("Level meter"),
        _("Shows how loud your microphone is, as a moving picture."),
        "sound,chart",
    ),
    Seed(
        "frame-counter",
        _("Frame counter"),
        _("Counts each picture that arrives at the server."),
        "vision,time",
    ),
    Seed(
        "passthrough",
        _("Passthrough"),
        _("Sends everything back as it came, to test a connection."),
        "basics",
    ),
)

# Tags appear on pills and in the search, so they are translated like titles.
TAGS = (
    _("art"),
    _("basics"),
    _("chart"),
    _("detection"),
    _("faces"),
    _("fun"),
    _("models"),
    _("picture"),
    _("privacy"),
    _("sound"),
    _("text"),
    _("time"),
    _("vision"),
)
