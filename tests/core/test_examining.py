"""The support number of a real till: what core sees, what it was told, what comes out on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from pos.commands.doctor import explain
from pos.core.bundling import ANSWER_S_MAX, WISH_FILE, WISH_FOLDER
from pos.link.calls import (
    Done,
    Examination,
    NextPrintJob,
    PrintDocument,
    ReadExamination,
    ReportDevice,
    ReportNetwork,
    Role,
    TellBundle,
    TellFindings,
    WantBundle,
)
from pos.link.equipment import Condition, DeviceKind, DeviceView
from pos.link.examination import BundleState, Colour, Finding
from pos.link.state import LedgerAway
from pos.support_number import GROUPS, decode
from pos.words.findings import FindingCode
from tests.support.core_builders import DAY_S, HOUR_S, Shop


def examined(shop: Shop) -> Examination:
    answer = shop.core.handle(Role.SCREEN, ReadExamination())
    assert isinstance(answer, Examination)
    return answer


def red(page: Examination) -> set[int]:
    return {finding.code for finding in page.findings if finding.colour is Colour.RED}


def test_what_is_wrong_on_the_counter_and_on_the_board_is_in_one_number(shop: Shop) -> None:
    view = DeviceView(kind=DeviceKind.PRINTER, condition=Condition.PAPER_OUT)
    shop.core.handle(Role.DEVICES, ReportDevice(device=view))
    shop.core.handle(Role.CONTROL, TellFindings(findings=(Finding(code=FindingCode.POWER_LOW, colour=Colour.RED),)))

    page = examined(shop)

    assert red(page) == {103, FindingCode.POWER_LOW}
    assert {GROUPS[group] for group in decode(page.number).red_groups} == {(100, 119), (600, 609)}
    assert [finding.colour for finding in page.findings][:2] == [Colour.RED, Colour.RED]
    assert page.examined_s == shop.clock.wall


def test_what_has_waited_for_more_than_a_day_is_red_though_the_limit_is_far(shop: Shop) -> None:
    shop.pay(shop.code(4_000), 4_000)
    assert FindingCode.WAITING_OLD not in red(examined(shop))

    shop.clock.pass_s(DAY_S + HOUR_S)

    page = examined(shop)
    assert FindingCode.WAITING_OLD in red(page)
    assert FindingCode.WAITING_LONG not in red(page)


def test_what_core_sees_itself_takes_the_place_of_what_it_was_told(shop: Shop) -> None:
    told = (Finding(code=103, colour=Colour.RED), Finding(code=FindingCode.CORE_STOPPED, colour=Colour.RED))
    shop.core.handle(Role.CONTROL, TellFindings(findings=told))
    ready = DeviceView(kind=DeviceKind.PRINTER, condition=Condition.READY)
    shop.core.handle(Role.DEVICES, ReportDevice(device=ready))

    page = examined(shop)

    assert red(page) == set()
    assert {101, FindingCode.CORE_SELLS} <= {finding.code for finding in page.findings}


def test_the_reason_why_the_ledger_is_away_has_a_number_of_its_own(shop: Shop) -> None:
    said = {}
    for reason in LedgerAway:
        report = ReportNetwork(online=False, reason=reason.value, cause="as told")
        shop.core.handle(Role.SYNC, report)
        (found,) = [item for item in examined(shop).findings if 500 <= item.code < 510]
        said[reason] = (found.code, found.colour)
    shop.core.handle(Role.SYNC, ReportNetwork(online=True))

    assert len({code for code, _ in said.values()}) == len(LedgerAway)
    assert said[LedgerAway.NAME] == (FindingCode.LEDGER_NAME, Colour.UNKNOWN)
    assert said[LedgerAway.STRANGER] == (FindingCode.LEDGER_STRANGER, Colour.RED)
    assert FindingCode.LEDGER_REACHED in {item.code for item in examined(shop).findings}


def test_the_age_of_what_waits_is_in_the_number(shop: Shop) -> None:
    before = decode(examined(shop).number).queue_step

    shop.clock.pass_s(7 * 3600)

    assert before <= 1
    assert decode(examined(shop).number).queue_step == 3


def test_the_slip_says_the_number_what_is_wrong_and_what_to_do(shop: Shop) -> None:
    view = DeviceView(kind=DeviceKind.PRINTER, condition=Condition.PAPER_OUT)
    shop.core.handle(Role.DEVICES, ReportDevice(device=view))
    page = examined(shop)

    assert shop.core.handle(Role.SCREEN, PrintDocument(name=page.slip)) == Done()

    job = shop.core.handle(Role.DEVICES, NextPrintJob())
    texts = [row.text for row in job.rows]  # type: ignore[union-attr]
    assert f"{page.number[:4]} {page.number[4:]}" in texts
    assert any("종이를 넣어 주세요" in text for text in texts)


def test_a_number_read_over_the_telephone_is_explained_on_another_machine(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.core.handle(Role.CONTROL, TellFindings(findings=(Finding(code=FindingCode.CARD_ERRORS, colour=Colour.RED),)))
    number = examined(shop).number

    assert explain(f"{number[:4]} {number[4:]}", language="en", as_json=False) == 0

    assert "Memory card" in capsys.readouterr().out


def test_the_file_for_support_is_wished_for_and_its_end_is_told(shop: Shop) -> None:
    wish = Path(shop.config.terminal.socket_dir) / WISH_FOLDER / WISH_FILE
    wish.parent.parent.mkdir(parents=True, exist_ok=True)
    assert examined(shop).bundle is BundleState.NONE

    shop.core.handle(Role.SCREEN, WantBundle())
    assert wish.exists()
    assert examined(shop).bundle is BundleState.WANTED
    shop.core.handle(Role.CONTROL, TellBundle(state=BundleState.WRITTEN))
    assert examined(shop).bundle is BundleState.WRITTEN

    shop.core.handle(Role.SCREEN, WantBundle())
    shop.clock.pass_s(int(ANSWER_S_MAX) + 1)
    assert examined(shop).bundle is BundleState.FAILED, "nobody came"
