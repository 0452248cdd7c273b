"""What a person chose on the screen, as the newest entries say it."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from pos.journal.database import Database
from pos.journal.records import Place
from pos.voucher.bodies import PrinterChosen, SettingChosen

PRINTING: Final = "receipt.printing"
SHOWN_ON: Final = "request.shown_on"
CATALOGUE: Final = "catalogue.sha256"
"""Which file of articles is in use."""
_PRINTER_URL: Final = "printer.url"
_PRINTER_PROFILE: Final = "printer.profile"
_PRINTER_COLUMNS: Final = "printer.columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPrinter:
    """The printer that was chosen last."""

    url: str
    profile: str
    columns: int


class Settings:
    """Choices of this terminal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def value(self, setting: str) -> str | None:
        """What was chosen, None where nothing was."""
        row = self._database.row("SELECT value FROM settings WHERE name = ?", setting)
        return None if row is None else str(row[0])

    def printer(self) -> ChosenPrinter | None:
        url, profile, columns = (self.value(name) for name in (_PRINTER_URL, _PRINTER_PROFILE, _PRINTER_COLUMNS))
        if url is None or profile is None or columns is None:
            return None
        return ChosenPrinter(url=url, profile=profile, columns=int(columns))


def follow_choice(connection: sqlite3.Connection, at: Place, body: PrinterChosen | SettingChosen) -> None:
    """Keep the choices in step with an entry."""
    if isinstance(body, SettingChosen):
        chosen = {body.setting: body.value}
    else:
        chosen = {_PRINTER_URL: body.url, _PRINTER_PROFILE: body.profile, _PRINTER_COLUMNS: str(body.columns)}
    for name, value in chosen.items():
        connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (name, value, at.sequence))
