"""A replaced terminal's second medium in its replacement: what was not yet delivered is brought to the ledger.

Rules:

- the entries are the old terminal's, under its key and in its journal; this terminal only carries them, and may do so
  because the ledger knows whose place it took;
- where to go on is what the ledger signed about the old journal. An entry of the medium that is another one than the
  ledger's at that place is an alarm, and nothing more is brought;
- when the ledger has all of it, the old files are set aside on the medium, which is this terminal's mirror then.
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
from pos.core.trust_store import TrustStore
from pos.errors import JournalError, MalformedError
from pos.journal.journal import Journal
from pos.journal.mirror import FILE_NAME, MARKER_NAME, Mirror, MirrorState, prepare_mirror
from pos.link.calls import NextRecovered, RecoveredBatch, RecoveredTaken, TakeRecovered
from pos.voucher.fields import is_id
from pos.voucher.messages import Acknowledgement, verify_acknowledgement

ENTRIES_MAX: Final = 56
"""Of one call: with the longest entries still below a call's limit."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Recovery:
    """The medium of a terminal that this one replaced, if that is what is plugged in."""

    folder: Path | None
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
        match call:
            case NextRecovered():
                return self._next()
            case TakeRecovered():
                return self._take(call)

    def _next(self) -> RecoveredBatch:
        old = self._old()
        if old is None or self._is_refused:
            return RecoveredBatch(terminal=self.terminal, old="")
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
            self._set_aside(old)
            return RecoveredTaken(is_more=False)
        return RecoveredTaken(is_more=True)

    def _old(self) -> str | None:
        """Whose medium it is, where it is another terminal's."""
        if self.folder is None or self.journal.mirror_state is not MirrorState.FOREIGN:
            return None
        try:
            lines = (self.folder / MARKER_NAME).read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return None
        old = lines[0].removeprefix("terminal ") if lines else ""
        return old if is_id(old) and old != self.terminal else None

    def _behind(self, sequence: int) -> Iterator[bytes]:
        """The medium's entries behind one; entry 1 is the first record and none is left out."""
        assert self.folder is not None, "there is a medium"
        mirror = Mirror(self.folder)
        try:
            for record in islice(mirror.records(), sequence, None):
                yield record.entry
        finally:
            mirror.close()

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
