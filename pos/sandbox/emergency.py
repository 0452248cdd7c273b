"""`pos sandbox emergency`: distrust somebody in a town at once, as a sheet of codes for the terminals' own cameras.

Everything named here is added to what was named before, signed by the emergency repository's keys, and written as
pictures `01-of-09.png` …; any order of showing them is right.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pos.sandbox.errors import TownError
from pos.sandbox.qr_picture import write_qr
from pos.sandbox.town import Town, open_town
from pos.trust.emergency_file import EmergencyFile
from pos.voucher.fields import is_id
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.trust_parts import TrustFile, split_set

_KEY_HEX: Final = 16
_VOUCHER_HEX: Final = 32


def emergency_texts(town: Town, file: EmergencyFile, *, now_s: int) -> tuple[str, ...]:
    """Publish the next emergency; the texts of its codes."""
    town.publication.publish_emergency(file, now_s=now_s)
    files = [TrustFile(path=path, data=raw) for path, raw in town.publication.emergency_set()]
    return tuple(encode_text(QrKind.TRUST, part.to_bytes()) for part in split_set(files))


def write_emergency(
    directory: Path, out: Path, *, keys: Sequence[str], vouchers: Sequence[str], terminals: Sequence[str]
) -> tuple[Path, ...]:
    """Write the pictures; TownError where a name cannot be read or nothing is named."""
    town = open_town(directory)
    file = EmergencyFile(
        issuer_keys=_by_issuer(keys, _KEY_HEX, "a key: ISSUER:KID, the key id 16 hex digits"),
        vouchers=_by_issuer(vouchers, _VOUCHER_HEX, "a voucher: ISSUER:ID, the id 32 hex digits"),
        terminals=tuple(terminals),
    )
    if file.is_empty:
        raise TownError("nobody is named; say --key, --voucher or --terminal")
    if not all(map(is_id, terminals)):
        raise TownError(f"{', '.join(terminals)}: not the ids of terminals")
    texts = emergency_texts(town, file, now_s=int(time.time()))
    out.mkdir(parents=True, exist_ok=True)
    paths = tuple(out / f"{number:02d}-of-{len(texts):02d}.png" for number in range(1, len(texts) + 1))
    for path, text in zip(paths, texts, strict=True):
        write_qr(path, text)
    return paths


def _by_issuer(given: Sequence[str], digits: int, expected: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for text in given:
        issuer, _, name = text.partition(":")
        if not (issuer.isdigit() and len(name) == digits and set(name) <= set("0123456789abcdef")):
            raise TownError(f"{text!r} is not {expected}")
        found.setdefault(issuer, []).append(name)
    return {issuer: tuple(names) for issuer, names in found.items()}
