"""Receipts from the journal: what was sold, as data, as rows, and as a code that proves it.

A receipt is computed from entries whenever it is wanted, so a reprint years later says what the original said; only
the copy mark and whether the ledger has it by now may differ. The receipt code is signed from the committed entry
(protocol, "Receipt code"): Ed25519 is deterministic, so every copy carries the same bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos.core.decline_slips import DeclineSlips, Refusal
from pos.core.documents import Documents
from pos.core.print_rows import print_row
from pos.core.program_names import own_program_name
from pos.core.receipt_parts import cancelled_cash_receipt, line_items, voucher_in
from pos.core.remote_words import items_of, who_of
from pos.core.trust_store import TrustStore
from pos.journal.journal import Journal
from pos.journal.records import (
    Delivery,
    RefundPartRecord,
    RefundRecord,
    SaleRecord,
    TenderForm,
    TenderRecord,
)
from pos.link.calls import PrintRow, ReceiptPage
from pos.text import SafeText, safe_text
from pos.till.receipt.layout import layout
from pos.till.receipt.masking import mask_serial, mask_voucher_id
from pos.till.receipt.plain import plain_lines
from pos.till.receipt.receipt import (
    CashReceipt,
    CashTender,
    IssuedCashReceipt,
    OriginalSale,
    OtherTender,
    PendingCashReceipt,
    PlatformCashReceipt,
    Receipt,
    ReceiptKind,
    ShopBlock,
    Tender,
    VoucherForm,
    VoucherTender,
)
from pos.till.receipt.words import ReceiptWords
from pos.voucher.bodies import (
    EntryBody,
    NoteTaken,
    PaymentApproved,
    RefundKind,
    TenderMethod,
    TenderRecorded,
    UnknownBody,
    parse_body,
)
from pos.voucher.claims import ReceiptCode, Voucher
from pos.voucher.entry import Entry, entry_hash
from pos.voucher.keys import SigningKey
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.signed import decode_paper_voucher, sign_receipt
from pos.voucher.terminal_claims import ReceiptKind as CodeKind

SERIALS_PRINTED = 3
"""Of one bundle of notes; the journal has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Makes this terminal's receipts."""

    journal: Journal
    trust: TrustStore
    key: SigningKey | None
    """None for another terminal's: those carry no code."""
    terminal: str
    columns: Callable[[], int]
    """Of the paper that is in use now."""
    words: ReceiptWords
    documents: Documents
    slips: DeclineSlips
    is_training: bool = False

    def receipt(self, number: str, *, copy_number: int) -> Receipt | None:
        """The receipt of this number as data; `copy_number` 1 is the original. None where there is no such sale."""
        refund = self.journal.refunds.of_receipt(number)
        if refund is not None:
            return self._refund(refund, copy_number=copy_number)
        declined = self.slips.refusal(number)
        if declined is not None:
            return self._declined(declined, number, copy_number=copy_number)
        sale = self.journal.sales.sale_of_receipt(number)
        if sale is None or not sale.tenders:
            return None
        total_won = sale.total_won if sale.tax is not None and sale.total_won is not None else sale.paid_won
        last = self._entry(sale.tenders[-1].entry)
        return Receipt(
            kind=ReceiptKind.TRAINING if self.is_training else ReceiptKind.SALE,
            shop=self._shop(),
            number=number,
            issued_s=last.time_s,
            is_time_sure=last.quality >= 2,
            business_date=sale.business_date,
            total_won=total_won,
            tax=sale.tax,
            items=line_items(sale, total_won),
            tenders=tuple(self._tender(tender) for tender in sale.tenders),
            cash_receipt=self._cash_receipt(sale),
            is_awaiting_delivery=any(
                tender.delivery is Delivery.WAITING and tender.form is not TenderForm.CONFIRMATION
                for tender in sale.tenders
            ),
            copy_number=copy_number - 1,
            entry=last.hash,
            code=self._code(number, total_won, last),
            notes=self._remote_notes(sale),
        )

    def _remote_notes(self, sale: SaleRecord) -> tuple[SafeText, ...]:
        """Where a sale came from and what was ordered: the slip for the kitchen."""
        subject = self.journal.remotes.subject_of(sale.sale_id)
        if subject is None:
            return ()
        told = self.journal.inbox.order(subject) or self.journal.inbox.remote_payment(subject)
        return () if told is None else (who_of(told), *items_of(told))

    def rows(self, number: str, *, copy_number: int = 1) -> tuple[PrintRow, ...] | None:
        """The receipt, or the document of that name, laid out for this terminal's paper."""
        document = self.documents.rows(number)
        if document is not None:
            return tuple(map(print_row, document))
        receipt = self.receipt(number, copy_number=copy_number)
        if receipt is None:
            return None
        return tuple(map(print_row, layout(receipt, columns=self.columns(), words=self.words)))

    def page(self, number: str) -> ReceiptPage | None:
        """The original receipt, or the document of that name, for a screen."""
        columns = self.columns()
        rows = self.documents.rows(number)
        receipt = self.receipt(number, copy_number=1) if rows is None else None
        if rows is None and receipt is not None:
            rows = layout(receipt, columns=columns, words=self.words)
        if rows is None:
            return None
        return ReceiptPage(
            receipt_number=number,
            columns=columns,
            rows=tuple(map(print_row, rows)),
            lines=plain_lines(rows, columns=columns),
            issued_s=0 if receipt is None else receipt.issued_s,
            total_won=0 if receipt is None else receipt.total_won,
        )

    def program_name(self, entry: int) -> str:
        """The name of the programme that the payment in this entry came from."""
        body = self._body(entry)
        if isinstance(body, NoteTaken):
            note = self.trust.program(body.issuer, body.program)
            return body.program if note is None else note.name
        voucher = self.voucher(entry)
        return "" if voucher is None else self._name(voucher)

    def _declined(self, refusal: Refusal, number: str, *, copy_number: int) -> Receipt | None:
        """What a customer takes home whose code was declined. In practice there is none: nobody was refused."""
        if self.is_training:
            return None
        entry, amount_won = refusal.entry, refusal.payment.amount_won
        code = ReceiptCode(
            terminal=self.terminal,
            merchant=self.trust.merchant.merchant,
            issued_s=entry.time_s,
            amount_won=amount_won,
            receipt_number=number,
            entry=entry.hash,
            kind=CodeKind.DECLINED,
            payment=entry_hash(refusal.object_bytes),
        )
        return Receipt(
            kind=ReceiptKind.DECLINED,
            shop=self._shop(),
            number=number,
            issued_s=entry.time_s,
            is_time_sure=entry.quality >= 2,
            business_date=refusal.business_date,
            total_won=amount_won,
            tax=None,
            refusal=refusal.told,
            copy_number=copy_number - 1,
            entry=entry.hash,
            code=self._signed(code),
        )

    def _kind(self, *, is_void: bool) -> ReceiptKind:
        if self.is_training:
            return ReceiptKind.TRAINING
        return ReceiptKind.VOID if is_void else ReceiptKind.REFUND

    def _shop(self) -> ShopBlock:
        merchant = self.trust.merchant
        return ShopBlock(
            name=safe_text(merchant.name),
            representative=safe_text(merchant.representative),
            business_number=merchant.business_number,
            address=safe_text(merchant.address),
            phone=merchant.phone,
            is_simplified_taxpayer=merchant.is_simplified_taxpayer,
        )

    def _tender(self, tender: TenderRecord) -> Tender:
        match tender.form:
            case TenderForm.CASH:
                return self._cash_tender(tender)
            case TenderForm.OTHER:
                return OtherTender(amount_won=tender.amount_won, method=tender.method or TenderMethod.CARD)
            case TenderForm.NOTE | TenderForm.SCANNED_NOTE:
                return self._note_tender(tender)
            case TenderForm.VOUCHER | TenderForm.CONFIRMATION:
                voucher, program = self.voucher(tender.entry), tender.program or ""
                # The ledger's word that a phone paid names no issuer.
                name = own_program_name(self.trust, program) or program if voucher is None else self._name(voucher)
                return VoucherTender(
                    program_name=safe_text(name),
                    voucher_mask="" if voucher is None else mask_voucher_id(voucher.voucher_id),
                    amount_won=tender.amount_won,
                    form=VoucherForm.MOBILE,
                )

    def _cash_tender(self, tender: TenderRecord) -> CashTender:
        body = self._body(tender.entry)
        given_won = body.given_won if isinstance(body, TenderRecorded) else None
        return CashTender(amount_won=tender.amount_won, received_won=given_won)

    def _note_tender(self, tender: TenderRecord) -> VoucherTender:
        body = self._body(tender.entry)
        assert isinstance(body, NoteTaken | PaymentApproved), "what a note's entry says"
        if isinstance(body, NoteTaken):
            note = self.trust.program(body.issuer, body.program)
            name, face_won, count = body.program if note is None else note.name, body.denomination_won, body.count
            serials = body.serials or ()
        else:
            voucher = decode_paper_voucher(body.object_bytes).claims
            name, face_won, count, serials = self._name(voucher), voucher.value_won, 1, (voucher.serial or "",)
        return VoucherTender(
            program_name=safe_text(name),
            voucher_mask=", ".join(mask_serial(serial) for serial in serials[:SERIALS_PRINTED]),
            amount_won=tender.amount_won,
            form=VoucherForm.PAPER,
            face_won=face_won,
            count=count,
            change_won=body.change_won or 0,
        )

    def _refund(self, refund: RefundRecord, *, copy_number: int) -> Receipt:
        last = self._entry(refund.parts[-1].entry)
        original = self.journal.sales.sale(refund.sale_id)
        assert original is not None, "a refund is of a sale"
        is_void = refund.kind is RefundKind.VOID
        return Receipt(
            kind=self._kind(is_void=is_void),
            shop=self._shop(),
            number=refund.receipt_number,
            issued_s=last.time_s,
            is_time_sure=last.quality >= 2,
            business_date=refund.business_date,
            total_won=refund.total_won,
            tax=refund.tax,
            tenders=tuple(self._refunded(part, original) for part in refund.parts),
            cash_receipt=self._cancelled_cash_receipt(refund),
            original=OriginalSale(receipt_number=refund.sale_receipt, issued_s=original.ended_s or original.opened_s),
            copy_number=copy_number - 1,
            entry=last.hash,
            code=self._code(
                refund.receipt_number, refund.total_won, last, kind=CodeKind.VOID if is_void else CodeKind.REFUND
            ),
            notes=tuple(map(safe_text, self.words.refund_notes)) if any(map(_is_voucher, refund.parts)) else (),
        )

    def _refunded(self, part: RefundPartRecord, original: SaleRecord) -> Tender:
        tender = next(tender for tender in original.tenders if tender.entry == part.tender)
        return self._tender(replace(tender, amount_won=part.amount_won))

    def _cash_receipt(self, sale: SaleRecord) -> CashReceipt | None:
        """The shop's own, where one was asked for; else whether a platform reports the sale."""
        standing = self.journal.cash_receipts.standing(sale.sale_id)
        if standing is None:
            return self._cancelled_alone(sale) or self._platform(sale)
        if standing.approval_number is None or standing.approved_s is None:
            return PendingCashReceipt(purpose=standing.purpose, identifier=standing.identifier, split=standing.tax)
        return IssuedCashReceipt(
            purpose=standing.purpose,
            identifier=standing.identifier,
            approval_number=standing.approval_number,
            issued_s=standing.approved_s,
            split=standing.tax,
        )

    def _cancelled_cash_receipt(self, refund: RefundRecord) -> CashReceipt | None:
        """What was taken back of the shop's own with a refund; without its approval it only will be."""
        receipts = self.journal.cash_receipts.of_sale(refund.sale_id)
        cancel = next((receipt for receipt in receipts if receipt.refund_id == refund.refund_id), None)
        return None if cancel is None else cancelled_cash_receipt(cancel, receipts, asked_s=refund.time_s)

    def _cancelled_alone(self, sale: SaleRecord) -> CashReceipt | None:
        """The shop's own that was taken back without the sale, where that is the last word on it."""
        receipts = self.journal.cash_receipts.of_sale(sale.sale_id)
        last = receipts[-1] if receipts else None
        if last is None or last.original_id is None or last.refund_id is not None:
            return None
        return cancelled_cash_receipt(last, receipts, asked_s=self._entry(last.entry).time_s)

    def _platform(self, sale: SaleRecord) -> PlatformCashReceipt | None:
        """Named mobile vouchers are reported by their platform; a second receipt would count them twice."""
        platform_won = 0
        for tender in sale.tenders:
            voucher = self.voucher(tender.entry) if tender.form is TenderForm.VOUCHER else None
            program = None if voucher is None else self.trust.program(voucher.issuer, voucher.program)
            if program is not None and program.is_cash_receipt_by_platform:
                platform_won += tender.amount_won
        return PlatformCashReceipt(amount_won=platform_won) if platform_won else None

    def _code(self, number: str, total_won: int, entry: Entry, *, kind: CodeKind = CodeKind.SALE) -> str | None:
        body = parse_body(entry.kind, entry.body)
        code = ReceiptCode(
            terminal=self.terminal,
            merchant=self.trust.merchant.merchant,
            issued_s=entry.time_s,
            amount_won=total_won,
            receipt_number=number,
            entry=entry.hash,
            kind=kind,
            payment=entry_hash(body.object_bytes) if isinstance(body, PaymentApproved) else None,
        )
        return self._signed(code)

    def _signed(self, code: ReceiptCode) -> str | None:
        return None if self.key is None else encode_text(QrKind.RECEIPT, sign_receipt(code, key=self.key).raw)

    def _body(self, sequence: int) -> EntryBody | UnknownBody:
        entry = self._entry(sequence)
        return parse_body(entry.kind, entry.body)

    def _entry(self, sequence: int) -> Entry:
        entry = self.journal.entry(sequence)
        assert entry is not None, "a tender is an entry"
        return entry

    def voucher(self, sequence: int) -> Voucher | None:
        """The voucher that the payment in this entry was made from; None for other money."""
        body = self._body(sequence)
        if not isinstance(body, PaymentApproved):
            return None
        return voucher_in(body.object_bytes)

    def _name(self, voucher: Voucher) -> str:
        program = self.trust.program(voucher.issuer, voucher.program)
        return voucher.program if program is None else program.name


def _is_voucher(part: RefundPartRecord) -> bool:
    return part.form in (TenderForm.VOUCHER, TenderForm.CONFIRMATION)
