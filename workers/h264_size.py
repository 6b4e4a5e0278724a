"""How large an H.264 picture is, as its sequence parameter sets say (ITU-T H.264 §7.3.2.1.1)."""

SEQUENCE_PARAMETER_SET = 7
# Profiles whose sets tell of chroma, bit depth and scaling matrices.
HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 134, 135, 138, 139})
MACROBLOCK_PIXELS = 16
# An Exp-Golomb code with more leading zeros is no number of 32 bits.
MAX_LEADING_ZEROS = 31
CHROMA_444 = 3
# What is read stands in the first bytes, however long a unit is.
READ_BYTES = 1024


class H264SizeUnreadable(Exception):
    """A parameter set is cut off or says what none may say."""


def h264_sizes(data: bytes) -> list[tuple[int, int]]:
    """Return (width, height) in pixels, before cropping, of each parameter set in the Annex B ``data``."""
    sizes = []
    start = data.find(b"\x00\x00\x01")
    while 0 <= start < len(data) - 3:
        if data[start + 3] & 0x1F == SEQUENCE_PARAMETER_SET:
            sizes.append(_size(data[start + 4 : start + 4 + READ_BYTES]))
        start = data.find(b"\x00\x00\x01", start + 3)
    return sizes


class _Bits:
    """Reads fields of a NAL unit, without the bytes that keep start codes out of it (§7.4.1)."""

    def __init__(self, data: bytes) -> None:
        data = data.replace(b"\x00\x00\x03", b"\x00\x00")
        self._left = len(data) * 8
        self._value = int.from_bytes(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise H264SizeUnreadable("A parameter set is cut off.")
        return self._value >> self._left & (1 << count) - 1

    def number(self) -> int:
        """Read ue(v): as many zeros as bits follow the first one (§9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > MAX_LEADING_ZEROS:
                raise H264SizeUnreadable("A parameter set holds a number that is too long.")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """Read se(v) (§9.1.1)."""
        number = self.number()
        return (number + 1) // 2 if number & 1 else -(number // 2)

    def skip_numbers(self, count: int) -> None:
        for _ in range(count):
            self.number()


def _size(parameter_set: bytes) -> tuple[int, int]:
    bits = _Bits(parameter_set)
    profile = bits.take(8)
    bits.take(16)  # constraints and level
    bits.number()  # its own number
    if profile in HIGH_PROFILES:
        _skip_high_profile(bits)
    bits.number()  # length of frame numbers
    _skip_picture_order(bits)
    bits.number()  # reference frames
    bits.take(1)  # whether frame numbers may have gaps
    width, height = bits.number() + 1, bits.number() + 1
    fields = 2 - bits.take(1)
    return width * MACROBLOCK_PIXELS, height * MACROBLOCK_PIXELS * fields


def _skip_high_profile(bits: _Bits) -> None:
    chroma = bits.number()
    if chroma == CHROMA_444:
        bits.take(1)
    bits.skip_numbers(2)  # bit depths
    bits.take(1)
    if bits.take(1):
        for index in range(12 if chroma == CHROMA_444 else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)


def _skip_scaling_list(bits: _Bits, length: int) -> None:
    """§7.3.2.1.1.1: differences, until one says that the rest is as the last."""
    scale = 8
    for _ in range(length):
        scale = (scale + bits.signed()) % 256
        if scale == 0:
            return


def _skip_picture_order(bits: _Bits) -> None:
    kind = bits.number()
    if kind == 0:
        bits.number()
    elif kind == 1:
        bits.take(1)
        bits.skip_numbers(2)
        bits.skip_numbers(bits.number())
