"""The code with which a telephone shares a wireless network: `WIFI:S:shop;T:WPA;P:secret;H:false;;`. Pure.

There is no one standard. What is read is what telephones and router makers write: the form of the barcode library
ZXing, with the words that the Wi-Fi Alliance's WPA3 specification (section 7, "URI") added.

Rules:

- fields in any order, each a letter, a colon, a value and a semicolon; the last semicolons may be missing. `S`, `T`,
  `P` and `H` count, each once; all others (`R`, `I`, `K` among them) are read over;
- in a value a backslash takes any character as it is; a value in double quotes is what is between them. Per cent signs
  are themselves: telephones do not write them as an escape;
- a name of hexadecimal digits without quotes can mean itself or the bytes that they spell; both are told, and whoever
  sees which network is in the air decides;
- WEP is refused because it can be read along within minutes; networks that want a name and a password of a person are
  refused because a till is no person;
- the password is in no `repr`, no message and no log.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

PREFIX: Final = "WIFI:"
TEXT_CHARS_MAX: Final = 800
SSID_BYTES_MAX: Final = 32
PASSPHRASE_BYTES: Final = range(8, 64)
"""IEEE 802.11, annex J: of the passphrase that a key is derived from."""
SAE_BYTES_MAX: Final = 128
_KEY: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
_LETTERS: Final = "STPH"


class Protection(StrEnum):
    """How a network keeps strangers out."""

    OPEN = "open"
    """Not at all. What the till says to its ledger is protected by itself."""
    WPA = "wpa"
    """A shared password, WPA2 or WPA3 as the network has it."""
    SAE = "sae"
    """A shared password, WPA3 alone."""


class CodeFault(StrEnum):
    """Why a text is no network that can be joined."""

    NOT_WIFI = "not_wifi"
    BROKEN = "broken"
    """No name, no password where one is needed, one of an impossible length, or a field twice."""
    WEP = "wep"
    PERSONAL = "personal"
    """It asks for a person's name and password, or for a certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiCode:
    """A network and the way into it."""

    ssid: bytes
    """1 to 32 bytes; mostly UTF-8, which nobody promises."""
    protection: Protection
    password: str = field(default="", repr=False)
    """Empty for an open network and for no other."""
    is_hidden: bool = False
    """It does not say its name: it has to be asked for."""
    ssid_spelled: bytes | None = None
    """What `ssid` means if its characters spell bytes; None where they cannot."""

    @property
    def name(self) -> str:
        """For people; may hold anything that a stranger typed."""
        return self.ssid.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Field:
    letter: str
    value: str
    is_quoted: bool


_PROTECTIONS: Final = {
    "": None,
    "nopass": Protection.OPEN,
    "wpa": Protection.WPA,
    "wpa2": Protection.WPA,
    "wpa3": Protection.WPA,
    "wpa/wpa2": Protection.WPA,
    "wpa2/wpa3": Protection.WPA,
    "sae": Protection.SAE,
}


def is_wifi_code(text: str) -> bool:
    """Whether a text wants to be such a code, readable or not: then it may hold a password."""
    return text[: len(PREFIX)].upper() == PREFIX


def parse_wifi_code(text: str) -> WifiCode | CodeFault:
    """What a scanned text says."""
    if not is_wifi_code(text):
        return CodeFault.NOT_WIFI
    found: dict[str, _Field] = {}
    if len(text) > TEXT_CHARS_MAX:
        return CodeFault.BROKEN
    for one in _fields(text[len(PREFIX) :]):
        if one.letter in found:
            return CodeFault.BROKEN
        if one.letter in _LETTERS:
            found[one.letter] = one
    nothing = _Field("", "", is_quoted=False)
    kind = found.get("T", nothing).value.casefold()
    if kind == "wep":
        return CodeFault.WEP
    if "eap" in kind:
        return CodeFault.PERSONAL
    if kind not in _PROTECTIONS:
        return CodeFault.BROKEN
    password = found.get("P", nothing).value
    protection = _PROTECTIONS[kind] or (Protection.WPA if password else Protection.OPEN)
    is_hidden = found.get("H", nothing).value.casefold() == "true"
    return _checked(found.get("S", nothing), protection, password, is_hidden=is_hidden)


def _checked(name: _Field, protection: Protection, password: str, *, is_hidden: bool) -> WifiCode | CodeFault:
    if not (_is_clean(name.value) and _is_clean(password)):
        return CodeFault.BROKEN
    ssid = name.value.encode()
    can_spell = not name.is_quoted and _HEX.fullmatch(name.value) is not None
    spelled = bytes.fromhex(name.value) if can_spell else b""
    if len(ssid) > SSID_BYTES_MAX >= len(spelled) > 0:
        ssid = spelled
    if not 0 < len(ssid) <= SSID_BYTES_MAX or not _fits(protection, password):
        return CodeFault.BROKEN
    return WifiCode(
        ssid=ssid,
        protection=protection,
        password="" if protection is Protection.OPEN else password,
        is_hidden=is_hidden,
        ssid_spelled=spelled or None,
    )


def _fits(protection: Protection, password: str) -> bool:
    size = len(password.encode())
    match protection:
        case Protection.OPEN:
            return True
        case Protection.WPA:
            return size in PASSPHRASE_BYTES or _KEY.fullmatch(password) is not None
        case Protection.SAE:
            return 0 < size <= SAE_BYTES_MAX


def _is_clean(text: str) -> bool:
    """Whether it holds no control character and can be written as UTF-8."""
    return not any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in text)


def _fields(text: str) -> Iterator[_Field]:
    """Each `X:value;`; a piece without a colon, such as the empty one at the end, is none."""
    at = 0
    while at < len(text):
        colon, semicolon = text.find(":", at), text.find(";", at)
        if colon < 0 or -1 < semicolon < colon:
            at = len(text) if semicolon < 0 else semicolon + 1
            continue
        value, is_quoted, end = _value(text, colon + 1)
        yield _Field(text[at:colon].strip().upper(), value, is_quoted)
        at = end + 1


def _value(text: str, at: int) -> tuple[str, bool, int]:
    """A value without its escapes, whether it stood in quotes, and where its semicolon is."""
    characters: list[str] = []
    quotes: list[int] = []
    while at < len(text) and text[at] != ";":
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        elif text[at] == '"':
            quotes.append(len(characters))
        characters.append(text[at])
        at += 1
    is_quoted = len(characters) > 1 and 0 in quotes and len(characters) - 1 in quotes
    return "".join(characters[1:-1] if is_quoted else characters), is_quoted, at
