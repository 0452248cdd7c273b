"""What is left of the terminal whose place this one took: read off its second medium and kept beside our own journal.

    STATE/FORMER/journal.db     its entries as that terminal signed them, and everything computed from them
    STATE/FORMER/public.key     of that terminal, as the ledger certified it
    STATE/FORMER/read-until     its last whole entry, once the medium was read to its end

Rules:

- a medium counts only if it names the terminal whose place was taken, and its first entry carries that terminal's
  certificate by our ledger, for our shop; any other is left as it is, and the screen says why;
- the entries stay the former terminal's: nothing is signed for it, and none of its sales is in a total of ours;
- it is only read here, some entries a second, so that a medium of years stops nobody's sale; one that is pulled out
  is gone on with when it is back. Its undelivered entries are brought to the ledger by `pos.core.recovery`;
- its sales can be looked up and its papers printed again, under names that begin with `B`, marked as its own. They
  carry no receipt code: only the terminal itself could sign one.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from pos.clock import Clock
from pos.core.alarms import AlarmCause, Alarms
from pos.core.documents import FORMER_PREFIX
from pos.core.history import History
from pos.core.receipts import Receipts
from pos.core.trust_store import TrustStore
from pos.durable import replace_file
from pos.errors import ChainError, MalformedError, RollbackError
from pos.journal.journal import Journal
from pos.journal.mirror import (
    BATCH_BYTES_MAX,
    FILE_NAME,
    Marker,
    MirrorError,
    MirrorState,
    Record,
    marker_of,
    read_mirror,
)
from pos.link.calls import ListSales, SaleLine, SalePage
from pos.link.install import FormerMedium
from pos.till.receipt.layout import layout
from pos.till.receipt.rows import Align, Row, TextRow
from pos.voucher.bodies import FormerRead, JournalOpened, parse_body
from pos.voucher.entry import verify_entry
from pos.voucher.keys import PublicKey
from pos.voucher.signed import decode_certificate
from pos.voucher.verified import VerificationFailure, verify_certificate

CHUNK: Final = 256
"""Entries taken over at a time; each costs a verified signature."""
INTERRUPTED_DAY: Final = f"{FORMER_PREFIX}X"
"""The day that nobody closed any more."""
JOURNAL_FILE: Final = "journal.db"
KEY_FILE: Final = "public.key"
READ_FILE: Final = "read-until"

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Former:
    """The former terminal; where nobody's place was taken, nothing is known of one."""

    terminal: str
    """This one."""
    former: str
    """The one whose place it took; empty where it took nobody's."""
    home: Path | None
    """The former terminal's folder here."""
    medium: Path | None
    journal: Journal
    trust: TrustStore
    clock: Clock
    alarms: Alarms
    papers: Callable[[Journal, str], Receipts]
    """Makes receipts and reports of a terminal's journal."""
    headline: str
    """What stands above its papers; {terminal}."""
    on_read: Callable[[], object] = lambda: None
    """What is done when a medium was read to its end."""
    state: FormerMedium = FormerMedium.NONE
    _past: Journal | None = None
    _papers: Receipts | None = None
    _records: Iterator[Record] | None = field(default=None, repr=False)
    _end: int = 0
    """Where the last whole record ended."""

    def tick(self) -> None:
        """Once a second: look at the medium, or read on."""
        if self.journal.mirror_state is not MirrorState.FOREIGN:
            return
        try:
            if self._records is None:
                self.state = self._looked()
            if self._records is not None:
                self._read_on(self._records)
        except (MirrorError, OSError) as error:
            log.warning("the second medium of %s cannot be read now: %s", self.former or "another terminal", error)
            self._records = None

    @property
    def entries(self) -> int:
        """How many entries of it are here."""
        past = self._opened()
        return 0 if past is None else past.head.sequence

    @property
    def shown(self) -> FormerMedium:
        """How it stands, for people: what was read once stays read when the medium is ours."""
        return FormerMedium.READ if self.state is FormerMedium.NONE and self.entries else self.state

    def rows(self, name: str) -> tuple[Row, ...] | None:
        """A paper of the former terminal's by its own name there; "X" is the day that it left open."""
        papers = self._receipts()
        if papers is None:
            return None
        if name.isdecimal():
            receipt = papers.receipt(name, copy_number=2)
            rows = None if receipt is None else layout(receipt, columns=papers.columns(), words=papers.words)
        else:
            rows = papers.documents.rows(papers.documents.named(name.lower() if name == "X" else name))
        if rows is None:
            return None
        return TextRow(text=self.headline.format(terminal=self.former), align=Align.CENTRE, bold=True), *rows

    def sales(self, call: ListSales) -> tuple[SaleLine, ...]:
        """Its sales, the newest first, under names that lead to `rows`."""
        past, papers = self._opened(), self._receipts()
        if past is None or papers is None:
            return ()
        page = History(journal=past, receipts=papers, clock=self.clock, clerk=lambda: "").answer(call)
        assert isinstance(page, SalePage), "what is listed is a page"
        return tuple(
            msgspec.structs.replace(line, receipt_number=f"{FORMER_PREFIX}{line.receipt_number}", paper="", delivery="")
            for line in page.sales
            if line.receipt_number
        )

    def close(self) -> None:
        if self._past is not None:
            self._past.close()
            self._past = self._papers = None

    def _looked(self) -> FormerMedium:
        """Whose medium it is; the reading begins where it is the former terminal's."""
        marker = None if self.medium is None else marker_of(self.medium)
        if marker is None or self.medium is None or marker.terminal == self.terminal:
            return FormerMedium.NONE
        if self.home is None or marker.terminal != self.former:
            return FormerMedium.OTHER
        if self.state in (FormerMedium.READ, FormerMedium.UNPROVEN):
            return self.state
        key = self._proven(marker, next(read_mirror(self.medium), None))
        if key is None:
            return FormerMedium.UNPROVEN
        self.home.mkdir(mode=0o700, exist_ok=True)
        replace_file(self.home / KEY_FILE, bytes(key), mode=0o600)
        past = self._past or self._open(key)
        self._past, self._end = past, 0
        self._records = islice(read_mirror(self.medium), past.head.sequence, None)
        return FormerMedium.READING

    def _proven(self, marker: Marker, first: Record | None) -> PublicKey | None:
        """The former terminal's key, where the medium's first entry proves that this is its journal."""
        if first is None:
            return None
        try:
            key = PublicKey(marker.public_key)
            entry = verify_entry(first.entry, key)
            body = parse_body(entry.kind, entry.body)
            if not isinstance(body, JournalOpened):
                return None
            certificate = verify_certificate(decode_certificate(body.certificate), self.trust.ledger)
        except MalformedError as error:
            log.warning("the second medium of %s proves nothing: %s", self.former, error.what)
            return None
        if isinstance(certificate, VerificationFailure):
            return None
        claims = certificate.certificate
        theirs = (self.former, self.trust.merchant.merchant, key)
        return key if (claims.terminal, claims.merchant, claims.terminal_key) == theirs else None

    def _read_on(self, records: Iterator[Record]) -> None:
        past = self._past
        assert past is not None, "opened before it is filled"
        chunk = tuple(islice(records, CHUNK))
        is_whole = _taken(past, chunk)
        self._end = chunk[-1].end if chunk and is_whole else self._end
        if len(chunk) < CHUNK or not is_whole:
            self._records = None
            self._finish(past, is_whole=is_whole)

    def _finish(self, past: Journal, *, is_whole: bool) -> None:
        """Write down how far it goes, once, and have the day printed that it left open."""
        assert self.medium is not None, "there was something to read"
        assert self.home is not None, "there is a folder for it"
        beyond = (self.medium / FILE_NAME).stat().st_size - self._end if self._end else 0
        if not is_whole or beyond > BATCH_BYTES_MAX:
            what = f"the second medium of {self.former} is damaged behind entry {past.head.sequence}"
            self.alarms.raise_(AlarmCause.MIRROR_LOST, what)
        read = str(past.head.sequence).encode("ascii")
        path = self.home / READ_FILE
        if not path.exists() or path.read_bytes() != read:
            body = FormerRead(former=self.former, entries=past.head.sequence, head=past.head.hash)
            self.journal.record([body], reading=self.clock.read())
            replace_file(path, read, mode=0o600)
            log.info("%d entries of %s are here", past.head.sequence, self.former)
            self.on_read()
        self.state = FormerMedium.READ

    def _opened(self) -> Journal | None:
        """What is here of its journal, opened when it is first asked for."""
        if self._past is None and self.home is not None and self.former and (self.home / KEY_FILE).exists():
            self._past = self._open(PublicKey((self.home / KEY_FILE).read_bytes()))
        return self._past

    def _open(self, key: PublicKey) -> Journal:
        assert self.home is not None, "there is a folder for it"
        return Journal.open_former(self.home / JOURNAL_FILE, public_key=key, terminal=self.former)

    def _receipts(self) -> Receipts | None:
        past = self._opened()
        if past is not None and self._papers is None:
            self._papers = self.papers(past, self.former)
        return self._papers


def _taken(past: Journal, chunk: tuple[Record, ...]) -> bool:
    """Take records in, as far as they are the former terminal's and follow each other; whether all were."""
    try:
        past.adopt([record.entry for record in chunk])
    except (ChainError, RollbackError):
        for record in chunk:
            try:
                past.adopt([record.entry])
            except (ChainError, RollbackError) as error:
                log.warning("the second medium ends in something else: %s", error)
                return False
    return True
