"""Entries about the counter's devices and habits that a person chose on the screen.

Imported from `pos.voucher.bodies`. The newest entry is what holds; the configuration file says what holds where there
is none.
"""

from dataclasses import dataclass
from typing import ClassVar

from pos.voucher import body_fields as key
from pos.voucher.body_fields import EntryBody


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterChosen(EntryBody):
    """Receipts are printed there and so from now on."""

    KIND: ClassVar[str] = "printer.chosen"

    url: key.PrinterUrl
    profile: key.PrinterProfile
    columns: key.PrinterColumns
    clerk: key.Clerk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChosen(EntryBody):
    """A habit of the shop: a newer program may know settings that this one does not."""

    KIND: ClassVar[str] = "setting.chosen"

    setting: key.SettingName
    value: key.SettingValue
    clerk: key.Clerk | None = None
