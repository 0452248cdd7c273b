"""The scenes after the network is back: what was spent twice, a put-back journal, the bank, the closing."""

import shutil
from pathlib import Path
from typing import Final

from pos.demo.showing import DemoError
from pos.demo.story.stage import Stage
from pos.demo.story.yesterday import CLERK, MANAGER, OWNER
from pos.link.calls import ListCashReceipts, OwnersPage, ReadExchange, ReadOwnersPage, SyncNow
from pos.money import format_won
from pos.till.report.period import Span, typed_period

PHONE: Final = "01012345678"
SAFE_WON: Final = 50_000
NUMBERS: Final = ("100007", "100008", "100009")
JOURNAL: Final = "journal.db*"


def cash_receipt(stage: Stage) -> str:
    stage.come(CLERK)
    stage.hands.enter(11_000)
    stage.hands.take_cash(11_000)
    stage.takings.sale(cash=11_000)
    stage.hands.ask_cash_receipt(PHONE)
    (line,) = stage.ask(ListCashReceipts()).lines
    assert (line.state, line.identifier) == ("queued", "010 **** 5678"), line
    return f"{line.purpose} for {line.identifier}: {line.state}, sent when the network is back"


def electronic_receipt(stage: Stage) -> str:
    """A customer who wants no paper, one who wants a second one, and change for somebody: all of it is counted."""
    stage.wait_for_paper()
    text = stage.hands.show_last_receipt()
    stage.hands.print_last_again()
    stage.hands.open_drawer()
    stage.paper_with("재발행")
    return f"a receipt code of {len(text)} characters on the screen; a copy marked 재발행; the drawer, with a reason"


def cable_in(stage: Stage) -> str:
    waiting = stage.hands.look().waiting
    stage.running.cable.plug()
    stage.delivered()
    return f"{waiting.count} payments over {format_won(waiting.value_won)} won were delivered"


def spent_twice(stage: Stage) -> str:
    """A quiet badge for the owner, and evidence on paper that anybody can check."""
    stage.come(OWNER)
    till = stage.wait(lambda till: till.conflict_count == 1, "the badge")
    stage.hands.print_evidence()
    stage.paper_with("겹 친 결 제")
    page = stage.ask(ReadOwnersPage())
    assert isinstance(page, OwnersPage), page
    (conflict,) = page.conflicts
    assert conflict.amount_won == stage.takings.disputed_won, conflict
    bearer = "shop" if conflict.is_shops else "issuer"
    return f"{till.conflict_count} payment made twice, {format_won(conflict.amount_won)} won, borne by the {bearer}"


def owners_page(stage: Stage) -> str:
    page = stage.ask(ReadOwnersPage())
    assert isinstance(page, OwnersPage), page
    stage.hands.look_at_owners_page(page.sold_today_won)
    lost_won = page.lost_by_shop_won + page.lost_by_issuers_won
    return (
        f"sold {format_won(page.sold_today_won)} won, to come {format_won(page.coming_won)}, "
        f"late {format_won(page.late_won)}; could be lost now {format_won(lost_won)}"
    )


def whole_back(stage: Stage) -> str:
    """A sale that the ledger has settled goes back whole: it makes a new voucher of it."""
    verdict = stage.by_phone(6_500)
    stage.delivered()
    stage.hands.give_back(verdict.receipt_number, 0)
    stage.takings.refunds_won["voucher"] += 6_500
    stage.delivered()
    return f"6,500 won of receipt {verdict.receipt_number}, settled and given back"


def put_back(stage: Stage) -> str:
    """Somebody plays an old copy of the journal back: the ledger has the rest, and the till asks for it."""
    state, copy = stage.running.config.terminal.state_dir, stage.running.folder / "old copy"
    supervisor = stage.running.supervisor
    with supervisor.without("core"):
        _move_journal(state, copy, is_copied=True)
    stage.core_is_back()
    stage.come(MANAGER)
    stage.by_phone(1_500)
    stage.wait_for_paper()
    stage.delivered()
    before = stage.entries()
    with supervisor.without("core"):
        _move_journal(copy, state)
    stage.core_is_back()
    # Nobody may write into the old copy before the ledger was asked: that would be another journal.
    stage.ask(SyncNow())
    stage.until(lambda: stage.entries()[: len(before)] == before, "what the old copy had lost")
    stage.come(MANAGER)
    return f"all {len(before)} entries are back from the ledger, byte for byte"


def _move_journal(source: Path, target: Path, *, is_copied: bool = False) -> None:
    target.mkdir(exist_ok=True)
    for path in target.glob(JOURNAL):
        path.unlink()
    for path in source.glob(JOURNAL):
        shutil.copy2(path, target / path.name)
        if not is_copied:
            path.unlink()


def bank(stage: Stage) -> str:
    stage.hands.number_and_submit_notes(NUMBERS)
    lines = stage.ask(ReadExchange()).lines
    sum_won = sum(line.amount_won for line in lines)
    assert sum_won == stage.takings.forms_won["note"], lines
    assert not any(line.unnumbered for line in lines), lines
    return f"{sum(line.count for line in lines)} notes over {format_won(sum_won)} won submitted and credited"


def interim(stage: Stage) -> str:
    """The clerk may print the day so far; money for the safe needs somebody else's PIN."""
    stage.come(CLERK)
    stage.hands.print_interim()
    stage.hands.carry_to_safe(SAFE_WON, allowed_by=OWNER)
    stage.takings.safe_won += SAFE_WON
    return f"X report; {format_won(SAFE_WON)} won for the safe, refused to {CLERK.name}, allowed by {OWNER.name}"


def closing(stage: Stage) -> str:
    """The drawer holds what it should; the closing needs nothing else."""
    stage.hands.close_day(stage.takings.drawer_won)
    report = stage.report("z")
    assert report.counted_won == report.expected_won == stage.takings.drawer_won, report
    stage.wait_for_paper()
    stage.delivered()
    paper = stage.paper_with(f"(Z {report.z_number})")
    missing = [person.name for person in (CLERK, MANAGER) if person.name not in paper]
    if missing:
        raise DemoError(f"the closing says nothing of {', '.join(missing)}")
    return f"Z {report.z_number}: {format_won(report.expected_won)} won in the drawer, counted the same; power may go"


def period(stage: Stage) -> str:
    """One page over the year, each figure the sum of its closings; last year's are on last year's page."""
    stage.come(OWNER)
    closed = [stage.report(f"Z{number}") for number in (1, 2)]
    year = int(closed[-1].business_date[:4])
    days = [day for day in closed if day.business_date.startswith(f"{year}-")]
    page = stage.report(_name_of(year))
    summed: dict[tuple[str, tuple[str, ...]], int] = {}
    for line in (line for day in days for line in day.figures):
        summed[line.group, line.labels] = summed.get((line.group, line.labels), 0) + line.won
    assert {(line.group, line.labels): line.won for line in page.figures} == summed, "a period is the sum of its days"
    stage.hands.print_year(year)
    stage.paper_with("기 간 매 출")
    sold_won = sum(line.won for line in page.figures if line.group == "sales")
    return f"{year}: {format_won(sold_won)} won, the sum of {len(days)} closings"


def _name_of(year: int) -> str:
    name = typed_period(Span.YEAR, year)
    assert name is not None, "a year has four digits"
    return name
