"""The scenes without the network: phones, requests, notes, and what goes wrong at a counter."""

import time
from typing import Final

from pos.demo.showing import DemoError
from pos.demo.story.hands import GO_ON, PaperNotes
from pos.demo.story.stage import Stage
from pos.demo.story.yesterday import CLERK, MANAGER
from pos.link.state import PrinterState, QuestionKind
from pos.money import format_won
from pos.sandbox.online import phone_app
from pos.sandbox.wallet.requests import TrustedRequest, check_request

DOUBLE_WON: Final = 20_000
SEVENTY, NINETY = 70, 90


def cable_out(stage: Stage) -> str:
    stage.running.cable.pull()
    stage.wait(lambda till: not till.network.online, "the till's own word for it")
    return "the till says so by itself"


def double_spender(stage: Stage) -> str:
    """One voucher, signed twice: here, and at the shop's other till, which the ledger hears first."""
    hand = stage.hand()
    stage.hands.enter(DOUBLE_WON)
    verdict = stage.show(stage.code(DOUBLE_WON, hand=hand))
    stage.takings.sale(voucher=DOUBLE_WON)
    stage.takings.disputed_won += DOUBLE_WON
    stage.takings.disputed_count += 1
    stage.receipt_of_second_till = stage.second_till.sell(stage.code(9_000, hand=hand), 9_000)
    return f"{format_won(DOUBLE_WON)} won approved ({verdict.receipt_number}); the same money buys at the other till"


def by_phone(stage: Stage) -> str:
    verdict = stage.by_phone(8_500)
    return (
        f"{verdict.program_name} {format_won(8_500)} won approved, {stage.hands.look().waiting.count} wait to be sent"
    )


def used_code(stage: Stage) -> str:
    stage.hands.enter(12_000)
    verdict = stage.show(stage.morning_code, expected="already_used")
    stage.hands.leave_refused()
    return f"declined: {verdict.reason}, paid with on receipt {verdict.earlier_receipt_number}"


def voucher_and_cash(stage: Stage) -> str:
    stage.part_by_phone(15_000, 10_000)
    stage.hands.take_cash(5_000)
    stage.takings.sale(voucher=10_000, cash=5_000)
    return "10,000 won by voucher and 5,000 in cash"


def by_request(stage: Stage) -> str:
    """Above the floor the phone answers the till's own request, both of them without a network."""
    stage.hands.enter(64_000)
    asked = _asked(stage)
    stage.show(stage.code(64_000, nonce=asked.nonce))
    stage.takings.sale(voucher=64_000)
    return f"{asked.merchant_name} asked for {format_won(asked.amount_won)} won, the phone's answer is bound to it"


def paid_online(stage: Stage) -> str:
    """The phone has a network of its own, pays at the ledger and shows the ledger's word for it."""
    stage.hands.enter(31_000)
    paid = phone_app(stage.running.town).pay("walk-in", request=stage.hands.ask_phone())
    stage.show(paid.confirmation)
    stage.takings.sale(confirmation=31_000)
    return "31,000 won paid at the ledger; the till took its signed word without reaching it"


def _asked(stage: Stage) -> TrustedRequest:
    """The till's request, believed by a phone that knows the ledger's keys."""
    text = stage.hands.ask_phone()
    return check_request(text, pinned=stage.running.town.pinned, now_s=int(time.time()))


def notes(stage: Stage) -> str:
    """30,000 won in notes for 27,000: more than 60 % is used, so the change is the customer's right."""
    stage.hands.enter(27_000)
    stage.hands.take_notes(PaperNotes(value_won=10_000, count=3))
    stage.takings.sale(note=30_000)
    stage.takings.change_won += 3_000
    return "three of 10,000 won for 27,000; 3,000 won of change that the ordinance demands"


def torn_note(stage: Stage) -> str:
    stage.hands.enter(1_000)
    stage.hands.take_notes(PaperNotes(value_won=1_000, count=1, serial="0077"))
    stage.takings.sale(note=1_000)
    return "a torn note counted at the lowest value that can be read, by its number"


def paper_out(stage: Stage) -> str:
    """Nobody waits for paper: three more customers are served."""
    stage.printer(paper="out")
    for amount_won in (4_000, 5_500, 6_000):
        stage.by_phone(amount_won)
    waiting = stage.wait(lambda till: till.printer.unprinted >= 3, "receipts that wait").printer.unprinted
    stage.printer(paper="ok")
    stage.hands.answer(QuestionKind.PAPER_LOADED, GO_ON)
    stage.wait_for_paper()
    return f"three customers served without paper; {waiting} receipts printed after it was loaded"


def cover_open(stage: Stage) -> str:
    stage.printer(cover_open=True)
    stage.by_phone(3_500)
    till = stage.wait(lambda till: till.printer.state is PrinterState.COVER_OPEN, "the open cover")
    assert till.printer.unprinted == 1, till.printer
    stage.printer(cover_open=False)
    stage.wait_for_paper()
    return "served with the cover open; the receipt came when it was shut"


def cut_in_mid_sale(stage: Stage) -> str:
    """8,000 of 12,000 won were received; the question after the cut knows."""
    stage.part_by_phone(12_000, 8_000)
    stage.power_cut(CLERK)
    stage.hands.answer(QuestionKind.OPEN_SALE, GO_ON)
    stage.hands.take_cash(4_000)
    stage.takings.sale(voucher=8_000, cash=4_000)
    return "after the cut: 8,000 of 12,000 won were received; 4,000 in cash ended the sale"


def cut_after_approval(stage: Stage) -> str:
    """Right behind an approval; the same code again is told that it was paid with."""
    stage.hands.enter(2_000)
    text = stage.code(2_000)
    verdict = stage.show(text)
    stage.takings.sale(voucher=2_000)
    stage.power_cut(CLERK)
    stage.hands.enter(2_000)
    again = stage.show(text, expected="already_used")
    stage.hands.leave_refused()
    assert again.earlier_receipt_number == verdict.receipt_number, again
    stage.wait_for_paper()
    return f"the payment was kept: shown again it is declined with receipt {again.earlier_receipt_number}"


def cancel_last(stage: Stage) -> str:
    stage.by_phone(4_500)
    stage.hands.cancel_last()
    stage.takings.refunds_won["voucher"] += 4_500
    return "4,500 won go back as a voucher when the network does; nothing in cash"


def other_tills_receipt(stage: Stage) -> str:
    """Only the till that sold it knows what has gone back of it."""
    text = stage.receipt_of_second_till
    till = stage.showing.until(text, lambda till: till.receipt_seen is not None, "the other till's receipt")
    assert till.receipt_seen is not None, "it was waited for"
    if till.receipt_seen.cause != "other_till":
        raise DemoError(f"the other till's receipt was answered with {till.receipt_seen.cause!r}")
    return f"refused: {till.receipt_seen.cause}"


def part_back(stage: Stage) -> str:
    stage.come(MANAGER)
    stage.hands.give_back(stage.morning_receipt, 2_000)
    stage.takings.refunds_won["voucher"] += 2_000
    return f"2,000 of 12,000 won of receipt {stage.morning_receipt}, by {MANAGER.name}"


def limits_in_view(stage: Stage) -> str:
    """What is left is seen from 70 and 90 %; beyond it the till offers other ways."""
    seen = [_up_to(stage, percent) for percent in (SEVENTY, NINETY)]
    left_won = stage.hands.look().limit.left_won
    stage.hands.enter(left_won + 1_000)
    stage.wait(lambda till: till.sale is not None and till.sale.is_over_offline, "the other ways")
    stage.hands.take_cash(left_won + 1_000)
    stage.takings.sale(cash=left_won + 1_000)
    return f"{seen[0]} and {seen[1]} % used, {format_won(left_won)} won left; one sale more was paid in cash"


def _up_to(stage: Stage, percent: int) -> int:
    """Sell until so much of the limit is used."""
    limit = stage.hands.look().limit
    whole_won = limit.left_won * 100 // (100 - limit.used_percent)
    amount_won = (whole_won * (percent + 2) // 100 - (whole_won - limit.left_won)) // 1_000 * 1_000
    stage.hands.enter(amount_won)
    stage.show(stage.code(amount_won, nonce=_asked(stage).nonce))
    stage.takings.sale(voucher=amount_won)
    return stage.wait(lambda till: till.limit.used_percent >= percent, f"{percent} %").limit.used_percent
