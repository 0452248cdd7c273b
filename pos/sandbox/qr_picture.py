"""QR codes as a phone would show them, as PNG pictures.

Alphanumeric mode (base45's reason to be), error correction L: the code is on a screen, not on a crumpled paper, and
fewer modules are larger ones. Four light modules around, as the standard asks.
"""

import io
from pathlib import Path
from typing import Final

import segno

from pos.sandbox.wallet.files import write_durably

QUIET_MODULES: Final = 4
MODULE_DOTS: Final = 6


def qr_png(text: str, *, module_dots: int = MODULE_DOTS) -> bytes:
    """A PNG picture of `text`; text outside the QR alphanumeric set is encoded as bytes."""
    picture = io.BytesIO()
    segno.make_qr(text, error="l", boost_error=False).save(picture, kind="png", scale=module_dots, border=QUIET_MODULES)
    return picture.getvalue()


def write_qr(path: Path, text: str) -> None:
    """Write the picture, whole or not at all. OSError."""
    write_durably(path, qr_png(text), mode=0o644)
