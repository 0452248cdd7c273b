"""Which profile a printer's own words speak for.

A proposal, never a proof: clones answer with other makers' names, and only the language that they claim and a printed
page tell. What answers nothing is proposed the profile that prints on most printers.
"""

from drivers.printer.printer import Identification

_KOREAN_MODELS = (
    ("SRP-330", "bixolon-srp-330"),
    ("SRP-350", "bixolon-srp-350"),
    ("SLK", "sewoo-lk"),
    ("LK-", "sewoo-lk"),
    ("TM-T88", "epson-tm-t88-korean"),
    ("58", "korean-58mm"),
)
_KOREAN = "epson-tm-t20-korean"
_EPSON = "epson-raster-80mm"
_CLONE = "clone-80mm"
_NARROW_CLONE = "clone-58mm"


def proposed_profile(said: Identification, *, connection: str = "") -> str:
    """The name of a shipped profile; `connection` is what the connection itself calls the printer."""
    model = f"{said.model} {connection}".upper()
    if said.has_hangul:
        return next((profile for sign, profile in _KOREAN_MODELS if sign in model), _KOREAN)
    if "EPSON" in said.maker.upper():
        return _EPSON
    return _NARROW_CLONE if "58" in model else _CLONE
