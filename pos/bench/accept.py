"""`pos bench accept`: from a code's text to a durable approval, beside the limits that no program can go under.

The limits, measured in the same run on the same disk: two Ed25519 verifications (issuer's and holder's), one
signature (the entry's), one durable append of an entry's size. The peer is their sum; the aim is no more than twice it,
with an empty journal and with a long one.
"""

import os
import resource
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.bench.table import Timing, timed
from pos.config import load_config
from pos.core.checkout import Presented
from pos.core.core import Core
from pos.sandbox.town import HOME_ISSUER, init
from pos.terminal import build_core
from pos.till.decision import Approved, Tender
from pos.voucher.bodies import PaymentApproved
from pos.voucher.claims import Payment, Voucher
from pos.voucher.keys import SigningKey, verify_signature
from pos.voucher.messages import Acknowledgement
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.signed import SignedPayment, sign_payment, sign_voucher

RUNS: Final = 400
FILL_PER_ENTRY_BATCH: Final = 48
PAYMENTS_PER_VOUCHER: Final = 100
ENTRY_BYTES: Final = 900
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReport:
    """Medians in microseconds; `ratio` is accepting over the sum of the limits."""

    payments_before: int
    verify_two_us: float
    sign_us: float
    append_us: float
    limit_us: float
    accept_us: float
    accept_p95_us: float
    ratio: float
    peak_memory_mib: float


class Purses:
    """Payments out of fresh vouchers of one issuer, as fast as they can be signed."""

    def __init__(self, issuer_key: SigningKey, issuer: str, now_s: int) -> None:
        self._issuer_key = issuer_key
        self._issuer = issuer
        self._now_s = now_s
        self._holder = SigningKey.generate()

    def voucher(self) -> bytes:
        return sign_voucher(
            Voucher(
                issuer=self._issuer,
                expires_s=self._now_s + 365 * DAY_S,
                not_before_s=self._now_s - DAY_S,
                issued_s=self._now_s - DAY_S,
                voucher_id=secrets.token_bytes(16),
                holder_key=self._holder.public_key,
                program="general",
                value_won=1_000_000,
                serial=None,
            ),
            key=self._issuer_key,
        ).raw

    def payment(self, voucher: bytes, sequence: int, amount_won: int = 100) -> SignedPayment:
        return sign_payment(
            Payment(
                merchant=None,
                issued_s=self._now_s,
                nonce=None,
                voucher=voucher,
                sequence=sequence,
                spent_before_won=(sequence - 1) * amount_won,
                amount_won=amount_won,
            ),
            key=self._holder,
        )


def measure_accept(*, payments_before: int = 0, runs: int = RUNS) -> AcceptReport:
    """Make a town, fill its journal, and accept `runs` payments."""
    with tempfile.TemporaryDirectory(prefix="pos-bench-", dir=Path.cwd()) as folder:
        town = init(Path(folder) / "town", seed="bench")
        core = build_core(load_config(town.directory / "terminal.toml"))
        try:
            issuer_key = town.issuer_key("41390")
            fill_journal(core, _purses(core, issuer_key), payments_before)
            _acknowledge(core)
            # New purses: a code is good for three minutes, and filling may take longer.
            return _measure(core, _purses(core, issuer_key), issuer_key, Path(folder), payments_before, runs)
        finally:
            core.close()


def _purses(core: Core, issuer_key: SigningKey) -> Purses:
    return Purses(issuer_key, HOME_ISSUER, core.views.clock.read().time_s)


def _measure(
    core: Core, purses: Purses, issuer_key: SigningKey, folder: Path, payments_before: int, runs: int
) -> AcceptReport:
    warm = 20
    texts = [encode_text(QrKind.PAYMENT, purses.payment(purses.voucher(), 1).raw) for _ in range(runs + warm)]
    message = secrets.token_bytes(300)
    signature = issuer_key.sign(message)
    verify = timed(
        "two verifications",
        lambda _: [verify_signature(issuer_key.public_key, message, signature) for _ in range(2)],
        runs=runs,
    )
    sign = timed("one signature", lambda _: issuer_key.sign(message), runs=runs)
    append = _durable_append(folder, runs)
    accept = timed("accept", lambda index: _accept(core, texts[index]), runs=runs, warm=warm)
    limit_us = verify.median_us + sign.median_us + append.median_us
    return AcceptReport(
        payments_before=payments_before,
        verify_two_us=round(verify.median_us, 1),
        sign_us=round(sign.median_us, 1),
        append_us=round(append.median_us, 1),
        limit_us=round(limit_us, 1),
        accept_us=round(accept.median_us, 1),
        accept_p95_us=round(accept.p95_us, 1),
        ratio=round(accept.median_us / limit_us, 2),
        peak_memory_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def _accept(core: Core, text: str) -> None:
    recorded = core.control.checkout.present(
        Presented(text=text, length=len(text), tender=Tender(due_won=100), sale_id=None, receipt_number=None)
    )
    assert isinstance(recorded.decision, Approved), f"the bench's payment was {recorded.decision}"


def _durable_append(folder: Path, runs: int) -> Timing:
    descriptor = os.open(folder / "append", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    block = secrets.token_bytes(ENTRY_BYTES)

    def append(_: int) -> None:
        os.write(descriptor, block)
        os.fdatasync(descriptor)

    try:
        return timed("one durable append", append, runs=runs)
    finally:
        os.close(descriptor)


def fill_journal(core: Core, purses: Purses, payments: int) -> None:
    """Journal entries as sales make them, many to a transaction; nothing of it is delivered."""
    drafts: list[PaymentApproved] = []
    number = int(core.journal.sales.next_receipt_number())
    voucher, reading = b"", core.views.clock.read()
    for index in range(payments):
        sequence = index % PAYMENTS_PER_VOUCHER + 1
        if sequence == 1:
            voucher = purses.voucher()
        drafts.append(
            PaymentApproved(
                object_bytes=purses.payment(voucher, sequence).raw,
                receipt_number=f"{number + index:06d}",
                sale_id=secrets.token_bytes(16),
                amount_won=100,
                business_date=time.strftime("%Y-%m-%d", time.gmtime(reading.time_s)),
                checks=tuple(range(1, 16)),
                total_won=100,
                tax=core.control.checkout.tax(100),
            )
        )
        if len(drafts) == FILL_PER_ENTRY_BATCH or index == payments - 1:
            core.journal.record(drafts, reading=reading)
            drafts.clear()


def _acknowledge(core: Core) -> None:
    """The ledger has the long journal already: what is waiting counts against the offline limits."""
    reading, head = core.views.clock.read(), core.journal.head
    ack = Acknowledgement(
        sequence=head.sequence,
        hash=head.hash,
        outcomes=(),
        checkpoint=b"",
        time_s=reading.time_s,
        nonce=bytes(16),
        message_number=0,
    )
    core.journal.outbox.acknowledge(ack, raw=b"", reading=reading)
