"""From the device page to the paper: real processes, a printer made of software, a person who types a number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pos.errors import LinkError
from pos.link.calls import (
    ChooseTrialLine,
    DevicePage,
    Done,
    ListDevices,
    OpenDrawer,
    Pay,
    PayAnswer,
    PrintTrial,
    Role,
)
from pos.link.client import BlockingLink
from pos.link.equipment import Condition, DeviceKind
from tests.support.process_tools import wait_until
from tests.system.conftest import Till
from tests.system.test_processes import code, running_core, sockets


def paper(till: Till) -> Path:
    folder = till.town.directory / "paper"
    folder.mkdir(exist_ok=True)
    return folder


def set_faults(till: Till, **faults: object) -> None:
    fresh = paper(till) / "faults.json.new"
    fresh.write_text(json.dumps(faults))
    fresh.replace(paper(till) / "faults.json")


def papers(till: Till) -> list[str]:
    return [path.read_text() for path in sorted(paper(till).glob("receipt-*.txt"))]


@contextmanager
def counter(till: Till) -> Iterator[BlockingLink]:
    """Core and devices running; the screen's link."""
    with running_core(till), till.start("process", "devices"):
        link = BlockingLink(sockets(till), Role.SCREEN)
        try:
            wait_until(lambda: ready(link), what="the printer is ready")
            yield link
        finally:
            with suppress(LinkError):
                link.close()


def page(link: BlockingLink) -> DevicePage:
    return link.call(ListDevices())


def condition(link: BlockingLink, kind: DeviceKind = DeviceKind.PRINTER) -> Condition:
    return next(view.condition for view in page(link).devices if view.kind is kind)


def ready(link: BlockingLink) -> bool:
    return condition(link) is Condition.READY


def sell(till: Till, amount_won: int = 4_000) -> str:
    with_control = BlockingLink(sockets(till), Role.CONTROL)
    answer = with_control.call(Pay(text=code(till, amount_won), amount_won=amount_won))
    with_control.close()
    assert isinstance(answer, PayAnswer)
    assert answer.receipt_number is not None
    return answer.receipt_number


@pytest.mark.slow
def test_the_typed_number_prints_at_once_and_after_a_restart(till: Till) -> None:
    """A printer with a Chinese font, a blade and no process id is replaced in a minute."""
    config = till.config
    config.write_text(config.read_text().replace('"sim:paper"', '"sim:paper?language=china&has_process_id=false"'))
    with counter(till) as link:
        link.call(PrintTrial())

        def is_printed() -> bool:
            told = page(link).trial
            return told is not None and bool(told.outcome)

        wait_until(is_printed, what="the page is printed")
        trial = page(link).trial
        assert trial is not None
        assert (trial.outcome, trial.lines, trial.proposed) == ("printed", 6, 4)
        assert len(papers(till)) == 1

        assert link.call(ChooseTrialLine(number=4)) == Done()
        assert page(link).printer.profile == "clone-80mm?asb=true"
        sell(till)
        wait_until(lambda: len(papers(till)) == 2, what="the receipt is printed in the new way")
        wait_until(lambda: "receipt.printed" in kinds(till), what="and proven")
    with counter(till) as link:
        assert page(link).printer.profile == "clone-80mm?asb=true"
        sell(till)
        wait_until(lambda: kinds(till).count("receipt.printed") == 2, what="it is printed so after a restart")
    assert json.loads((paper(till) / "printer.json").read_text())["refused"] == []
    assert "가" not in "".join(papers(till)[1:]), "Korean went as dots, not as a Chinese font's letters"


def test_a_printer_that_is_plugged_in_prints_what_waited(till: Till) -> None:
    with counter(till) as link:
        set_faults(till, unplugged=True)
        wait_until(lambda: condition(link) is Condition.MISSING, what="the missing printer is a state")
        sell(till)
        sell(till, 5_000)
        assert papers(till) == []

        set_faults(till)
        wait_until(lambda: len(papers(till)) == 2, what="both receipts came out")
    assert kinds(till).count("receipt.printed") == 2


def test_the_drawer_opens_while_paper_is_out_and_the_journal_says_why(till: Till) -> None:
    with counter(till) as link:
        set_faults(till, paper="out")
        wait_until(lambda: condition(link) is Condition.PAPER_OUT, what="the paper is out")
        link.call(OpenDrawer(cause="test"))

        def opened() -> bool:
            return bool(json.loads((paper(till) / "printer.json").read_text())["drawer_openings"] == 1)

        wait_until(opened, what="the drawer is open")
    assert kinds(till) == ["drawer.opened"]


def kinds(till: Till) -> list[str]:
    return till.kinds()
