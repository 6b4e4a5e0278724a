"""Writes parameter sets of H.264 by hand, to say what no encoder would."""


def ue(number: int) -> str:
    """Write an Exp-Golomb code (ITU-T H.264 §9.1)."""
    digits = f"{number + 1:b}"
    return "0" * (len(digits) - 1) + digits


def parameter_set(width: int, height: int, is_interlaced: bool = False, order: int = 2) -> bytes:
    """Return a sequence parameter set of the baseline profile, without the unit's first byte."""
    bits = f"{66:08b}{0:08b}{31:08b}" + ue(0) + ue(0) + ue(order)
    if order == 0:
        bits += ue(4)
    if order == 1:
        bits += "0" + ue(0) + ue(0) + ue(2) + ue(5) + ue(6)
    fields = 2 if is_interlaced else 1
    bits += ue(1) + "0" + ue(width // 16 - 1) + ue(height // 16 // fields - 1)
    bits += "00" if is_interlaced else "1"
    bits += "1001"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)
