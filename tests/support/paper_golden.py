"""Papers that are neither receipts nor reports, as text: `python -m tests.support.paper_golden`, then read the
difference. And everything that this program prints as pictures, to be looked at:

    python -m tests.support.paper_golden FOLDER
"""

import sys
from pathlib import Path

from pos.core.installation_papers import done_paper
from pos.core.print_rows import print_row
from pos.core.request_slip import request_slip
from pos.devices.picture import draw_receipt
from pos.link.calls import PrintRow, ReceiptPage
from pos.link.install import FormerMedium, InstallStep, InstallView
from pos.till.receipt.layout import layout
from pos.till.receipt.plain import plain_lines
from pos.till.receipt.rows import Row
from pos.till.report.bank_sheet import BankSheet, Bundle, bank_sheet_rows
from pos.till.report.cheat_sheet import cheat_sheet_rows
from pos.till.report.evidence import Evidence, evidence_rows
from pos.till.report.layout import layout as report_layout
from pos.till.report.report import ReportKind
from pos.till.report.reported_note import ReportedNotePaper, reported_note_rows
from pos.till.report.support_slip import support_slip_rows
from pos.tui.receipt_rows import lines_of
from pos.words import words_for
from pos.words.receipt import receipt_words
from pos.words.report import (
    bank_sheet_words,
    cheat_sheet_words,
    evidence_words,
    report_words,
    reported_note_words,
    support_slip_words,
)
from tests.support.receipt_builders import AFTERNOON_S, ENTRY, receipts_by_name
from tests.support.report_golden import a_report
from tests.support.till_simulator import REQUEST_TEXT

GOLDEN = Path(__file__).parents[1] / "till" / "report" / "golden"
COLUMNS = (32, 42, 48)
PROFILES = {32: "simulated-58mm", 42: "simulated-80mm", 48: "simulated-80mm"}


def evidence(columns: int, language: str = "ko") -> tuple[Row, ...]:
    found = Evidence(
        shop_name="행복한 빵집",
        terminal="t-bakery-1",
        receipt_number="000123",
        time_s=AFTERNOON_S,
        amount_won=12_000,
        voucher="시흥시 시루",
        is_shops=True,
        entry=ENTRY,
        other=bytes(reversed(ENTRY)),
    )
    return evidence_rows(found, columns=columns, words=evidence_words(language))


def key_card(columns: int, language: str = "ko") -> tuple[Row, ...]:
    return cheat_sheet_rows(cheat_sheet_words(language), columns=columns)


def bank_sheet(columns: int, language: str = "ko") -> tuple[Row, ...]:
    bank = BankSheet(
        shop_name="행복한 빵집",
        business_number="2208162517",
        number=7,
        business_date="2026-11-22",
        voucher="시흥시 시루 지류",
        bundles=(
            Bundle(denomination_won=50_000, serials=("AB26000001",)),
            Bundle(denomination_won=10_000, serials=("AB26000012", "AB26000013", "AB26000014")),
        ),
    )
    return bank_sheet_rows(bank, columns=columns, words=bank_sheet_words(language))


def reported_note(columns: int, language: str = "ko") -> tuple[Row, ...]:
    paper = ReportedNotePaper(
        shop_name="햇살 빵집",
        issuer="시흥시",
        voucher="시흥시 시루 지류",
        amount_won=10_000,
        serial="AB26000012",
        taken_s=1_795_322_400,
        receipt_number="000127",
        told_s=1_795_408_800,
        cause="stolen",
    )
    return reported_note_rows(paper, columns=columns, words=reported_note_words(language))


def support_slip(columns: int, language: str = "ko") -> tuple[Row, ...]:
    red = (105, 301, 501, 601, 631)
    return support_slip_rows("05242882", red, support_slip_words(language), terminal="t-bakery-1", columns=columns)


def installed(language: str = "ko") -> tuple[PrintRow, ...]:
    """The slip that stays with the shop, of a unit that took another one's place."""
    view = InstallView(
        step=InstallStep.DONE,
        check_code="482913",
        shop_name="행복한 빵집",
        terminal="t-bakery-2",
        machine="10000000a1b2c3d4",
        version="0.1.0",
        support="05242882",
        skipped=(InstallStep.READ_BACK,),
        former="t-bakery-1",
        former_medium=FormerMedium.READ,
        former_entries=118,
    )
    return done_paper(words_for(language).install, view, time_s=AFTERNOON_S)


def golden_texts() -> dict[str, str]:
    """Every paper on every width; each of them in English once."""
    papers = {"evidence": evidence, "key-card": key_card, "bank-sheet": bank_sheet, "reported-note": reported_note}
    papers |= {"support": support_slip}
    texts = {
        f"{name}-{columns}.txt": _text(make(columns), columns) for name, make in papers.items() for columns in COLUMNS
    }
    texts |= {f"{name}-en-42.txt": _text(make(42, "en"), 42) for name, make in papers.items()}
    for columns in COLUMNS:
        texts[f"installed-{columns}.txt"] = "".join(f"{line}\n" for line in lines_of(installed(), columns=columns))
    return texts


def printed() -> dict[str, tuple[int, tuple[PrintRow, ...]]]:
    """Everything there is to print, by file name: the columns and the rows."""
    words, reports = receipt_words("ko"), report_words("ko")
    found: dict[str, tuple[int, tuple[PrintRow, ...]]] = {}
    for columns in COLUMNS:
        laid_out = {name: layout(one, columns=columns, words=words) for name, one in receipts_by_name().items()}
        laid_out |= {kind.value: report_layout(a_report(kind), columns=columns, words=reports) for kind in ReportKind}
        laid_out |= {
            "reported-note": reported_note(columns),
            "evidence": evidence(columns),
            "key-card": key_card(columns),
            "bank-sheet": bank_sheet(columns),
        }
        found |= {f"{name}-{columns}": (columns, tuple(map(print_row, rows))) for name, rows in laid_out.items()}
        found[f"installed-{columns}"] = (columns, installed())
        found[f"support-{columns}"] = (columns, tuple(map(print_row, support_slip(columns))))
        found[f"request-{columns}"] = (columns, request_slip(REQUEST_TEXT, 80_000, words))
    return found


def _text(rows: tuple[Row, ...], columns: int) -> str:
    return "".join(f"{line}\n" for line in plain_lines(rows, columns=columns))


def _draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in printed().items():
        page = ReceiptPage(receipt_number=name, columns=columns, rows=rows)
        draw_receipt(page, profile_name=PROFILES[columns], path=folder / f"{name}.png")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _draw(Path(sys.argv[1]))
    else:
        for file_name, content in golden_texts().items():
            (GOLDEN / file_name).write_text(content, encoding="utf-8")
