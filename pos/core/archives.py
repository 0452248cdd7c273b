"""Archives of what is old: acknowledged by a person, and only then anything may go (`pos.journal.archives` says what).

Rules:

- a day less than five years ago is refused, by this terminal's clock and never by the caller's;
- an archive is acknowledged only where its last entry is an entry of this journal;
- nothing is dropped by itself, and how much was dropped is an entry.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from pos.clock import Clock
from pos.journal.journal import Journal
from pos.link.calls import AcknowledgeArchive, Done, DropArchived, Dropped, OldMessages, ReadOldMessages, Refused
from pos.till.reasons import Refusal
from pos.till.receipt.moment import KOREA, date_of
from pos.till.retention import is_old_enough
from pos.voucher.bodies import ArchiveAcknowledged, ArchivedDropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Archives:
    """Answers the command line about archives."""

    journal: Journal
    clock: Clock

    def answer(
        self, call: ReadOldMessages | AcknowledgeArchive | DropArchived
    ) -> OldMessages | Dropped | Done | Refused:
        match call:
            case ReadOldMessages(before=before, after=after):
                return self._refused(before) or self._read(before, after)
            case AcknowledgeArchive():
                return self._refused(call.before) or self._acknowledge(call)
            case DropArchived():
                return self._drop()
            case _:
                assert_never(call)

    def _read(self, before: str, after: int) -> OldMessages:
        found = self.journal.archives.old_messages(before_s=_midnight_s(before), after=after)
        last = found[-1].number if found else after
        return OldMessages(messages=tuple(message.raw for message in found), last=last)

    def _acknowledge(self, call: AcknowledgeArchive) -> Done | Refused:
        entry = self.journal.entry(call.until)
        if entry is None or entry.hash != call.head:
            return Refused(cause=Refusal.NOT_OF_THIS_JOURNAL)
        body = ArchiveAcknowledged(
            sha256=call.sha256, until=call.until, entry=call.head, before=call.before, clerk=call.clerk
        )
        self.journal.record([body], reading=self.clock.read())
        return Done()

    def _drop(self) -> Dropped | Refused:
        archive = self.journal.archives.acknowledged()
        if archive is None:
            return Refused(cause=Refusal.NO_ARCHIVE)
        refused = self._refused(archive.before)
        if refused is not None:
            return refused
        before_s, count, after = _midnight_s(archive.before), 0, 0
        while found := self.journal.archives.old_messages(before_s=before_s, after=after):
            count, after = count + len(found), found[-1].number
        # Written down first: a cut in between leaves too much, and the next try says so again.
        body = ArchivedDropped(sha256=archive.sha256, before=archive.before, count=count)
        self.journal.record([body], reading=self.clock.read())
        dropped = self.journal.archives.drop(before_s=before_s)
        assert dropped == count, "nothing arrives that is five years old"
        return Dropped(count=count)

    def _refused(self, before: str) -> Refused | None:
        day = _day(before)
        today = date.fromisoformat(date_of(self.clock.read().time_s))
        is_kept = day is None or not is_old_enough(day, today=today)
        return Refused(cause=Refusal.STILL_TO_BE_KEPT) if is_kept else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight_s(day: str) -> int:
    """When the day begins in Korea."""
    return int(datetime.fromisoformat(day).replace(tzinfo=KOREA).timestamp())
