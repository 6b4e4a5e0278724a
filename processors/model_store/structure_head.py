"""What a file is by its first bytes: enough to tell people who send the wrong one what to send instead."""

from .reports import Refused

HEAD_BYTES = 512
# What people upload by mistake begins with these bytes, at this place.
MISTAKEN = (
    (0, b"PK\x03\x04", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (0, b"7z\xbc\xaf", "archive"),
    (0, b"Rar!", "archive"),
    (257, b"ustar", "archive"),
    (0, b"\x89HDF", "hdf5"),
    (4, b"TFL3", "tflite"),
    (4, b"ORTM", "ort"),
)
PICKLE_PROTOCOLS = range(2, 6)


def refuse_other_formats(head: bytes) -> None:
    """Say what it is instead of "not ONNX": the next step depends on it."""
    if not head:
        raise Refused("empty")
    for place, mark, code in MISTAKEN:
        if head[place : place + len(mark)] == mark:
            raise Refused(code)
    if head[0] == 0x80 and len(head) > 1 and head[1] in PICKLE_PROTOCOLS:
        raise Refused("pickle")
