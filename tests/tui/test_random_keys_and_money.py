"""Ten thousand random keys on the real core: the screen stays, and the journal has every won that was shown."""

import random
from pathlib import Path

import pytest
from textual import events

from pos.link.calls import AddPerson, EndPrintJob, NextPrintJob, ReadReport, ReportPage, ScanSeen
from pos.link.state import Outcome, TillState
from pos.till.report.figures import Figures, Group
from pos.voucher.bodies import PaymentApproved, SaleCancelled
from tests.support.core_builders import Shop, move_in, open_shop
from tests.support.real_counter import ShopLink, open_real_counter
from tests.support.screens import PAD_KEYS

OFTEN = (("enter", "\r"), ("plus", "+"), ("1", "1"), ("full_stop", "."))
EVERY_KEYS = 12
DOORS = (
    *("* 1", "* 2 1", "* 2 0 1", "* 2 0 3", "* 3", "* 4 1", "* 5", "* 7", "* 8 1", "* 8 3", "* 8 5", "* 8 6 2", "* 9"),
    *("* 6 1", "* 6 2 +", "* 6 3", "* 6 4", "* 6 5", "* 6 6 5 . . enter", "* 6 9 1", "* 6 0 1", "* 8 0 1", "* 8 8 1"),
    *("30 . 0 /", "30 . 0 / 3 3", "12 . 0 / + 1 1", "12 . 0 + 5", "/ 1", "+ 1", "12 . 0 enter enter", "* 8 6 + 1", "."),
)
"""Ways to whatever lies behind the menus: keys pressed at random seldom find them."""
DOOR_KEYS = 12
"""How many random keys are pressed behind each."""


async def play(shop: Shop, chance: random.Random, keys: int, *, goes_through_doors: bool = False) -> int:
    """Press keys, show codes, print and let time go by; returns the won of all approvals that stood on the screen."""
    shown: dict[bytes, int] = {}
    async with open_real_counter(shop) as (counter, links):
        for pressed in range(keys):
            name, character = chance.choice(PAD_KEYS if chance.random() < 0.7 else OFTEN)
            counter.clock.now_s += chance.choice((0.2, 0.5, 1.0))
            counter.app.post_message(events.Key(name, character))
            if goes_through_doors and pressed % DOOR_KEYS == 0:
                counter.app.show_sale()
                await counter.press(DOORS[pressed // DOOR_KEYS % len(DOORS)])
            if pressed % EVERY_KEYS == 0:
                await counter.settle()
                happen(shop, chance, links[-1])
                await counter.settle()
        await counter.settle()
        assert counter.app.is_running
        for till in (till for link in links for till in link.told):
            note_approvals(shop, till, shown)
    return sum(shown.values())


def happen(shop: Shop, chance: random.Random, link: ShopLink) -> None:
    """Something that nobody pressed a key for."""
    match chance.randrange(6):
        case 0 | 1:
            sale = shop.till.sale
            wanted_won = sale.remaining_won if sale is not None and sale.due_won else chance.choice((500, 5_000))
            if 0 < wanted_won <= 50_000:
                text = shop.code(wanted_won)
                shop.devices(ScanSeen(text=text, length=len(text)))
        case 2:
            job = shop.devices(NextPrintJob())
            if job.job:
                shop.devices(EndPrintJob(job=job.job, outcome=chance.choice(("printed", "unknown", "not_started"))))
        case 3:
            shop.clock.pass_s(chance.choice((1, 30, 400)))
            shop.core.tick()
        case _:
            pass
    link.push()


def note_approvals(shop: Shop, till: TillState, shown: dict[bytes, int]) -> None:
    """An approval was shown when the screen was given it; practice is no money."""
    verdict = till.verdict
    if till.is_training or verdict is None or verdict.outcome is not Outcome.APPROVED or verdict.is_quiet:
        return
    entry = shop.core.journal.entry(verdict.entry_sequence)
    assert entry is not None, "an approval was shown that is in no journal"
    assert PaymentApproved.from_body(entry.body).amount_won == verdict.amount_won
    shown[entry.hash] = verdict.amount_won


def check_money(shop: Shop, shown_won: int) -> None:
    approved_won = sum(body.amount_won for body in shop.bodies if isinstance(body, PaymentApproved))
    assert approved_won == shown_won, "what was shown and what is recorded differ"
    journal = shop.core.journal
    assert journal.verify().problems == ()
    days, head = journal.days, journal.head.sequence
    whole = days.figures_between(0, head)
    open_won = sum(sale.paid_won for sale in journal.sales.open_sales())
    received_won = whole.won(Group.TENDER) - whole.won(Group.CHANGE)
    assert received_won == whole.won(Group.SALES) + whole.won(Group.CANCELLED) + open_won
    assert whole.won(Group.TENDER, "voucher") == approved_won
    split = (Group.TAXABLE, Group.VAT, Group.EXEMPT, Group.SERVICE)
    assert whole.won(Group.SALES) == sum(whole.won(group) for group in split)
    assert whole.won(Group.REFUND) <= whole.won(Group.TENDER)
    assert whole.count(Group.CANCELLED) == sum(isinstance(body, SaleCancelled) for body in shop.bodies)
    closings = days.closings(from_date="0000-00-00", until_date="9999-99-99")
    parts = Figures().plus(*(closing.figures for closing in closings), days.figures_now(until=head))
    assert parts == whole
    assert isinstance(shop.control(ReadReport(name="x")), ReportPage)


async def test_random_keys_behind_every_door_lose_and_invent_no_money(shop: Shop) -> None:
    shown_won = await play(shop, random.Random(7), DOOR_KEYS * len(DOORS), goes_through_doors=True)
    check_money(shop, shown_won)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20_261_122, 41_390])
async def test_ten_thousand_random_keys_lose_and_invent_no_money(template: Path, tmp_path: Path, seed: int) -> None:
    shop = open_shop(move_in(template, tmp_path / "town"))
    try:
        if seed % 2:
            shop.control(AddPerson(name="박주인", role="owner", pin="271828"))
        check_money(shop, await play(shop, random.Random(seed), 5_000))
    finally:
        shop.close()
