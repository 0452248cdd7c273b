"""A replaced terminal's second medium in its replacement: what was not yet delivered is brought to the ledger.

Rules:

- the entries are the old terminal's, under its key and in its journal; this terminal only carries them, and may do so
  because the ledger knows whose place it took. Any other terminal's medium is left alone;
- where to go on is what the ledger signed about the old journal. An entry of the medium that is another one than the
  ledger's at that place is an alarm, and nothing more is brought;
- when the ledger has all of it, and it was read here to its end (`pos.core.former`), the old files are set aside on the
  medium, which is this terminal's mirror then.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from pos.core.alarms import AlarmCause, Alarms
from pos.core.delivery import Delivery
from pos.core.former import Former
from pos.core.trust_store import TrustStore
from pos.errors import JournalError, MalformedError
from pos.journal.journal import Journal
from pos.journal.mirror import FILE_NAME, MARKER_NAME, MirrorError, MirrorState, marker_of, prepare_mirror, read_mirror
from pos.link.calls import NextRecovered, RecoveredBatch, RecoveredTaken, TakeRecovered
from pos.link.install import FormerMedium
from pos.voucher.messages import Acknowledgement, verify_acknowledgement

ENTRIES_MAX: Final = 56
"""Of one call: with the longest entries still below a call's limit."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Recovery:
    """The medium of a terminal that this one replaced, if that is what is plugged in."""

    folder: Path | None
    former: Former
    journal: Journal
    trust: TrustStore
    delivery: Delivery
    alarms: Alarms
    terminal: str
    public_key: bytes
    _held: Acknowledgement | None = None
    """What the ledger last said of the old journal."""
    _is_refused: bool = False

    def answer(self, call: NextRecovered | TakeRecovered) -> RecoveredBatch | RecoveredTaken:
        try:
            match call:
                case NextRecovered():
                    return self._next()
                case TakeRecovered():
                    return self._take(call)
        except MirrorError as error:
            # Pulled out in the middle: it is gone on with when it is back.
            log.warning("the second medium of %s cannot be read now: %s", self.former.former, error)
            nothing = RecoveredBatch(terminal=self.terminal, old="")
            return nothing if isinstance(call, NextRecovered) else RecoveredTaken(is_more=False)

    def _next(self) -> RecoveredBatch:
        # Where sync asks more often than the second passes, or no second does: beside a single command.
        if not self.journal.is_behind:
            self.former.tick()
        old = self._old()
        if old is None or self._is_refused:
            return RecoveredBatch(terminal=self.terminal, old="", medium=self.former.state)
        entries = () if self._held is None else tuple(islice(self._behind(self._held.sequence), ENTRIES_MAX))
        return RecoveredBatch(terminal=self.terminal, old=old, entries=entries)

    def _take(self, call: TakeRecovered) -> RecoveredTaken:
        old = self._old()
        if old is None or not self.delivery.is_own_try(call.nonce):
            return RecoveredTaken(is_more=False)
        try:
            held = verify_acknowledgement(call.raw, self.trust.ledger, nonce=call.nonce)
        except MalformedError:
            return RecoveredTaken(is_more=False)
        if not self._agrees(held):
            self._is_refused = True
            what = f"the second medium of {old} holds another entry {held.sequence} than the ledger"
            self.alarms.raise_(AlarmCause.JOURNAL_FORKED, what)
            return RecoveredTaken(is_more=False)
        self._held = held
        if next(self._behind(held.sequence), None) is None:
            is_read = self.former.state is FormerMedium.READ
            if is_read:
                self._set_aside(old)
            return RecoveredTaken(is_more=not is_read)
        return RecoveredTaken(is_more=True)

    def _old(self) -> str | None:
        """Whose medium it is, where it is another terminal's."""
        if self.folder is None or self.journal.mirror_state is not MirrorState.FOREIGN:
            return None
        is_proven = self.former.state in (FormerMedium.READING, FormerMedium.READ)
        return self.former.former if is_proven and marker_of(self.folder) is not None else None

    def _behind(self, sequence: int) -> Iterator[bytes]:
        """The medium's entries behind one; entry 1 is the first record and none is left out."""
        assert self.folder is not None, "there is a medium"
        for record in islice(read_mirror(self.folder), sequence, None):
            yield record.entry

    def _agrees(self, held: Acknowledgement) -> bool:
        """Whether the medium has the ledger's newest entry at its place, or ends before it."""
        if held.sequence == 0:
            return True
        entry = next(self._behind(held.sequence - 1), None)
        return entry is None or hashlib.sha256(entry).digest() == held.hash

    def _set_aside(self, old: str) -> None:
        """Keep the old files under the old terminal's name, and make the medium this terminal's."""
        assert self.folder is not None, "there is a medium"
        try:
            for name in (FILE_NAME, MARKER_NAME):
                (self.folder / name).rename(self.folder / f"{name}.{old}")
            prepare_mirror(self.folder, terminal=self.terminal, public_key=self.public_key)
            self.journal.rejoin_mirror()
        except (OSError, JournalError) as error:
            log.error("everything of %s is delivered, and its medium cannot be taken over: %s", old, error)
        else:
            log.info("everything of %s is delivered; its medium is ours now", old)
