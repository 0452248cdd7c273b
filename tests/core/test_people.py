"""Who is at the till: PINs, rights, locking, wrong PINs and what the journal says of it all."""

from collections.abc import Callable

import pytest

from pos.core.people import ALLOWANCE_S
from pos.core.pins import PEPPER, PEPPER_BYTES
from pos.link.calls import (
    AddPerson,
    AllowOnce,
    CancelSale,
    ChangePerson,
    CloseAttention,
    Done,
    EnterAmount,
    ListPeople,
    ListSales,
    LogIn,
    LogOut,
    OpenDrawer,
    PayOther,
    PinRefused,
    Refused,
    RemovePerson,
    SalePage,
)
from pos.link.state import Outcome, TillLock
from pos.till.people import PEOPLE_MAX, Right, Role, is_easy, may, wait_after_s
from pos.till.reasons import Refusal
from pos.voucher.bodies import ActAllowed, LockedOut, LoggedIn, LoggedOut, PersonAdded, WrongPin
from tests.support.core_builders import Shop

OWNER_PIN, CLERK_PIN, MANAGER_PIN, WRONG = "271828", "314159", "161803", "999998"
OWNER, CLERK, MANAGER = 1, 2, 3
IDLE_S = 300


def with_owner(shop: Shop) -> Shop:
    assert shop.screen(AddPerson(name="박주인", role="owner", pin=OWNER_PIN)) == Done()
    return shop


def with_people(shop: Shop) -> Shop:
    with_owner(shop)
    assert shop.screen(LogIn(person=OWNER, pin=OWNER_PIN)) == Done()
    assert shop.screen(AddPerson(name="김점원", role="clerk", pin=CLERK_PIN)) == Done()
    assert shop.screen(AddPerson(name="이책임", role="manager", pin=MANAGER_PIN)) == Done()
    return shop


def with_clerk(shop: Shop) -> Shop:
    assert with_people(shop).screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Done()
    return shop


# A shop without PINs


def test_a_shop_without_pins_asks_for_none(shop: Shop) -> None:
    assert (shop.till.has_pins, shop.till.lock, shop.till.clerk) == (False, TillLock.OPEN, "")
    assert shop.core.people.clerk == ""
    assert [right for right in Right if shop.core.people.refusal(right) is not None] == []


def test_the_first_person_is_the_owner(shop: Shop) -> None:
    assert shop.screen(AddPerson(name="김점원", role="clerk", pin=CLERK_PIN)) == Refused(cause=Refusal.OWNER_NEEDED)
    assert shop.kinds == []


def test_an_owner_without_other_people_may_give_up_pins_again(shop: Shop) -> None:
    with_owner(shop)
    shop.screen(LogIn(person=OWNER, pin=OWNER_PIN))

    assert shop.screen(RemovePerson(person=OWNER)) == Done()

    assert (shop.till.has_pins, shop.till.lock) == (False, TillLock.OPEN)
    assert shop.screen(ListSales()) == SalePage(sales=())


# Coming and going


def test_a_change_of_clerk_is_a_number_and_a_pin_and_is_in_the_journal(shop: Shop) -> None:
    with_clerk(shop)

    assert shop.till.clerk == "김점원"
    assert shop.core.people.clerk == str(CLERK)
    assert [body for body in shop.bodies if isinstance(body, LoggedIn | LoggedOut)] == [
        LoggedIn(person=OWNER),
        LoggedOut(person=OWNER, reason="relieved"),
        LoggedIn(person=CLERK),
    ]


def test_a_clerk_who_leaves_leaves_a_till_that_does_nothing_without_a_pin(shop: Shop) -> None:
    with_clerk(shop)
    assert shop.screen(LogOut()) == Done()

    assert shop.till.lock is TillLock.PIN
    assert shop.screen(EnterAmount(amount_won=12_000)) == Refused(cause=Refusal.NOBODY_AT_TILL)
    assert not shop.core.devices_state().armed
    shop.see(shop.code(12_000))
    assert shop.till.verdict is None
    assert "payment.approved" not in shop.kinds


def test_after_a_power_cut_nobody_is_at_the_till_and_everybody_is_still_known(shop: Shop) -> None:
    with_clerk(shop)
    shop.restart()

    assert (shop.till.lock, shop.till.clerk) == (TillLock.PIN, "")
    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Done()
    assert shop.till.clerk == "김점원"


def test_what_is_sold_carries_the_number_of_who_sold_it(shop: Shop) -> None:
    with_clerk(shop)
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    shop.type_amount(3_000)
    shop.screen(PayOther(kind="cash", amount_won=3_000))
    shop.screen(OpenDrawer(cause="count"))

    sold = [body for body in shop.bodies if body.KIND in ("payment.approved", "tender.recorded", "drawer.opened")]  # type: ignore[union-attr]
    assert [getattr(body, "clerk", None) for body in sold] == [str(CLERK)] * 3


# Rights


def test_a_technician_touches_no_money() -> None:
    rights = {right for right in Right if may(Role.TECHNICIAN, right)}

    assert rights == {Right.SERVICE, Right.SETTINGS, Right.TRAIN}


def test_only_the_owner_has_every_right() -> None:
    assert all(may(Role.OWNER, right) for right in Right)
    assert not any(all(may(role, right) for right in Right) for role in Role if role is not Role.OWNER)


def test_a_clerk_cannot_bring_in_another_person(shop: Shop) -> None:
    with_clerk(shop)

    refused = shop.screen(AddPerson(name="친구", role="manager", pin="602214"))

    assert refused == Refused(cause=Refusal.NOT_ALLOWED)
    assert [body.name for body in shop.bodies if isinstance(body, PersonAdded)] == ["박주인", "김점원", "이책임"]


def test_everybody_changes_their_own_pin_and_nobody_elses(shop: Shop) -> None:
    with_clerk(shop)
    assert shop.screen(ChangePerson(person=CLERK, pin="602214")) == Done()
    assert shop.screen(ChangePerson(person=MANAGER, pin="602214")) == Refused(cause=Refusal.NOT_ALLOWED)

    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == PinRefused(cause=Refusal.PIN_WRONG)
    assert shop.screen(LogIn(person=CLERK, pin="602214")) == Done()


def test_the_owner_allows_one_act_once_at_a_clerks_till(shop: Shop) -> None:
    with_clerk(shop)
    act = AddPerson(name="친구", role="clerk", pin="602214")
    assert shop.screen(act) == Refused(cause=Refusal.NOT_ALLOWED)

    assert shop.screen(AllowOnce(person=OWNER, pin=OWNER_PIN)) == Done()

    assert shop.screen(act) == Done()
    assert shop.screen(act) == Refused(cause=Refusal.NOT_ALLOWED)
    assert [body for body in shop.bodies if isinstance(body, ActAllowed)] == [
        ActAllowed(person=OWNER, reason="people", clerk=str(CLERK))
    ]


def test_nobody_allows_what_they_may_not_do_themselves(shop: Shop) -> None:
    with_clerk(shop)
    shop.screen(AddPerson(name="친구", role="clerk", pin="602214"))

    assert shop.screen(AllowOnce(person=MANAGER, pin=MANAGER_PIN)) == Refused(cause=Refusal.NOT_ALLOWED)


def test_what_was_allowed_is_for_that_act_and_for_a_minute(shop: Shop) -> None:
    with_clerk(shop)
    act = RemovePerson(person=MANAGER)
    shop.screen(act)
    shop.screen(AllowOnce(person=OWNER, pin=OWNER_PIN))
    shop.clock.pass_s(int(ALLOWANCE_S) + 1)

    assert shop.screen(act) == Refused(cause=Refusal.NOT_ALLOWED)


def test_one_owner_stays_while_there_is_anybody_else(shop: Shop) -> None:
    with_people(shop)

    assert shop.screen(RemovePerson(person=OWNER)) == Refused(cause=Refusal.OWNER_NEEDED)
    assert shop.screen(ChangePerson(person=OWNER, role="clerk")) == Refused(cause=Refusal.OWNER_NEEDED)


def test_a_removed_persons_pin_opens_nothing_and_the_number_is_free_again(shop: Shop) -> None:
    with_people(shop)
    assert shop.screen(RemovePerson(person=CLERK)) == Done()

    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Refused(cause=Refusal.PERSON_UNKNOWN)
    assert shop.screen(AddPerson(name="새점원", role="clerk", pin="602214")) == Done()
    assert [(line.person, line.name) for line in shop.screen(ListPeople()).people] == [
        (OWNER, "박주인"),
        (CLERK, "새점원"),
        (MANAGER, "이책임"),
    ]
    assert isinstance(shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)), PinRefused)


def test_there_is_room_for_three_pages_of_people(shop: Shop) -> None:
    with_owner(shop)
    for _ in range(PEOPLE_MAX - 1):
        assert shop.control(AddPerson(name="", role="clerk", pin="602214")) == Done()

    refused = shop.control(AddPerson(name="", role="clerk", pin="602214"))

    assert refused == Refused(cause=Refusal.NO_ROOM_FOR_PERSON)


@pytest.mark.parametrize(
    "pin", ["", "1234", "12345a", "111111", "123456", "987654", "890123", "6543210", "１２３４５７"]
)
def test_a_pin_that_is_no_pin_or_too_easy_is_refused(shop: Shop, pin: str) -> None:
    assert shop.screen(AddPerson(name="박주인", role="owner", pin=pin)) == Refused(cause=Refusal.PIN_UNSUITABLE)


def test_an_ordinary_pin_is_not_called_easy() -> None:
    assert [pin for pin in (OWNER_PIN, CLERK_PIN, "121212", "112233") if is_easy(pin)] == []


# Wrong PINs


def test_each_wrong_pin_is_an_entry_and_the_waiting_only_grows(shop: Shop) -> None:
    with_people(shop)
    waits = []
    for _ in range(8):
        answer = shop.screen(LogIn(person=CLERK, pin=WRONG))
        assert isinstance(answer, PinRefused)
        waits.append(answer.wait_s)
        shop.clock.pass_s(answer.wait_s)

    assert waits == [0, 0, 30, 60, 300, 900, 3_600, 3_600]
    assert [body.tries for body in shop.bodies if isinstance(body, WrongPin)] == list(range(1, 9))
    assert [body.wait_s for body in shop.bodies if isinstance(body, LockedOut)] == waits[2:]
    assert all(
        later >= earlier
        for earlier, later in zip(map(wait_after_s, range(50)), map(wait_after_s, range(1, 51)), strict=True)
    )


def test_while_waiting_even_the_right_pin_is_not_looked_at(shop: Shop) -> None:
    with_people(shop)
    for _ in range(3):
        shop.screen(LogIn(person=CLERK, pin=WRONG))
    shop.clock.pass_s(29)

    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == PinRefused(cause=Refusal.PIN_WAITS, wait_s=1)
    shop.clock.pass_s(1)
    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == Done()


def test_one_persons_waiting_is_nobody_elses(shop: Shop) -> None:
    with_people(shop)
    for _ in range(3):
        shop.screen(LogIn(person=CLERK, pin=WRONG))

    assert shop.screen(LogIn(person=MANAGER, pin=MANAGER_PIN)) == Done()


@pytest.mark.parametrize("is_new_boot", [False, True])
def test_a_power_cut_does_not_shorten_the_waiting(shop: Shop, is_new_boot: bool) -> None:
    with_people(shop)
    for _ in range(3):
        shop.screen(LogIn(person=CLERK, pin=WRONG))
    shop.clock.pass_s(20)
    if is_new_boot:
        shop.clock.start_again()
    shop.restart()

    answer = shop.screen(LogIn(person=CLERK, pin=CLERK_PIN))

    assert isinstance(answer, PinRefused)
    assert answer.wait_s == (29 if is_new_boot else 10)


def test_a_clock_put_forward_does_not_shorten_the_waiting(shop: Shop) -> None:
    with_people(shop)
    for _ in range(3):
        shop.screen(LogIn(person=CLERK, pin=WRONG))
    shop.clock.wall += 86_400

    answer = shop.screen(LogIn(person=CLERK, pin=CLERK_PIN))

    assert answer == PinRefused(cause=Refusal.PIN_WAITS, wait_s=30)


def test_the_right_pin_forgives_the_wrong_ones(shop: Shop) -> None:
    with_people(shop)
    for _ in range(2):
        shop.screen(LogIn(person=CLERK, pin=WRONG))
    shop.screen(LogIn(person=CLERK, pin=CLERK_PIN))

    assert shop.screen(LogIn(person=CLERK, pin=WRONG)) == PinRefused(cause=Refusal.PIN_WRONG)


# Locking by itself


def test_in_a_shop_of_one_a_till_left_alone_still_takes_payments_and_nothing_else(shop: Shop) -> None:
    with_owner(shop)
    shop.screen(LogIn(person=OWNER, pin=OWNER_PIN))
    shop.clock.pass_s(IDLE_S)
    shop.core.tick()

    assert shop.till.lock is TillLock.PAYMENTS
    for call in (ListSales(), OpenDrawer(cause="count"), CloseAttention(entry=bytes(32), answer="x")):
        assert shop.screen(call) == Refused(cause=Refusal.TILL_LOCKED)
    shop.type_amount(12_000)
    assert shop.see(shop.code(12_000)).verdict.outcome is Outcome.APPROVED  # type: ignore[union-attr]
    assert shop.screen(LogIn(person=OWNER, pin=OWNER_PIN)) == Done()
    assert isinstance(shop.screen(ListSales()), SalePage)


def test_with_more_people_a_till_left_alone_wants_a_pin(shop: Shop) -> None:
    with_clerk(shop)
    shop.clock.pass_s(IDLE_S - 1)
    shop.core.tick()
    assert shop.till.lock is TillLock.OPEN
    shop.clock.pass_s(1)
    shop.core.tick()

    assert shop.till.lock is TillLock.PIN
    assert shop.bodies[-1] == LoggedOut(person=CLERK, reason="idle")


def test_no_till_locks_itself_in_the_middle_of_a_sale(shop: Shop) -> None:
    with_clerk(shop)
    shop.type_amount(12_000)
    shop.clock.pass_s(IDLE_S * 2)
    shop.core.tick()
    assert shop.till.lock is TillLock.OPEN

    shop.screen(CancelSale())
    shop.clock.pass_s(IDLE_S)
    shop.core.tick()

    assert shop.till.lock is TillLock.PIN


def test_a_customers_code_counts_as_work_at_the_till(shop: Shop) -> None:
    with_clerk(shop)
    shop.clock.pass_s(IDLE_S - 1)
    shop.see(shop.code(12_000))
    shop.choose(2)
    shop.clock.pass_s(IDLE_S - 1)
    shop.core.tick()

    assert shop.till.lock is TillLock.OPEN


# What is kept


def test_no_entry_and_no_table_holds_a_pin_and_the_pepper_is_cores_alone(open_with: Callable[..., Shop]) -> None:
    shop = open_with()
    with_clerk(shop)
    pepper = shop.state_dir / PEPPER

    assert pepper.stat().st_mode & 0o777 == 0o600
    assert len(pepper.read_bytes()) == PEPPER_BYTES
    kept = b"".join(path.read_bytes() for path in shop.state_dir.glob("journal.db*"))
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in kept
    assert not any(pin.encode() in kept for pin in (OWNER_PIN, CLERK_PIN, MANAGER_PIN))
    assert not any(b"argon2" in entry.raw for entry in shop.entries)


def test_without_the_pepper_the_verifiers_are_worth_nothing(shop: Shop) -> None:
    with_people(shop)
    (shop.state_dir / PEPPER).write_bytes(bytes(PEPPER_BYTES))

    assert shop.screen(LogIn(person=CLERK, pin=CLERK_PIN)) == PinRefused(cause=Refusal.PIN_WRONG)


def test_people_are_computed_from_the_journal(shop: Shop) -> None:
    with_clerk(shop)
    shop.screen(LogIn(person=MANAGER, pin=WRONG))
    before = shop.screen(ListPeople())

    shop.core.journal.rebuild()

    assert shop.core.journal.verify().problems == ()
    assert shop.core.journal.people.everyone() == shop.core.people.everyone
    assert shop.screen(ListPeople()) == before
    tries = shop.core.journal.people.wrong_tries(MANAGER)
    assert tries is not None
    assert tries.tries == 1
