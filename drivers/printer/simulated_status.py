"""The status bytes that the simulated printer answers, made from its faults. Bits as in Epson's reference."""

from drivers.printer.simulated_faults import ROM_NAMES, Faults, Hardware, RomLanguage
from drivers.printer.status import Paper


def is_offline(faults: Faults) -> bool:
    """Whether the printer prints nothing just now."""
    return any((faults.paper is Paper.OUT, faults.cover_open, faults.cutter_jam, faults.overheated, faults.broken))


def real_time_status(number: int, faults: Faults, *, drawer_pin_high: bool) -> bytes:
    """Answer DLE EOT 1 to 4."""
    out = faults.paper is Paper.OUT
    error = faults.cutter_jam or faults.overheated or faults.broken
    bits = {
        1: ((drawer_pin_high, 0x04), (is_offline(faults), 0x08)),
        2: ((faults.cover_open, 0x04), (out, 0x20), (error, 0x40)),
        3: ((faults.cutter_jam, 0x08), (faults.broken, 0x20), (faults.overheated, 0x40)),
        4: ((faults.paper is not Paper.OK, 0x0C), (out, 0x60)),
    }
    return bytes((0x12 | _sum(*bits[number]),))


def automatic_status(faults: Faults, *, drawer_pin_high: bool) -> bytes:
    """The four bytes of GS a."""
    printer = _sum((drawer_pin_high, 0x04), (is_offline(faults), 0x08), (faults.cover_open, 0x20))
    errors = _sum((faults.cutter_jam, 0x08), (faults.broken, 0x20), (faults.overheated, 0x40))
    paper = {Paper.OK: 0x00, Paper.NEAR_END: 0x03, Paper.OUT: 0x0F}[faults.paper]
    return bytes((0x10 | printer, errors, paper, 0))


def paper_sensor(faults: Faults) -> bytes:
    """Answer GS r 1."""
    return bytes(({Paper.OK: 0x00, Paper.NEAR_END: 0x03, Paper.OUT: 0x0C}[faults.paper],))


def identity(number: int, hardware: Hardware, language: RomLanguage) -> bytes:
    """Answer GS I: one byte for model and features, a block for texts, nothing for what it does not know."""
    texts = {66: hardware.maker, 67: hardware.model, 69: ROM_NAMES[language]}
    if number in texts:
        return b"\x5f" + texts[number].encode("ascii") + b"\x00"
    features = 0x02 | (0 if language is RomLanguage.NONE else 1)
    return {1: b"\x20", 49: b"\x20", 2: bytes((features,)), 50: bytes((features,))}.get(number, b"")


def _sum(*bits: tuple[bool, int]) -> int:
    return sum(bit for is_set, bit in bits if is_set)
