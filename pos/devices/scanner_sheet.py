"""A sheet of paper that sets a hand scanner up, and tries it: `pos scanner-sheet FILE`.

Rules: what was not tried with a real scanner says so on the sheet; the trial codes hold every character that a code of
ours has, so that a wrong keyboard layout shows at once. Leaves to others: the settings that only a maker's own manual
has (`firmware_config/README.md` names them).
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from pos.voucher.base45 import ALPHABET

PAGE_PX: Final = (1240, 1754)
"""A4 upright at 150 dots an inch."""
_MARGIN_PX, _ROW_PX, _TEXT_PX = 80, 205, 26
_NOT_TRIED: Final = "from public manuals, not tried on hardware"


class Symbology(StrEnum):
    """How a code is drawn."""

    CODE_128 = "code128"
    QR = "qr"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCode:
    """One code on the sheet: what it does, and what a scanner reads."""

    does: str
    text: str
    symbology: Symbology = Symbology.CODE_128


NEWLAND: Final = (
    SetupCode(does="1  Newland, Sunmi: begin setting up", text="@SETUPE1"),
    SetupCode(does="2  end each scan with something", text="@TSUENA1"),
    SetupCode(does="3  with a carriage return", text="@TSUSET0D"),
    SetupCode(does="4  scan by itself when a code is shown", text="@SCNMOD2"),
    SetupCode(does="5  end setting up", text="@SETUPE0"),
)
TRIALS: Final = (
    SetupCode(does="Trial: every character of a voucher code", text="TRIAL:" + ALPHABET, symbology=Symbology.QR),
    SetupCode(does="Trial: as long as the longest code", text=(ALPHABET * 18)[:800], symbology=Symbology.QR),
)


def draw_sheet() -> Image.Image:
    """The page, in black on white."""
    page = Image.new("L", PAGE_PX, 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(_TEXT_PX)
    pen.text((_MARGIN_PX, 40), "Setting up a hand scanner", fill=0, font=ImageFont.load_default(40))
    pen.text((_MARGIN_PX, 95), f"1 to 5 in this order ({_NOT_TRIED}).", fill=0, font=font)
    pen.text((_MARGIN_PX, 130), "Other makers: see firmware_config/README.md.", fill=0, font=font)
    top_px = 190
    for code in NEWLAND:
        pen.text((_MARGIN_PX, top_px), f"{code.does}   {code.text}", fill=0, font=font)
        page.paste(picture(code, module_px=3), (_MARGIN_PX, top_px + 40))
        top_px += _ROW_PX
    left_px = _MARGIN_PX
    for code in TRIALS:
        pen.text((left_px, top_px), code.does, fill=0, font=ImageFont.load_default(20))
        page.paste(picture(code, module_px=4), (left_px, top_px + 30))
        left_px += PAGE_PX[0] // 2 - _MARGIN_PX // 2
    return page


def picture(code: SetupCode, *, module_px: int) -> Image.Image:
    """One code with its quiet zone."""
    is_qr = code.symbology is Symbology.QR
    kind = zxingcpp.BarcodeFormat.QRCode if is_qr else zxingcpp.BarcodeFormat.Code128
    drawn = zxingcpp.create_barcode(code.text, kind)
    grey = np.array(drawn.to_image(scale=module_px, add_quiet_zones=True), dtype=np.uint8)
    return Image.fromarray(grey)


def write_sheet(path: Path) -> None:
    """Write the page as a picture for any printer. Raises OSError."""
    draw_sheet().save(path, format="PNG", dpi=(150, 150))
