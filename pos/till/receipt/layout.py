"""Where the words of a receipt stand: `layout(receipt, columns=…, words=…)` → rows, pure, for 32 to 48 columns.

Rules:
- no row is wider than the paper: a name that is too long goes on in the next line, an amount that does not fit beside
  its name takes a line of its own, nothing is ever cut off;
- what was taken back has a minus sign; a declined slip shows what was asked for and that nothing was paid;
- a training receipt has no code and no journal line, and says what it is above and below;
- a reprint says so beside its title.
"""

from collections.abc import Iterator
from typing import Final

from pos.money import format_won
from pos.till.receipt.cash_block import cash_receipt_rows
from pos.till.receipt.moment import date_and_time, date_of
from pos.till.receipt.receipt import (
    CashTender,
    Holder,
    LineItem,
    OtherTender,
    Receipt,
    ReceiptKind,
    ShopBlock,
    VoucherForm,
    VoucherTender,
)
from pos.till.receipt.rows import Align, BlankRow, CutRow, QrRow, Row, Rule, RuleRow, Size, TextRow
from pos.till.receipt.sheet import Sheet
from pos.till.receipt.words import ReceiptWords
from pos.voucher.bodies import TaxClass, TenderMethod

JOURNAL_CHARACTERS: Final = 16
"""Hex characters of the entry's hash: enough to tell any two entries of one terminal apart."""
_INDENT: Final = "  "


def layout(receipt: Receipt, *, columns: int, words: ReceiptWords) -> tuple[Row, ...]:
    """Return the rows of `receipt` for paper of `columns` (24 or more)."""
    sheet = Sheet(columns=columns, takes_back=receipt.kind in (ReceiptKind.REFUND, ReceiptKind.VOID))
    return tuple(_rows(receipt, sheet, words))


def _rows(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield from _head(receipt, sheet, words)
    yield from _shop(receipt.shop, sheet, words)
    yield RuleRow()
    yield from _identity(receipt, sheet, words)
    yield RuleRow()
    if receipt.kind is ReceiptKind.DECLINED:
        yield from _refusal(receipt, sheet, words)
    else:
        yield from _items(receipt.items, sheet, words)
        yield from _totals(receipt, sheet, words)
        yield from _tenders(receipt, sheet, words)
        yield from cash_receipt_rows(receipt, sheet, words)
    yield from _end(receipt, sheet, words)


def _head(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    title = {
        ReceiptKind.SALE: words.title_sale,
        ReceiptKind.REFUND: words.title_refund,
        ReceiptKind.VOID: words.title_void,
        ReceiptKind.DECLINED: words.title_declined,
        ReceiptKind.TRAINING: words.title_training,
    }[receipt.kind]
    if receipt.kind is ReceiptKind.TRAINING:
        yield from sheet.text(words.training_banner, align=Align.CENTRE, bold=True)
    yield from sheet.text(title, align=Align.CENTRE, bold=True, size=Size.TALL)
    if receipt.copy_number:
        mark = words.reprint.format(number=receipt.copy_number)
        yield from sheet.text(f"[{mark}]", align=Align.CENTRE, bold=True)
    holder = words.customer_copy if receipt.holder is Holder.CUSTOMER else words.merchant_copy
    yield from sheet.text(f"({holder})", align=Align.CENTRE)
    yield BlankRow()


def _shop(shop: ShopBlock, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield from sheet.text(shop.name, align=Align.CENTRE, bold=True, size=Size.DOUBLE)
    number = shop.business_number
    yield from sheet.either(
        f"{words.business_number} {number[:3]}-{number[3:5]}-{number[5:]}",
        f"{words.representative} {shop.representative}",
        align=Align.CENTRE,
    )
    yield from sheet.text(shop.address, align=Align.CENTRE)
    if shop.phone:
        yield from sheet.text(f"{words.phone} {shop.phone}", align=Align.CENTRE)


def _identity(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield from sheet.pair(words.receipt_number, receipt.number)
    yield from sheet.pair(words.issued, date_and_time(receipt.issued_s, words))
    if not receipt.is_time_sure:
        yield from sheet.text(words.time_unsure, align=Align.RIGHT)
    if receipt.business_date != date_of(receipt.issued_s):
        yield from sheet.pair(words.business_date, receipt.business_date)
    if receipt.clerk is not None:
        yield from sheet.pair(words.clerk, receipt.clerk)
    if receipt.original is not None:
        yield from sheet.pair(words.original_number, receipt.original.receipt_number)
        yield from sheet.pair(words.original_date, date_of(receipt.original.issued_s))


def _items(items: tuple[LineItem, ...], sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    if not items:
        return
    yield from sheet.pair(words.item, words.amount)
    yield RuleRow()
    for item in items:
        yield from _item(item, sheet, words)
    if any(item.tax is TaxClass.EXEMPT for item in items):
        yield from sheet.text(words.exempt_note)
    yield RuleRow()


def _item(item: LineItem, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    mark = words.exempt_mark if item.tax is TaxClass.EXEMPT else ""
    amount = sheet.won(item.amount_won)
    if item.quantity == 1:
        yield from sheet.pair(mark + item.name, amount)
        return
    unit = "" if item.unit_price_won is None else f"{format_won(item.unit_price_won)} "
    yield from sheet.text(mark + item.name)
    yield from sheet.pair(f"{_INDENT}{unit}x {item.quantity}", amount)


def _totals(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    total = {ReceiptKind.REFUND: words.refund_total, ReceiptKind.VOID: words.void_total}.get(receipt.kind, words.total)
    amount = sheet.won(receipt.total_won)
    size = Size.DOUBLE if sheet.fits(total, amount, size=Size.DOUBLE) else Size.TALL
    yield from sheet.pair(total, amount, bold=True, size=size)
    split = receipt.tax
    if split is None:
        return
    if receipt.shop.is_simplified_taxpayer:
        yield from sheet.text(words.simplified_taxpayer, align=Align.RIGHT)
    elif split.taxable_won or split.vat_won:
        yield from sheet.pair(_INDENT + words.taxable_supply, sheet.won(split.taxable_won))
        yield from sheet.pair(_INDENT + words.vat, sheet.won(split.vat_won))
    if split.exempt_won:
        yield from sheet.pair(_INDENT + words.exempt, sheet.won(split.exempt_won))
    if split.service_won:
        yield from sheet.pair(_INDENT + words.service, sheet.won(split.service_won))


def _tenders(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    if not receipt.tenders:
        return
    yield RuleRow()
    for tender in receipt.tenders:
        match tender:
            case VoucherTender():
                yield from _voucher(tender, sheet, words)
            case CashTender():
                yield from _cash(tender, sheet, words)
            case OtherTender():
                yield from sheet.pair(_method(tender.method, words), sheet.won(tender.amount_won))
    if receipt.is_awaiting_delivery:
        yield from sheet.text(words.awaiting_delivery, align=Align.CENTRE, bold=True)


def _voucher(tender: VoucherTender, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    form = {
        VoucherForm.MOBILE: words.voucher_mobile,
        VoucherForm.PAPER: words.voucher_paper,
        VoucherForm.CARD: words.voucher_card,
    }[tender.form]
    yield from sheet.pair(f"{tender.program_name} ({form})", sheet.won(tender.amount_won))
    if tender.voucher_mask:
        yield from sheet.pair(_INDENT + words.voucher_number, tender.voucher_mask)
    if tender.face_won is not None:
        face = format_won(tender.face_won)
        yield from sheet.pair(_INDENT + words.voucher_face, face if tender.count == 1 else f"{face} x {tender.count}")
    if tender.change_won:
        yield from sheet.pair(_INDENT + words.change, format_won(tender.change_won))
    if tender.remaining_won is not None:
        yield from sheet.pair(_INDENT + words.voucher_remaining, format_won(tender.remaining_won))


def _cash(tender: CashTender, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield from sheet.pair(words.cash, sheet.won(tender.amount_won))
    if tender.received_won is not None and tender.received_won != tender.amount_won:
        yield from sheet.pair(_INDENT + words.cash_received, format_won(tender.received_won))
        yield from sheet.pair(_INDENT + words.change, format_won(tender.received_won - tender.amount_won))


def _method(method: TenderMethod, words: ReceiptWords) -> str:
    match method:
        case TenderMethod.CARD:
            return words.card_elsewhere
        case TenderMethod.TRANSFER:
            return words.transfer
        case TenderMethod.MERCHANT_QR:
            return words.merchant_qr
        case TenderMethod.OTHER:
            return words.other_tender


def _refusal(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield from sheet.pair(words.asked_amount, format_won(receipt.total_won))
    if receipt.refusal is not None:
        yield from sheet.text(words.refusal)
        yield from sheet.text(receipt.refusal, bold=True)
    yield BlankRow()
    yield from sheet.text(words.not_paid, align=Align.CENTRE, bold=True)


def _end(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    yield RuleRow(rule=Rule.THICK)
    for note in receipt.notes:
        yield from sheet.text(note, align=Align.CENTRE)
    if receipt.kind is ReceiptKind.TRAINING:
        yield from sheet.text(words.training_banner, align=Align.CENTRE, bold=True)
    else:
        yield from _proof(receipt, sheet, words)
    yield CutRow()


def _proof(receipt: Receipt, sheet: Sheet, words: ReceiptWords) -> Iterator[Row]:
    if receipt.code is not None:
        yield QrRow(data=receipt.code)
        yield from sheet.text(words.code_caption, align=Align.CENTRE)
    if receipt.entry is not None:
        head = receipt.entry.hex()[:JOURNAL_CHARACTERS]
        groups = " ".join(head[at : at + 4] for at in range(0, len(head), 4))
        yield TextRow(text=f"{words.journal} {groups}", align=Align.CENTRE)
