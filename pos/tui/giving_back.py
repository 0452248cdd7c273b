"""Taking a sale back, and asking for a cash receipt: what is asked, in which order, and what is said at the end.

Each is one conversation of small screens; leaving any of them ends it, and nothing has happened before the last call.
"""

from textual.app import App

from pos.link.calls import (
    BeginCashReceipt,
    MakeRefund,
    PreviewRefund,
    RefundMade,
    RefundPlan,
    Refused,
    RequestCashReceipt,
)
from pos.tui.answers import said_of
from pos.tui.host import Host
from pos.tui.screens.choice import ChoiceScreen
from pos.tui.screens.number import NumberScreen
from pos.tui.screens.receipt_number import IdentifierScreen
from pos.voucher.bodies import CashReceiptPurpose
from pos.words import RefundCause
from pos.words.moments import moment_text

GROUP = "giving-back"
"""Of the workers that run these: a new conversation ends the one before."""
_ALL, _PART = 1, 2
_PURPOSES = (CashReceiptPurpose.DEDUCTION, CashReceiptPurpose.EXPENSE)


async def take_back(app: App[None], host: Host, *, receipt_number: str = "", code: str = "") -> bool:
    """Take back the last sale, or the one of this receipt; True when something went back."""
    plan = await _plan(host, receipt_number, 0, code)
    if plan is None:
        return False
    labels = host.words.giving_back
    choices = (labels.plan_all.format(won=host.words.won(plan.left_won)), labels.plan_part)
    title = labels.plan_title.format(number=plan.receipt_number)
    choice = await app.push_screen_wait(ChoiceScreen(host, title=title, lines=_told(host, plan), choices=choices))
    if choice == _PART:
        part = await _part(app, host, receipt_number, code)
        if part is None:
            return False
        plan = part
    elif choice != _ALL:
        return False
    cause = await app.push_screen_wait(
        ChoiceScreen(host, title=labels.cause_title, lines=_ways(host, plan), choices=labels.causes)
    )
    if cause is None:
        return False
    made = await host.ask(
        MakeRefund(
            receipt_number=receipt_number,
            amount_won=plan.amount_won,
            cause=tuple(RefundCause)[cause - 1],
            code=code,
        )
    )
    if isinstance(made, RefundMade):
        await _tell(app, host, made)
    elif isinstance(made, Refused):
        said_of(host, made, None)
    return isinstance(made, RefundMade)


async def ask_cash_receipt(app: App[None], host: Host, *, receipt_number: str = "", amount_won: int = 0) -> None:
    """Ask for a cash receipt of the last sale, or of the one of this receipt."""
    if not said_of(host, await host.ask(BeginCashReceipt(receipt_number=receipt_number)), None):
        return
    labels = host.words.giving_back
    title = labels.purpose_title.format(won=host.words.won(amount_won)) if amount_won else labels.ask_cash_receipt
    choice = await app.push_screen_wait(ChoiceScreen(host, title=title, lines=(), choices=labels.purposes))
    if choice is None:
        return
    purpose = _PURPOSES[choice - 1]
    lines = labels.number_deduction if purpose is CashReceiptPurpose.DEDUCTION else labels.number_expense
    while True:
        screen = IdentifierScreen(host, title=labels.number_title, lines=lines)
        if await app.push_screen_wait(screen) is None:
            return
        call = RequestCashReceipt(purpose=purpose.value, digits=screen.typed, receipt_number=receipt_number)
        if said_of(host, await host.ask(call), None):
            host.tell(labels.requested)
            return


async def _plan(host: Host, receipt_number: str, amount_won: int, code: str) -> RefundPlan | None:
    plan = await host.ask(PreviewRefund(receipt_number=receipt_number, amount_won=amount_won, code=code))
    if isinstance(plan, Refused):
        said_of(host, plan, None)
        return None
    return plan


async def _part(app: App[None], host: Host, receipt_number: str, code: str) -> RefundPlan | None:
    labels = host.words.giving_back
    amount_won = await app.push_screen_wait(NumberScreen(host, title=labels.part_title, lines=labels.part_lines))
    return None if not amount_won else await _plan(host, receipt_number, amount_won, code)


async def _tell(app: App[None], host: Host, made: RefundMade) -> None:
    labels = host.words.giving_back
    customer = labels.customer_voucher if made.plan.voucher_won else labels.customer_other
    title = labels.done_title.format(number=made.receipt_number)
    never_cash = (labels.never_cash,) if made.plan.voucher_won else ()
    lines = (*_ways(host, made.plan), *never_cash, customer)
    await app.push_screen_wait(ChoiceScreen(host, title=title, lines=lines, choices=(labels.done,)))


def _told(host: Host, plan: RefundPlan) -> tuple[str, ...]:
    words, labels = host.words, host.words.giving_back
    moment = moment_text(plan.sold_s, now_s=host.wall_s())
    lines = [labels.plan_sale.format(moment=moment, won=words.won(plan.total_won))]
    if plan.left_won != plan.total_won:
        lines.append(labels.plan_left.format(won=words.won(plan.total_won - plan.left_won)))
    stages = {"not_sent": labels.stage_not_sent, "sent": labels.stage_sent, "settled": labels.stage_settled}
    stage = stages.get(plan.stage)
    return (*lines, *((stage,) if stage else ()), *_ways(host, plan))


def _ways(host: Host, plan: RefundPlan) -> tuple[str, ...]:
    """How the money goes back, a line for each way that any goes."""
    labels = host.words.giving_back
    ways = (
        (labels.to_voucher, plan.voucher_won),
        (labels.to_cash, plan.cash_won),
        (labels.to_note, plan.note_won),
        (labels.change_back, plan.change_won),
        (labels.to_elsewhere, plan.elsewhere_won),
        (labels.to_cash_receipt, plan.cash_receipt_won),
    )
    return tuple(text.format(won=host.words.won(won)) for text, won in ways if won)
