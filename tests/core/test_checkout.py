"""Every answer that a code can get, through the real path: text in, entry on the disk, reason and checks out."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pos.link.calls import PayAnswer
from pos.link.state import Outcome
from pos.sandbox import cheats
from pos.sandbox.cheats import payment_text, with_flipped_bit
from pos.sandbox.kinds import EXPECTED, Kind
from pos.sandbox.scenarios import EVERY_REFUSAL_AT, Scenario, scenarios
from pos.sandbox.town import Town
from pos.till.reasons import Check, Reason
from pos.voucher.bodies import PaymentApproved, PaymentDeclined, PaymentReferred, RequestOpened
from pos.voucher.qr import decode_text
from tests.support.core_builders import DAY_S, HOUR_S, Shop, move_in, open_shop

CHECKS = tuple(check.name.lower() for check in Check)
AUTHENTIC = tuple(check.name.lower() for check in Check if check <= Check.HOLDER_SIGNATURE)
"""What has passed where a code's bytes are worth keeping."""


@dataclass(frozen=True, kw_only=True)
class Served:
    scenario: Scenario
    text: str
    answer: PayAnswer
    body: PaymentApproved | PaymentDeclined | PaymentReferred


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, template: Path) -> list[Served]:
    """A day on which every kind of visitor comes at least once, and what was recorded of each."""
    shop = open_shop(move_in(template, tmp_path_factory.mktemp("day") / "town"))
    served = [_serve(shop, scenario) for scenario in scenarios(shop.town, EVERY_REFUSAL_AT + 5, "1")]
    shop.close()
    return served


def _serve(shop: Shop, scenario: Scenario) -> Served:
    shop.clock.pass_s(7)
    request = None
    if scenario.needs_request:
        shop.type_amount(scenario.amount_due_won)
        request = shop.ask_phone().text
    text = scenario.text(shop.clock.wall, request)
    answer = shop.pay(text, scenario.amount_due_won)
    body = shop.bodies[-1]
    assert isinstance(body, PaymentApproved | PaymentDeclined | PaymentReferred)
    assert shop.entries[-1].hash.hex() == answer.entry
    return Served(scenario=scenario, text=text, answer=answer, body=body)


def test_every_kind_of_visitor_gets_the_answer_that_the_protocol_asks_for(day: list[Served]) -> None:
    surprises = {
        served.scenario.kind: served.answer
        for served in day
        if not served.scenario.expected.is_met_by(served.answer.outcome, served.answer.reason)
    }

    assert surprises == {}
    assert {served.scenario.kind for served in day} == set(EXPECTED)


def test_each_answer_is_recorded_as_what_it_was(day: list[Served]) -> None:
    kinds = {
        Outcome.APPROVED: PaymentApproved,
        Outcome.DECLINED: PaymentDeclined,
        Outcome.REFERRED: PaymentReferred,
    }

    assert [type(served.body) for served in day] == [kinds[served.answer.outcome] for served in day]
    recorded = [None if isinstance(served.body, PaymentApproved) else served.body.reason for served in day]
    assert recorded == [served.answer.reason for served in day]


def test_the_bytes_of_a_refused_code_are_kept_when_they_are_authentic_and_only_then(day: list[Served]) -> None:
    for served in day:
        is_authentic = set(AUTHENTIC) < set(served.answer.checks)
        kept = served.body.object_bytes

        assert kept == (decode_text(served.text).data if is_authentic else None), served.scenario.kind


def test_the_scanned_text_of_a_refused_code_is_recorded_as_its_hash(day: list[Served]) -> None:
    for served in day:
        if not isinstance(served.body, PaymentApproved):
            assert served.body.scanned_sha256 == hashlib.sha256(served.text.encode()).digest()


def test_the_checks_that_ran_are_listed_in_their_order_and_kept(day: list[Served]) -> None:
    for served in day:
        names = served.answer.checks

        assert names == CHECKS[: len(names)]
        assert tuple(Check(number).name.lower() for number in served.body.checks) == names
        assert (names == CHECKS) >= (served.answer.outcome is Outcome.APPROVED)


def test_the_check_that_refused_is_the_last_one_listed(day: list[Served]) -> None:
    last = {
        Kind.TOO_LONG: Check.FORM,
        Kind.GARBAGE: Check.FORM,
        Kind.INNER_VOUCHER: Check.FORM,
        Kind.NOT_CANONICAL: Check.CANONICAL,
        Kind.UNKNOWN_ISSUER: Check.ISSUER_KNOWN,
        Kind.FORGED_VOUCHER: Check.ISSUER_SIGNATURE,
        Kind.FORGED_PAYMENT: Check.HOLDER_SIGNATURE,
        Kind.SCREENSHOT: Check.FIRST_USE,
        Kind.DOUBLE_SPEND: Check.FIRST_USE,
        Kind.OTHER_SHOP: Check.AUDIENCE,
        Kind.UNASKED_NONCE: Check.REQUEST,
        Kind.REQUEST_AMOUNT: Check.REQUEST,
        Kind.OVER_AMOUNT: Check.AMOUNT,
        Kind.REVOKED_KEY: Check.SIGNING_WINDOW,
        Kind.WRONG_AREA: Check.PROGRAM,
        Kind.EXPIRED: Check.VALIDITY,
        Kind.STALE_CODE: Check.VALIDITY,
        Kind.REVOKED_VOUCHER: Check.REVOCATION,
        Kind.OVERSPENT: Check.SPEND_LINE,
        Kind.OUT_OF_ORDER: Check.SPEND_LINE,
    }
    found = {served.scenario.kind: served.answer.checks[-1] for served in day}

    assert {kind: found[kind] for kind in last} == {kind: check.name.lower() for kind, check in last.items()}


def test_receipt_numbers_go_up_by_one_for_what_was_approved(day: list[Served]) -> None:
    numbers = [served.body.receipt_number for served in day if isinstance(served.body, PaymentApproved)]

    assert numbers == [f"{number:06d}" for number in range(1, len(numbers) + 1)]


def test_an_approval_carries_everything_that_a_stranger_needs_to_check_it(shop: Shop) -> None:
    text = shop.code(12_000)
    shop.pay(text, 12_000)

    body = shop.bodies[-1]

    assert isinstance(body, PaymentApproved)
    assert body.object_bytes == decode_text(text).data
    assert (body.amount_won, body.total_won, body.receipt_number) == (12_000, 12_000, "000001")
    assert body.tax is not None
    assert (body.tax.taxable_won, body.tax.vat_won) == (10_909, 1_091)


def test_a_used_code_is_refused_with_the_receipt_it_was_used_for(shop: Shop) -> None:
    text = shop.code(12_000)
    first = shop.pay(text, 12_000)
    shop.restart()

    again = shop.pay(text, 12_000)

    assert (again.outcome, again.reason) == (Outcome.DECLINED, Reason.ALREADY_USED)
    assert again.receipt_number == first.receipt_number


def test_a_second_signature_over_the_same_claims_is_the_same_payment(shop: Shop) -> None:
    """Ed25519 signatures can be made in many ways; equal claims are a duplicate and incriminate nobody."""
    hand = shop.hand()
    now_s = shop.clock.wall
    assert shop.pay(shop.code(5_000, hand, issued_s=now_s), 5_000).outcome is Outcome.APPROVED

    other_claims = shop.pay(shop.code(5_000, hand, issued_s=now_s - 1), 5_000)

    assert other_claims.reason == Reason.DOUBLE_SPEND
    assert shop.pay(shop.code(5_000, hand, issued_s=now_s), 5_000).reason == Reason.ALREADY_USED


def test_a_payment_that_follows_on_the_line_is_approved_and_one_that_jumps_back_is_not(shop: Shop) -> None:
    hand = shop.hand(value_won=30_000)

    assert shop.pay(shop.code(10_000, hand), 10_000).outcome is Outcome.APPROVED
    assert shop.pay(shop.code(10_000, hand, sequence=4, spent_before_won=15_000), 10_000).outcome is Outcome.APPROVED
    back = shop.pay(shop.code(1_000, hand, sequence=2, spent_before_won=10_000), 1_000)
    over = shop.pay(shop.code(6_000, hand, sequence=5, spent_before_won=25_000), 6_000)

    assert (back.reason, over.reason) == (Reason.OUT_OF_ORDER, Reason.OVERSPENT)


def test_a_refused_payment_never_enters_the_line(shop: Shop) -> None:
    hand = shop.hand(value_won=30_000)
    assert shop.pay(shop.code(20_000, hand), 10_000).reason == Reason.AMOUNT_OVER

    paid = shop.pay(shop.code(10_000, hand, issued_s=shop.clock.wall - 1), 10_000)

    assert paid.outcome is Outcome.APPROVED


# Limits, with a city's own numbers


def _limited(town: Town, **limits: int) -> None:
    path = town.trust.folder / "policy.json"
    policy = json.loads(path.read_text())
    policy["limits"] |= limits
    policy["reduced_limits"] |= limits
    path.write_text(json.dumps(policy))


@pytest.mark.parametrize(
    ("limits", "first_won", "then_won", "reason"),
    [
        ({"count_max": 1}, 1_000, 1_000, Reason.OVER_COUNT_LIMIT),
        ({"value_max_won": 20_000}, 15_000, 5_100, Reason.OVER_VALUE_LIMIT),
        ({"voucher_max_won": 20_000}, 15_000, 5_100, Reason.OVER_VOUCHER_LIMIT),
    ],
)
def test_limits_since_the_last_contact(
    town: Town,
    open_with: Callable[..., Shop],
    limits: dict[str, int],
    first_won: int,
    then_won: int,
    reason: Reason,
) -> None:
    _limited(town, **limits)
    shop = open_with()
    hand = shop.hand()

    first = shop.pay(shop.code(first_won, hand), first_won)
    then = shop.pay(shop.code(then_won, hand, sequence=2, spent_before_won=first_won), then_won)

    assert first.outcome is Outcome.APPROVED
    assert (then.outcome, then.reason) == (Outcome.REFERRED, reason)
    body = shop.bodies[-1]
    assert isinstance(body, PaymentReferred)
    assert body.object_bytes is not None


def test_a_bound_payment_pays_above_the_floor_and_not_above_the_ceiling(shop: Shop) -> None:
    unbound = shop.pay(shop.code(50_100), 50_100)
    shop.type_amount(60_000)
    bound = shop.pay(shop.answer_to(shop.ask_phone()), 60_000)
    shop.type_amount(500_100)
    too_much = shop.pay(shop.answer_to(shop.ask_phone()), 500_100)

    assert (unbound.outcome, unbound.reason) == (Outcome.REFERRED, Reason.REQUEST_NEEDED)
    assert bound.outcome is Outcome.APPROVED
    assert (too_much.outcome, too_much.reason) == (Outcome.REFERRED, Reason.OVER_SALE_LIMIT)


def test_splitting_a_sale_does_not_get_around_its_limit(shop: Shop) -> None:
    shop.type_amount(80_000)
    shop.see(shop.code(40_000))
    shop.choose(1)
    till = shop.see(shop.code(40_000))

    assert till.verdict is not None
    assert till.verdict.reason == Reason.REQUEST_NEEDED


def test_after_the_hard_age_nothing_is_approved_offline(shop: Shop) -> None:
    shop.clock.pass_s(91 * DAY_S)

    answer = shop.pay(shop.code(1_000), 1_000)

    assert (answer.outcome, answer.reason) == (Outcome.REFERRED, Reason.CONTACT_TOO_OLD)


def test_a_revocation_list_that_is_too_old_lowers_the_limit_instead_of_saying_not_revoked(
    town: Town, open_with: Callable[..., Shop]
) -> None:
    _limited(town, uncovered_max_won=10_000)
    town.trust.revocations("41390", (), as_of_s=town.made_s, covers_until_s=town.made_s + HOUR_S)
    shop = open_with()
    shop.clock.pass_s(60)

    small = shop.pay(shop.code(10_000), 10_000)
    large = shop.pay(shop.code(10_100), 10_100)

    assert small.outcome is Outcome.APPROVED
    assert (large.outcome, large.reason) == (Outcome.REFERRED, Reason.REVOCATION_NOT_COVERED)


def test_a_shop_that_takes_no_allowances_refuses_them(town: Town, open_with: Callable[..., Shop]) -> None:
    path = town.trust.folder / "merchants" / "m-bakery.json"
    merchant = json.loads(path.read_text())
    merchant["accepted_issue_classes"] = ["general"]
    path.write_text(json.dumps(merchant))
    shop = open_with()

    answer = shop.pay(shop.code(5_000, shop.hand(program="youth")), 5_000)

    assert answer.reason == Reason.WRONG_ISSUE_CLASS


# Spoiled bytes


def test_no_flipped_bit_is_ever_approved_and_none_is_a_fault(shop: Shop) -> None:
    """One bit anywhere in a payment's bytes; each position once, a payment that nobody has used."""
    hand = shop.hand()
    honest = hand.sign(amount_won=9_000, issued_s=shop.clock.wall, merchant="m-bakery")
    reasons = {
        shop.pay(payment_text(with_flipped_bit(honest, bit)), 9_000).reason for bit in range(0, 8 * len(honest), 7)
    }

    assert reasons <= {Reason.MALFORMED, Reason.ISSUER_UNKNOWN, Reason.FORGED_VOUCHER, Reason.FORGED_PAYMENT}
    assert "payment.approved" not in shop.kinds
    assert shop.pay(payment_text(honest), 9_000).outcome is Outcome.APPROVED


def test_no_changed_character_of_the_text_is_ever_approved(shop: Shop) -> None:
    text = shop.code(9_000)
    for place in range(0, len(text), 5):
        spoiled = text[:place] + ("7" if text[place] != "7" else "8") + text[place + 1 :]

        assert shop.pay(spoiled, 9_000).outcome is Outcome.DECLINED

    assert shop.pay(text, 9_000).outcome is Outcome.APPROVED


def test_the_voucher_inside_a_payment_buys_nothing(shop: Shop) -> None:
    answer = shop.pay(cheats.inner_voucher_as_note(shop.code(9_000)), 9_000)

    assert (answer.outcome, answer.reason) == (Outcome.DECLINED, Reason.NOT_A_PAYMENT)


def test_a_closed_request_is_never_answered_and_its_money_can_come_back(shop: Shop) -> None:
    shop.type_amount(60_000)
    request = shop.ask_phone()
    text = shop.answer_to(request)
    shop.type_amount(50_000)

    answer = shop.pay(text, 60_000)

    assert answer.reason == Reason.REQUEST_CLOSED
    declined = shop.bodies[-1]
    assert isinstance(declined, PaymentDeclined)
    assert declined.object_bytes == decode_text(text).data
    assert any(isinstance(body, RequestOpened) and body.nonce == request.nonce for body in shop.bodies)
