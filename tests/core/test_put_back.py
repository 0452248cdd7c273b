"""An older journal under a till with people and PINs: nobody is written down before what is missing is back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from pos.anchor import ANCHOR_FILE, load_anchor, store_anchor
from pos.core.alarms import AlarmCause
from pos.errors import BehindError
from pos.link.calls import (
    Acknowledged,
    AddPerson,
    AdoptEntries,
    DeliveryStep,
    Done,
    ListPeople,
    LogIn,
    LogOut,
    OpenDay,
    OpenDrawer,
    PinRefused,
    Practise,
    Refused,
    SummariseSync,
)
from pos.link.state import Outcome, SellingStop, TillLock
from pos.sandbox.town import Town
from pos.till.reasons import Refusal
from pos.voucher.bodies import AlarmRaised, CashDirection, CashMoved, JournalOpened
from pos.voucher.entry import Entry
from tests.core.test_delivery import LedgerHand
from tests.core.test_mirror import plug_in
from tests.core.test_people import CLERK, CLERK_PIN, MANAGER, MANAGER_PIN, OWNER, OWNER_PIN, WRONG, with_clerk
from tests.support.core_builders import Shop

STOPPED = Refused(cause=Refusal.SELLING_STOPPED)
JOURNAL = "journal.db"


@dataclass
class PutBack:
    """A shop whose journal was put back to the morning, and what it had signed until then."""

    shop: Shop
    ledger: LedgerHand
    signed: list[Entry]
    text: str
    """A code that was paid with in the afternoon."""

    def here(self) -> list[bytes]:
        return [entry.raw for entry in self.shop.entries]

    def ask_ledger(self) -> Acknowledged:
        return self.ledger.say(self.signed[-1])

    def bring_back(self) -> None:
        """The ledger answers, and gives what is missing."""
        taken = self.ask_ledger()
        assert taken.step is DeliveryStep.FETCH
        missing = tuple(entry.raw for entry in self.signed[taken.fetch_after :])
        assert self.shop.sync(AdoptEntries(entries=missing)) == Done()


def put_back(shop: Shop, morning: bytes | None) -> None:
    """The disk as it was; None where the file is lost altogether."""
    shop.core.close()
    for path in shop.state_dir.glob(f"{JOURNAL}*"):
        path.unlink()
    if morning is not None:
        (shop.state_dir / JOURNAL).write_bytes(morning)
    shop.restart()


def a_day(shop: Shop) -> tuple[bytes, PutBack]:
    """People come, the file is kept, and an afternoon of selling is delivered."""
    ledger = LedgerHand(with_clerk(shop))
    shop.pay(shop.code(4_000), 4_000)
    shop.core.close()
    morning = (shop.state_dir / JOURNAL).read_bytes()
    shop.restart()
    shop.screen(LogIn(person=CLERK, pin=CLERK_PIN))
    text = shop.code(5_000)
    assert shop.pay(text, 5_000).outcome is Outcome.APPROVED
    shop.screen(LogOut())
    shop.screen(LogIn(person=MANAGER, pin=MANAGER_PIN))
    signed = shop.entries
    assert ledger.say(signed[-1]).step is DeliveryStep.CONTINUE
    return morning, PutBack(shop, ledger, signed, text)


@pytest.fixture
def till(shop: Shop) -> PutBack:
    morning, till = a_day(shop)
    put_back(shop, morning)
    return till


def test_nobody_who_comes_to_the_till_is_written_down_before_the_ledger_was_asked(till: PutBack) -> None:
    shop, before = till.shop, till.here()

    assert (shop.till.stop, shop.till.lock) == (SellingStop.JOURNAL_BEHIND, TillLock.PIN)
    for pin in (CLERK_PIN, WRONG):
        assert shop.screen(LogIn(person=CLERK, pin=pin)) == STOPPED
    assert shop.screen(OpenDrawer(cause="change")) == STOPPED
    assert shop.screen(OpenDay(float_won=0)) == STOPPED
    assert shop.screen(Practise(is_begun=True)) == STOPPED
    shop.core.views.stop = SellingStop.DISK_READ_ONLY
    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == STOPPED, "whatever else is the matter"
    shop.clock.pass_s(3_600)
    shop.core.tick()
    shop.restart()
    shop.core.tick()
    assert till.here() == before

    till.bring_back()

    assert till.here() == [entry.raw for entry in till.signed], "byte for byte"
    assert shop.till.stop is None
    assert shop.screen(LogIn(person=CLERK, pin=WRONG)) == PinRefused(cause=Refusal.PIN_WRONG, wait_s=0)
    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Done()
    assert shop.pay(till.text, 5_000).reason == "already_used"
    assert shop.pay(shop.code(1_000), 1_000).receipt_number == "000003"
    assert till.ledger.say(shop.entries[-1]).step is DeliveryStep.CONTINUE, "nothing is forked"
    assert [body.cause for body in shop.bodies if isinstance(body, AlarmRaised)] == [AlarmCause.JOURNAL_PUT_BACK]


def test_while_the_ledger_cannot_be_reached_nothing_is_written_however_often_it_is_started(till: PutBack) -> None:
    shop, before = till.shop, till.here()

    for _ in range(3):
        shop.restart()
        shop.clock.start_again()
        shop.screen(LogIn(person=OWNER, pin=OWNER_PIN))
        shop.core.tick()
        assert shop.till.stop is SellingStop.JOURNAL_BEHIND

    assert till.here() == before
    assert shop.sync(SummariseSync()).waiting == len(before), "what is here is known still"


def test_a_second_medium_gives_everything_back_without_any_network(
    town: Town, stick: Path, open_with: Callable[..., Shop]
) -> None:
    plug_in(town, stick)
    morning, till = a_day(open_with())
    (till.shop.state_dir / ANCHOR_FILE).unlink()

    put_back(till.shop, morning)

    assert till.here() == [entry.raw for entry in till.signed]
    assert till.shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Done()
    assert till.ledger.say(till.shop.entries[-1]).step is DeliveryStep.CONTINUE, "nothing is forked"


def test_a_second_medium_that_is_plugged_in_later_gives_it_back_too(
    town: Town, stick: Path, open_with: Callable[..., Shop]
) -> None:
    plug_in(town, stick)
    morning, till = a_day(open_with())
    shop = till.shop
    stick.rename(aside := stick.with_name("aside"))
    put_back(shop, morning)
    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == STOPPED

    aside.rename(stick)
    shop.clock.pass_s(61)
    shop.core.tick()

    assert shop.till.stop is None
    assert till.here()[: len(till.signed)] == [entry.raw for entry in till.signed]
    assert [body.cause for body in shop.bodies if isinstance(body, AlarmRaised)] == [AlarmCause.JOURNAL_PUT_BACK]
    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Done()
    assert till.ledger.say(shop.entries[-1]).step is DeliveryStep.CONTINUE, "nothing is forked"


def test_a_journal_that_is_lost_altogether_does_not_begin_anew(shop: Shop) -> None:
    _, till = a_day(shop)
    put_back(shop, None)

    assert till.here() == []
    assert shop.till.stop is SellingStop.JOURNAL_BEHIND
    till.bring_back()
    till.ask_ledger()

    assert till.here()[: len(till.signed)] == [entry.raw for entry in till.signed]
    assert [type(body) for body in shop.bodies].count(JournalOpened) == 1


def test_a_lost_journal_begins_anew_where_the_ledger_has_lost_it_too(shop: Shop) -> None:
    _, till = a_day(shop)
    put_back(shop, None)

    assert till.ledger.say(None).step is DeliveryStep.CONTINUE
    shop.pay(shop.code(1_000), 1_000)

    assert isinstance(shop.bodies[0], JournalOpened)


def test_whoever_was_hired_meanwhile_is_known_again(shop: Shop) -> None:
    morning, till = a_day(shop)
    shop.screen(LogIn(person=OWNER, pin=OWNER_PIN))
    assert shop.screen(AddPerson(name="최신입", role="clerk", pin="141421")) == Done()
    till.signed = shop.entries
    till.ask_ledger()
    put_back(shop, morning)

    till.bring_back()

    assert [person.name for person in shop.screen(ListPeople()).people][-1] == "최신입"


def test_the_journal_itself_takes_nothing_while_something_is_missing(till: PutBack) -> None:
    journal, reading = till.shop.core.journal, till.shop.core.views.clock.read()
    body = CashMoved(direction=CashDirection.IN, amount_won=1_000, reason="잔돈", business_date="2026-01-02")

    with pytest.raises(BehindError):
        journal.record([body], reading=reading)

    till.bring_back()
    journal.record([body], reading=reading)
    assert till.shop.bodies[-1] == body


def test_practice_that_was_begun_is_not_ended_while_something_is_missing(shop: Shop) -> None:
    _, till = a_day(shop)
    shop.screen(LogIn(person=OWNER, pin=OWNER_PIN))
    assert shop.screen(Practise(is_begun=True)) == Done()
    before = till.here()
    ahead = partial(till.ledger.say, None, sequence=len(before) + 1, digest=b"x" * 32)
    assert ahead().step is DeliveryStep.FETCH

    assert shop.screen(Practise(is_begun=False)) == STOPPED

    assert till.here() == before


def test_only_what_our_ledger_signed_gives_a_put_back_journal_away(shop: Shop) -> None:
    morning, till = a_day(shop)
    path = shop.state_dir / ANCHOR_FILE
    anchor = load_anchor(path)
    assert anchor is not None
    forged = till.ledger.acknowledge(till.signed[-1], nonce=b"n" * 16, key=till.ledger.other)
    for proof in (forged, b"", b"\xa0", morning[:64]):
        store_anchor(path, anchor, proof)
        put_back(shop, morning)
        assert shop.till.stop is None, "nothing tells: a till without a network has to sell"


def test_an_ordinary_start_finds_nothing_missing(shop: Shop) -> None:
    _, till = a_day(shop)

    shop.restart()

    assert shop.till.stop is None
    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Done()
    assert len(till.here()) > len(till.signed)
