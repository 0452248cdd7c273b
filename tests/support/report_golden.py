"""Reports as text, and their golden files: `python -m tests.support.report_golden`, then read the difference."""

from dataclasses import replace
from pathlib import Path

from pos.till.receipt.plain import plain_lines
from pos.till.report.figures import Figure, Figures, Group
from pos.till.report.layout import layout
from pos.till.report.report import Report, ReportKind
from pos.words.en.report import REPORT_WORDS as ENGLISH
from pos.words.ko.report import REPORT_WORDS as KOREAN

GOLDEN = Path(__file__).parents[1] / "till" / "report" / "golden"
COLUMNS = (32, 42, 48)
EVENING_S = 1_763_816_400
"""2025-11-22 22:00 in Korea."""


def figure(group: Group, count: int, won: int, *labels: str) -> Figure:
    return Figure(group=group, labels=labels, count=count, won=won)


def busy_figures() -> Figures:
    """A day with everything in it; sales = tenders - change - what was given up."""
    return Figures.of(
        (
            figure(Group.SALES, 41, 1_234_000),
            figure(Group.CANCELLED, 1, 4_000),
            figure(Group.VOIDED, 1, 12_000),
            figure(Group.ITEMS, 57, 812_500),
            figure(Group.TAXABLE, 41, 1_000_000),
            figure(Group.VAT, 41, 100_000),
            figure(Group.EXEMPT, 3, 134_000),
            figure(Group.REFUND_TAXABLE, 1, 10_909),
            figure(Group.REFUND_VAT, 1, 1_091),
            figure(Group.TENDER, 30, 900_000, "voucher", "41390", "general"),
            figure(Group.TENDER, 2, 60_000, "voucher", "45130", "youth"),
            figure(Group.TENDER, 3, 90_000, "note", "41390", "paper"),
            figure(Group.NOTE, 1, 50_000, "41390", "paper", "50000"),
            figure(Group.NOTE, 4, 40_000, "41390", "paper", "10000"),
            figure(Group.CHANGE, 2, 12_000),
            figure(Group.TENDER, 7, 150_000, "cash", "", ""),
            figure(Group.TENDER, 1, 30_000, "other", "", "card"),
            figure(Group.TENDER, 1, 20_000, "other", "", "merchant_qr"),
            figure(Group.REFUND, 1, 12_000, "cash"),
            figure(Group.CASH_RECEIPT, 3, 80_000, "deduction"),
            figure(Group.CASH_RECEIPT, 1, 50_000, "expense"),
            figure(Group.CASH_RECEIPT_SELF, 1, 20_000, "deduction"),
            figure(Group.CASH_RECEIPT_CANCELLED, 1, 12_000),
            figure(Group.CASH_IN, 1, 30_000),
            figure(Group.CASH_OUT, 2, 120_000),
            figure(Group.CLERK_SALES, 30, 900_000, "1"),
            figure(Group.CLERK_SALES, 11, 334_000, "2"),
            figure(Group.CLERK_CANCELS, 1, 4_000, "2"),
            figure(Group.CLERK_REFUNDS, 1, 12_000, "1"),
            figure(Group.CLERK_DRAWER, 3, 0, "2"),
            figure(Group.CLERK_REPRINTS, 2, 0, "2"),
            figure(Group.CLERK_BELOW_RATIO, 1, 7_000, "2"),
            figure(Group.CLERK_NO_SERIAL, 2, 20_000, "2"),
            figure(Group.CLERK_WRONG_PINS, 4, 0, "2"),
            figure(Group.CLERK_TRAINING, 5, 0, "2"),
        )
    )


def a_report(kind: ReportKind = ReportKind.CLOSING, figures: Figures | None = None) -> Report:
    return Report(
        kind=kind,
        shop_name="달빛 베이커리",
        business_number="1234567891",
        representative="김가온",
        dates=("2025-10-01", "2025-12-31") if kind is ReportKind.PERIOD else ("2025-11-22", "2025-11-22"),
        made_s=EVENING_S,
        figures=busy_figures() if figures is None else figures,
        number={ReportKind.CLOSING: 12, ReportKind.INTERIM: 0, ReportKind.PERIOD: 88}[kind],
        closings=(1, 88) if kind is ReportKind.PERIOD else (0, 0),
        opened_s=None if kind is ReportKind.PERIOD else EVENING_S - 13 * 3_600,
        float_won=100_000,
        counted_won=135_500 if kind is ReportKind.CLOSING else None,
        counted=((50_000, 2), (10_000, 3), (500, 11)) if kind is ReportKind.CLOSING else (),
        clerk="" if kind is ReportKind.PERIOD else "1 박주인",
        people={"1": "1 박주인", "2": "2 김점원"},
        issuers={"41390": "시흥시", "45130": "군산시"},
        programs={
            ("41390", "general"): "시루",
            ("45130", "youth"): "청년수당",
            ("41390", "paper"): "시루 지류",
        },
        entries=(1_001, 1_187),
        receipts=None if kind is ReportKind.PERIOD else ("000101", "000144"),
        unsent=23 if kind is ReportKind.CLOSING else 0,
        unsent_payments=(5, 96_000) if kind is ReportKind.CLOSING else (0, 0),
        is_unsent_at_closing=kind is ReportKind.CLOSING,
        unissued=(2, 35_000) if kind is ReportKind.CLOSING else (0, 0),
    )


def golden_texts() -> dict[str, str]:
    """Every report on every paper, by file name; one of them in English, one of an empty day."""
    texts = {
        f"{kind.value}-{columns}.txt": _text(
            plain_lines(layout(a_report(kind), columns=columns, words=KOREAN), columns=columns)
        )
        for kind in ReportKind
        for columns in COLUMNS
    }
    texts["closing-en-42.txt"] = _text(plain_lines(layout(a_report(), columns=42, words=ENGLISH), columns=42))
    empty = replace(a_report(ReportKind.INTERIM, Figures()), receipts=None)
    texts["empty-42.txt"] = _text(plain_lines(layout(empty, columns=42, words=KOREAN), columns=42))
    return texts


def _text(lines: tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file_name, content in golden_texts().items():
        (GOLDEN / file_name).write_text(content, encoding="utf-8")
