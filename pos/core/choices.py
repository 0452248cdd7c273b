"""What a person chose on the screen, over what the configuration file says.

Rules: a choice is recorded before it holds; only values that this program knows are recorded; a recorded value that it
does not know (a newer program's) leaves the configuration's.
"""

from pos.clock import Clock
from pos.config import PRINTING, SHOWN_ON, TerminalConfig
from pos.journal import settings
from pos.journal.journal import Journal
from pos.journal.records import PrintState
from pos.link.calls import Done, Refused
from pos.link.equipment import PrinterChoice
from pos.till.reasons import Refusal
from pos.voucher.bodies import PrinterChosen, SettingChosen


class Choices:
    """Choices of one terminal."""

    def __init__(self, *, journal: Journal, clock: Clock, config: TerminalConfig) -> None:
        self._journal = journal
        self._clock = clock
        self._config = config
        self._hold_originals()

    def printer(self) -> PrinterChoice:
        chosen = self._journal.settings.printer()
        if chosen is not None:
            return PrinterChoice(url=chosen.url, profile=chosen.profile, columns=chosen.columns)
        configured = self._config.printer
        return PrinterChoice(url=configured.url, profile=configured.profile, columns=self._config.receipt.columns)

    def columns(self) -> int:
        """What receipts are laid out for."""
        return self.printer().columns

    def printing(self) -> str:
        """ "always", "ask" or "never"."""
        chosen = self._journal.settings.value(settings.PRINTING)
        return chosen if chosen in PRINTING else self._config.receipt.printing

    def shown_on(self) -> str:
        """Where a payment request appears: "customer", "turned" or "paper"."""
        chosen = self._journal.settings.value(settings.SHOWN_ON)
        return chosen if chosen in SHOWN_ON else self._config.request.shown_on

    def choose_printer(self, choice: PrinterChoice) -> None:
        if choice != self.printer():
            body = PrinterChosen(url=choice.url, profile=choice.profile, columns=choice.columns)
            self._journal.record([body], reading=self._clock.read())

    def choose_printing(self, printing: str) -> Done | Refused:
        answer = self._choose(settings.PRINTING, printing, known=PRINTING)
        self._hold_originals()
        return answer

    def choose_shown_on(self, shown_on: str) -> Done | Refused:
        return self._choose(settings.SHOWN_ON, shown_on, known=SHOWN_ON)

    def _hold_originals(self) -> None:
        """With the very transaction of a sale its receipt is held, so that a cut behind it prints nothing unasked."""
        self._journal.new_originals = PrintState.QUEUED if self.printing() == "always" else PrintState.HELD

    def _choose(self, setting: str, value: str, *, known: tuple[str, ...]) -> Done | Refused:
        if value not in known:
            return Refused(cause=Refusal.NOT_ACCEPTABLE)
        if value != self._journal.settings.value(setting):
            self._journal.record([SettingChosen(setting=setting, value=value)], reading=self._clock.read())
        return Done()
