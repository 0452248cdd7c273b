"""Builders for journals and what is written into them: valid by default, one keyword spoils one thing."""

from dataclasses import dataclass
from pathlib import Path

from pos.clock import Quality, Reading
from pos.journal.boot import BootReport
from pos.journal.journal import Journal
from pos.voucher.bodies import (
    PaymentApproved,
    PaymentDeclined,
    RequestOpened,
    SaleCancelled,
    TaxSplit,
    TenderKind,
    TenderRecorded,
)
from pos.voucher.claims import PaidConfirmation, Payment, Voucher
from pos.voucher.entry import Entry
from pos.voucher.keys import SigningKey
from pos.voucher.signed import sign_confirmation, sign_payment, sign_voucher
from pos.voucher.verified import PaymentIdentity, VoucherIdentity

TERMINAL = "t-bakery-1"
MERCHANT = "m-bakery"
ISSUER = "41390"
DAY = "2026-11-22"
NOON_S = 1_795_316_400
BOOT = b"boot".ljust(16, b".")


def seeded(name: str) -> SigningKey:
    """A key that is the same in every run; for tests only."""
    return SigningKey.from_seed(name.encode("ascii").ljust(32, b"."))


TERMINAL_KEY = seeded("terminal")
ISSUER_KEY = seeded("issuer")
LEDGER_KEY = seeded("ledger")


def id16(number: int) -> bytes:
    """Sixteen bytes that are different for every number."""
    return number.to_bytes(16, "big")


def a_reading(*, time_s: int = NOON_S, boot_ms: int = 1_000, boot_id: bytes = BOOT) -> Reading:
    return Reading(
        time_s=time_s,
        earliest_s=time_s - 5,
        latest_s=time_s + 5,
        quality=Quality.NETWORK,
        boot_id=boot_id,
        boot_ms=boot_ms,
    )


def open_journal(
    folder: Path, *, mirror: Path | None = None, key: SigningKey = TERMINAL_KEY
) -> tuple[Journal, BootReport]:
    return Journal.open(folder / "journal.db", mirror=mirror, key=key, terminal=TERMINAL)


def report_of(folder: Path, *, mirror: Path | None = None) -> BootReport:
    """What opening finds; the journal is closed again."""
    journal, report = open_journal(folder, mirror=mirror)
    journal.close()
    return report


@dataclass(slots=True)
class Purse:
    """A holder's voucher and how far it is spent: a wallet without its manners."""

    number: int = 1
    value_won: int = 50_000
    sequence: int = 0
    spent_won: int = 0

    @property
    def identity(self) -> VoucherIdentity:
        return VoucherIdentity(issuer=ISSUER, voucher_id=id16(self.number))

    def payment_identity(self, sequence: int) -> PaymentIdentity:
        return PaymentIdentity(issuer=ISSUER, voucher_id=id16(self.number), sequence=sequence)

    def voucher(self) -> bytes:
        claims = Voucher(
            issuer=ISSUER,
            expires_s=NOON_S + 86_400 * 30,
            not_before_s=NOON_S - 86_400,
            issued_s=NOON_S - 86_400,
            voucher_id=id16(self.number),
            holder_key=seeded(f"holder {self.number}").public_key,
            program="general",
            value_won=self.value_won,
            serial=None,
        )
        return sign_voucher(claims, key=ISSUER_KEY).raw

    def pay(self, amount_won: int, *, nonce: bytes | None = None) -> bytes:
        """The next payment on the line."""
        self.sequence += 1
        raw = self.sign(sequence=self.sequence, spent_before_won=self.spent_won, amount_won=amount_won, nonce=nonce)
        self.spent_won += amount_won
        return raw

    def sign(
        self,
        *,
        sequence: int,
        spent_before_won: int,
        amount_won: int,
        nonce: bytes | None = None,
        issued_s: int = NOON_S,
    ) -> bytes:
        """Any payment, honest or not."""
        claims = Payment(
            merchant=MERCHANT,
            issued_s=issued_s,
            nonce=nonce,
            voucher=self.voucher(),
            sequence=sequence,
            spent_before_won=spent_before_won,
            amount_won=amount_won,
        )
        return sign_payment(claims, key=seeded(f"holder {self.number}")).raw


def a_note(number: int, *, value_won: int = 10_000) -> bytes:
    """A paper voucher."""
    claims = Voucher(
        issuer=ISSUER,
        expires_s=NOON_S + 86_400 * 30,
        not_before_s=NOON_S - 86_400,
        issued_s=NOON_S - 86_400,
        voucher_id=id16(number),
        holder_key=None,
        program="general",
        value_won=value_won,
        serial=f"A{number:07d}",
    )
    return sign_voucher(claims, key=ISSUER_KEY).raw


def a_confirmation(number: int, *, amount_won: int = 12_000, nonce: bytes) -> bytes:
    """The ledger's word that a phone paid online."""
    claims = PaidConfirmation(
        ledger="sandbox",
        merchant=MERCHANT,
        issued_s=NOON_S,
        payment_id=id16(number),
        nonce=nonce,
        amount_won=amount_won,
        program="general",
    )
    return sign_confirmation(claims, key=LEDGER_KEY).raw


def tax_of(total_won: int) -> TaxSplit:
    vat_won = total_won // 11
    return TaxSplit(taxable_won=total_won - vat_won, vat_won=vat_won, exempt_won=0, service_won=0)


def approved(
    evidence: bytes,
    amount_won: int,
    *,
    number: str,
    sale: int = 1,
    total_won: int | None = None,
    nonce: bytes | None = None,
    business_date: str = DAY,
) -> PaymentApproved:
    """An approval; it pays its sale unless `total_won` says that more is owed."""
    total = amount_won if total_won is None else total_won
    return PaymentApproved(
        object_bytes=evidence,
        receipt_number=number,
        sale_id=id16(sale),
        amount_won=amount_won,
        business_date=business_date,
        checks=tuple(range(1, 16)),
        clerk="1",
        nonce=nonce,
        total_won=total,
        tax=tax_of(total),
    )


def declined(evidence: bytes | None, *, reason: str = "double_spend", number: str | None = None) -> PaymentDeclined:
    return PaymentDeclined(
        business_date=DAY,
        checks=(1, 2, 3, 4, 5, 6),
        reason=reason,
        scanned_sha256=bytes(32),
        object_bytes=evidence,
        receipt_number=number,
    )


def cash(amount_won: int, *, sale: int, number: str | None = None, total_won: int | None = None) -> TenderRecorded:
    return TenderRecorded(
        sale_id=id16(sale),
        amount_won=amount_won,
        business_date=DAY,
        tender=TenderKind.CASH,
        receipt_number=number,
        total_won=total_won,
        tax=None if total_won is None else tax_of(total_won),
    )


def cancelled(*, sale: int) -> SaleCancelled:
    return SaleCancelled(sale_id=id16(sale), business_date=DAY, reason="customer_left")


def a_request(nonce: bytes, *, amount_won: int = 12_000, sale: int = 1) -> RequestOpened:
    return RequestOpened(
        request=b"signed request", sale_id=id16(sale), amount_won=amount_won, expires_s=NOON_S + 300, nonce=nonce
    )


def sell(journal: Journal, purse: Purse, amount_won: int, *, sale: int, time_s: int = NOON_S) -> Entry:
    """One whole sale with one voucher payment."""
    draft = approved(purse.pay(amount_won), amount_won, number=journal.sales.next_receipt_number(), sale=sale)
    (entry,) = journal.record([draft], reading=a_reading(time_s=time_s, boot_ms=1_000 + sale))
    return entry
