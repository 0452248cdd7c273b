"""Where the figures of a report stand on paper: `layout(report, columns=…, words=…)` → rows, pure, 32 to 48 columns.

Rules: nothing is ever cut off (`Sheet`); a figure that is nothing has no line, except the totals; a person's line never
says what a conflict cost, because nobody at the counter can know a code for a copy.
"""

from collections.abc import Iterator
from typing import Final

from pos.money import format_won, is_banknote
from pos.till.receipt.moment import date_of, minute_of
from pos.till.receipt.rows import Align, BlankRow, CutRow, Row, Rule, RuleRow, Size, TextRow
from pos.till.receipt.sheet import Sheet
from pos.till.report.figures import Figures, Group, average_won, customers, net_sales_won
from pos.till.report.report import Report, ReportKind
from pos.till.report.words import ReportWords
from pos.voucher.bodies import TenderMethod

_INDENT: Final = "  "
_NO_SIGN: Final = False


def layout(report: Report, *, columns: int, words: ReportWords) -> tuple[Row, ...]:
    """Return the rows of `report` for paper of `columns`."""
    sheet = Sheet(columns=columns, takes_back=_NO_SIGN)
    return tuple(_rows(report, sheet, words))


def _rows(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    yield from _head(report, sheet, words)
    yield from _sales(report.figures, sheet, words)
    yield from _taxes(report.figures, sheet, words)
    yield from _tenders(report, sheet, words)
    yield from _unconfirmed(report, sheet, words)
    yield from _cash_receipts(report.figures, sheet, words)
    if report.kind is not ReportKind.PERIOD:
        yield from _drawer(report, sheet, words)
    yield from _people(report, sheet, words)
    yield from _end(report, sheet, words)


def _head(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    if report.is_training:
        yield from sheet.text(words.training_banner, align=Align.CENTRE, bold=True)
    yield from sheet.text(_title(report, words), align=Align.CENTRE, bold=True, size=Size.TALL)
    yield from sheet.text(report.shop_name, align=Align.CENTRE)
    yield from sheet.pair(words.business_number, _business_number(report.business_number))
    yield from sheet.pair(words.representative, report.representative)
    first, last = report.dates
    if report.kind is ReportKind.PERIOD:
        yield from sheet.pair(words.period, f"{first} ~ {last}")
        yield from sheet.pair(words.closings, words.count.format(number=report.number))
        if report.number:
            numbers = words.closings_range.format(first=report.closings[0], last=report.closings[1])
            yield from sheet.text(numbers, align=Align.RIGHT)
    else:
        yield from sheet.pair(words.business_date, first)
    if report.opened_s is not None:
        yield from sheet.pair(words.opened, f"{date_of(report.opened_s)} {minute_of(report.opened_s)}")
    yield from sheet.pair(words.made, f"{date_of(report.made_s)} {minute_of(report.made_s)}")
    if report.clerk:
        yield from sheet.pair(words.clerk, report.clerk)


def _title(report: Report, words: ReportWords) -> str:
    match report.kind:
        case ReportKind.CLOSING:
            return words.title_closing.format(number=report.number)
        case ReportKind.INTERIM:
            return words.title_interim
        case ReportKind.PERIOD:
            return words.title_period


def _business_number(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}" if len(digits) == len("0000000000") else digits


def _sales(figures: Figures, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    yield RuleRow(rule=Rule.THICK)
    refunded_won = figures.won(Group.CLERK_REFUNDS)
    yield from _counted(sheet, words, words.sales, figures.count(Group.SALES), figures.won(Group.SALES))
    yield from _counted(sheet, words, words.refunds, figures.count(Group.CLERK_REFUNDS), -refunded_won)
    yield from sheet.pair(words.net_sales, format_won(net_sales_won(figures)), bold=True, size=Size.TALL)
    yield from _customers(figures, sheet, words)
    if figures.count(Group.CANCELLED):
        won = figures.won(Group.CANCELLED)
        yield from _counted(sheet, words, words.given_up, figures.count(Group.CANCELLED), won)


def _customers(figures: Figures, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    yield from sheet.pair(words.customers, words.persons.format(number=customers(figures)))
    each_won = average_won(figures)
    if each_won is not None:
        yield from sheet.pair(words.average, format_won(each_won))
    pieces = figures.count(Group.ITEMS)
    if pieces:
        yield from sheet.pair(words.items.format(number=pieces), format_won(figures.won(Group.ITEMS)))


def _taxes(figures: Figures, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    yield from _title_row(words.tax_title, sheet)
    for name, group, refunded in (
        (words.taxable, Group.TAXABLE, Group.REFUND_TAXABLE),
        (words.vat, Group.VAT, Group.REFUND_VAT),
        (words.exempt, Group.EXEMPT, Group.REFUND_EXEMPT),
        (words.service, Group.SERVICE, Group.REFUND_SERVICE),
    ):
        won = figures.won(group) - figures.won(refunded)
        if won or group is not Group.SERVICE:
            yield from sheet.pair(name, format_won(won))


def _tenders(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    figures = report.figures
    yield from _title_row(words.tenders_title, sheet)
    for form, name in _forms(words).items():
        count = figures.count(Group.TENDER, form)
        if count:
            yield from _counted(sheet, words, name, count, figures.won(Group.TENDER, form))
            yield from _programs(report, form, sheet, words)
        refunded = figures.count(Group.REFUND, form)
        if refunded:
            yield from _counted(
                sheet, words, f"{_INDENT}{words.refunds_title}", refunded, -figures.won(Group.REFUND, form)
            )


def _forms(words: ReportWords) -> dict[str, str]:
    return {
        "voucher": words.voucher,
        "confirmation": words.confirmation,
        "note": words.paper,
        "cash": words.cash,
        "other": words.other,
    }


def _programs(report: Report, form: str, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    for line in report.figures.lines(Group.TENDER):
        line_form, issuer, program = line.labels
        if line_form != form or not issuer:
            continue
        place = report.issuers.get(issuer, issuer)
        name = f"{place} {report.programs.get((issuer, program), program)}".strip()
        yield from _counted(sheet, words, f"{_INDENT}{name}", line.count, line.won)
    if form == "other":
        yield from _methods(report, sheet, words)
    if form == "note":
        for line in report.figures.lines(Group.NOTE):
            value_won = int(line.labels[2])
            pieces = words.pieces.format(number=line.count)
            yield from sheet.pair(f"{_INDENT}{_INDENT}{format_won(value_won)} {pieces}", format_won(line.won))


def _methods(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    """What was only recorded, each kind by its name: nobody here knows whether it was paid."""
    names = dict(zip(map(str, TenderMethod), words.methods, strict=True))
    for line in report.figures.lines(Group.TENDER):
        form, _, method = line.labels
        if form == "other" and method:
            yield from _counted(sheet, words, f"{_INDENT}{names.get(method, method)}", line.count, line.won)


def _unconfirmed(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    if not report.unconfirmed:
        return
    yield from _title_row(words.unconfirmed_title, sheet)
    for one in report.unconfirmed:
        yield from sheet.pair(f"{one.receipt_number} {one.program or one.reference}", format_won(one.amount_won))
        if one.program and one.reference:
            yield from sheet.text(f"{_INDENT}{one.reference}")


def _cash_receipts(figures: Figures, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    issued, cancelled = figures.count(Group.CASH_RECEIPT), figures.count(Group.CASH_RECEIPT_CANCELLED)
    if not issued and not cancelled:
        return
    yield from _title_row(words.cash_receipts_title, sheet)
    for purpose, name in (("deduction", words.for_deduction), ("expense", words.for_expense)):
        count = figures.count(Group.CASH_RECEIPT, purpose) - figures.count(Group.CASH_RECEIPT_SELF, purpose)
        if count:
            won = figures.won(Group.CASH_RECEIPT, purpose) - figures.won(Group.CASH_RECEIPT_SELF, purpose)
            yield from _counted(sheet, words, name, count, won)
    without = figures.count(Group.CASH_RECEIPT_SELF)
    if without:
        yield from _counted(sheet, words, words.self_issued, without, figures.won(Group.CASH_RECEIPT_SELF))
    if cancelled:
        won = figures.won(Group.CASH_RECEIPT_CANCELLED)
        yield from _counted(sheet, words, words.cash_receipt_cancelled, cancelled, -won)


def _drawer(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    figures = report.figures
    yield from _title_row(words.drawer_title, sheet)
    yield from sheet.pair(words.drawer_float, format_won(report.float_won))
    yield from sheet.pair(words.drawer_sales, format_won(figures.won(Group.TENDER, "cash")))
    for name, won in (
        (words.drawer_in, figures.won(Group.CASH_IN)),
        (words.drawer_out, -figures.won(Group.CASH_OUT)),
        (words.drawer_change, -figures.won(Group.CHANGE)),
        (words.drawer_refunds, -figures.won(Group.REFUND, "cash")),
    ):
        if won:
            yield from sheet.pair(name, format_won(won))
    yield from sheet.pair(words.drawer_expected, format_won(report.expected_won), bold=True)
    if report.kind is not ReportKind.CLOSING:
        return
    if report.counted_won is None:
        yield from sheet.text(words.drawer_not_counted)
        return
    for value_won, count in report.counted:
        if count:
            counted = words.pieces if is_banknote(value_won) else words.coins
            pieces = counted.format(number=count)
            yield from sheet.pair(f"{_INDENT}{format_won(value_won)} {pieces}", format_won(value_won * count))
    yield from sheet.pair(words.drawer_counted, format_won(report.counted_won), bold=True)
    difference_won = report.counted_won - report.expected_won
    yield from sheet.pair(words.drawer_difference, _signed(difference_won), bold=bool(difference_won))


def _people(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    rows = tuple(_people_lines(report, words))
    if rows:
        yield from _title_row(words.people_title, sheet)
        for name, right in rows:
            yield from sheet.pair(name, right)


def _people_lines(report: Report, words: ReportWords) -> Iterator[tuple[str, str]]:
    figures = report.figures
    marks = {
        Group.CLERK_CANCELS: words.cancels,
        Group.CLERK_REFUNDS: words.person_refunds,
        Group.CLERK_DRAWER: words.drawer_openings,
        Group.CLERK_REPRINTS: words.reprints,
        Group.CLERK_BELOW_RATIO: words.below_ratio,
        Group.CLERK_NO_SERIAL: words.no_serial,
        Group.CLERK_WRONG_PINS: words.wrong_pins,
        Group.CLERK_TRAINING: words.training_sales,
    }
    groups = (Group.CLERK_SALES, *marks)
    for clerk in sorted({line.labels[0] for group in groups for line in figures.lines(group)}, key=_in_order):
        sold = figures.count(Group.CLERK_SALES, clerk)
        name = report.people.get(clerk, clerk) if clerk else words.nobody
        counted = words.count.format(number=sold)
        yield f"{name} {counted}", format_won(figures.won(Group.CLERK_SALES, clerk))
        for group, mark in marks.items():
            count = figures.count(group, clerk)
            if count:
                won = figures.won(group, clerk)
                counted = words.count.format(number=count)
                yield f"{_INDENT}{mark} {counted}", format_won(won) if won else ""


def _in_order(clerk: str) -> tuple[int, str]:
    return (int(clerk) if clerk.isdecimal() else 0, clerk)


def _end(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    yield RuleRow()
    first, last = report.entries
    if report.kind is ReportKind.PERIOD:
        yield from sheet.text(words.equals_closings)
    else:
        if report.receipts is not None:
            yield from sheet.text(words.receipts.format(first=report.receipts[0], last=report.receipts[1]))
        yield from sheet.text(words.entries.format(first=first, last=last))
        yield from _unsent(report, sheet, words)
    count, won = report.unissued
    if count:
        yield from sheet.pair(words.unissued.format(number=count), format_won(won))
    if report.is_training:
        yield from sheet.text(words.training_banner, align=Align.CENTRE, bold=True)
    yield BlankRow()
    yield CutRow()


def _unsent(report: Report, sheet: Sheet, words: ReportWords) -> Iterator[Row]:
    waiting, all_sent = words.waiting, words.all_sent
    if report.is_unsent_at_closing:
        waiting, all_sent = words.waiting_at_closing, words.all_sent_before_closing
    yield from sheet.text(waiting.format(number=report.unsent) if report.unsent else all_sent)
    payments, won = report.unsent_payments
    if payments:
        yield from _counted(sheet, words, f"{_INDENT}{words.waiting_payments}", payments, won)


def _title_row(title: str, sheet: Sheet) -> Iterator[Row]:
    yield RuleRow()
    yield TextRow(text=title, bold=True)


def _counted(sheet: Sheet, words: ReportWords, name: str, count: int, won: int) -> Iterator[Row]:
    counted = words.count.format(number=count)
    yield from sheet.pair(f"{name} {counted}", format_won(won))


def _signed(won: int) -> str:
    return f"+{format_won(won)}" if won > 0 else format_won(won)
