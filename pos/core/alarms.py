"""What the owner must see: raised as a journal entry, there until a person closes it.

Rules:

- one alarm of a cause is open at a time: a ledger that misbehaves in every round raises one, not thousands;
- nothing is recorded while the ledger holds entries that are missing here (another entry is signed for the next
  sequence already): what is found then waits in memory, and is found again after a restart.
"""

import logging
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pos.clock import Clock
from pos.journal.journal import Journal
from pos.text import safe_text
from pos.voucher.bodies import AlarmRaised

DETAILS_CHARACTERS_MAX: Final = 400

log = logging.getLogger(__name__)


class AlarmCause(StrEnum):
    """What was found. Persisted; members are added, never renamed."""

    LEDGER_BEHIND = "ledger_behind"
    """The ledger asked for entries that it had acknowledged before: it was put back."""
    LEDGER_CONTRADICTS = "ledger_contradicts"
    """The ledger told another end of a payment, or another message, than it had told before."""
    JOURNAL_FORKED = "journal_forked"
    """Another journal of this terminal's key exists."""
    JOURNAL_PUT_BACK = "journal_put_back"
    """The database was older than its mirror, than a receipt, or than what the ledger holds."""
    MIRROR_LOST = "mirror_lost"
    """The second medium is missing or does not take what is written."""
    LOG_MISSING_SALE = "log_missing_sale"
    """A settled sale is not in the ledger's public log in time."""
    LOG_REWRITTEN = "log_rewritten"
    """The ledger's public log does not continue what it was."""
    NOTE_REPORTED = "note_reported"
    """A note that was taken without its number turned out to be one that its issuer has reported."""
    LOG_UNWITNESSED = "log_unwitnessed"
    """Too few witnesses have signed the log's newest state."""
    SPENT_AT_SIBLING = "spent_at_sibling"
    """Another till of the shop approved a payment that cannot stand beside one of ours."""


@dataclass(slots=True, kw_only=True)
class Alarms:
    """Raises alarms, each once."""

    journal: Journal
    clock: Clock
    _waiting: dict[AlarmCause, str] = field(default_factory=dict)

    def raise_(self, cause: AlarmCause, details: str) -> None:
        """Remember an alarm; `tell` writes it down when an entry may be written."""
        if cause not in self._waiting:
            log.warning("alarm %s: %s", cause.value, details)
            self._waiting[cause] = details

    def tell(self) -> None:
        """Write down what waits. To be called only while entries may be recorded; raises the journal's faults."""
        while self._waiting:
            cause, details = next(iter(self._waiting.items()))
            if not self.journal.alarms.is_open(cause):
                body = AlarmRaised(cause=cause, details=safe_text(details, characters_max=DETAILS_CHARACTERS_MAX))
                self.journal.record([body], reading=self.clock.read())
            del self._waiting[cause]
