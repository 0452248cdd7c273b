"""Each check has its own reason, and each test fails in exactly one way."""

from dataclasses import replace
from typing import Any

import pytest

from pos.clock import Quality, Reading
from pos.till.decision import (
    Approved,
    Declined,
    EarlierPayment,
    Exposure,
    History,
    OpenRequest,
    Referred,
    Situation,
    Tender,
    decide,
)
from pos.till.policy import (
    ConflictBearer,
    IssueClass,
    Limits,
    Merchant,
    Policy,
    Program,
    ProgramForm,
    RevocationState,
)
from pos.till.reasons import Check, Reason
from pos.voucher.claims import Payment, Voucher
from pos.voucher.keys import SigningKey
from pos.voucher.signed import sign_payment, sign_voucher
from pos.voucher.spend_line import LinePoint
from pos.voucher.trust import Issuer, IssuerKey
from pos.voucher.verified import VerifiedPayment, verify_payment

NOW = 1_790_000_000
DAY = 86_400
NONCE = bytes(range(16))
ISSUER_KEY = SigningKey.from_seed(b"i" * 32)
HOLDER_KEY = SigningKey.from_seed(b"h" * 32)
EARLIER = EarlierPayment(receipt_number="000122", time_s=NOW - 60, amount_won=12_000)

LIMITS = Limits(
    unbound_max_won=50_000,
    bound_max_won=500_000,
    voucher_max_won=600_000,
    count_max=10,
    value_max_won=1_000_000,
    uncovered_max_won=10_000,
)
REDUCED = replace(LIMITS, unbound_max_won=10_000, bound_max_won=20_000)
POLICY = Policy(
    payment_age_s=180,
    payment_skew_s=120,
    request_life_s=300,
    settlement_period_s=30 * DAY,
    contact_soft_s=DAY,
    contact_hard_s=7 * DAY,
    limits=LIMITS,
    reduced=REDUCED,
)
BAKERY = Merchant(
    merchant="m-bakery",
    name="시루빵집",
    representative="김하늘",
    business_number="2208162517",
    address="시흥시 시청로 20",
    phone="031-310-0000",
    merchant_class="small",
    industry="bakery",
    municipality="41390",
    accepted_issue_classes=frozenset(IssueClass),
    is_tax_exempt=False,
    is_simplified_taxpayer=False,
)
GENERAL = Program(
    issuer="41390",
    program="general",
    name="시루",
    form=ProgramForm.MOBILE,
    issue_class=IssueClass.GENERAL,
    area=frozenset({"41390"}),
    merchant_classes=frozenset(),
    industries=frozenset(),
    is_cash_receipt_by_platform=True,
    conflict_bearer=ConflictBearer.ISSUER,
    limits=None,
)


def reading(
    quality: Quality = Quality.SIGNED,
    *,
    time_s: int = NOW,
    earliest_s: int | None = None,
    latest_s: int | None = NOW + 2,
) -> Reading:
    return Reading(
        time_s=time_s,
        earliest_s=time_s - 2 if earliest_s is None else earliest_s,
        latest_s=latest_s,
        quality=quality,
        boot_id=bytes(16),
        boot_ms=1,
    )


SITUATION = Situation(
    merchant=BAKERY,
    policy=POLICY,
    program=GENERAL,
    revocation=RevocationState.NOT_REVOKED,
    reading=reading(),
    tender=Tender(due_won=12_000),
    request=None,
    history=History(),
    exposure=Exposure(),
)


def a_payment(
    *, voucher: dict[str, Any] | None = None, key: dict[str, Any] | None = None, **claims: Any
) -> VerifiedPayment:
    """A payment over 12 000 won that is right in every way but those named."""
    inner = sign_voucher(
        Voucher(
            **{
                "issuer": "41390",
                "expires_s": NOW + 365 * DAY,
                "not_before_s": NOW - DAY,
                "issued_s": NOW - DAY,
                "voucher_id": b"v" * 16,
                "holder_key": HOLDER_KEY.public_key,
                "program": "general",
                "value_won": 1_000_000,
                "serial": None,
                **(voucher or {}),
            }
        ),
        key=ISSUER_KEY,
    )
    signed = sign_payment(
        Payment(
            **{
                "merchant": None,
                "issued_s": NOW,
                "nonce": None,
                "voucher": inner.raw,
                "sequence": 1,
                "spent_before_won": 0,
                "amount_won": 12_000,
                **claims,
            }
        ),
        key=HOLDER_KEY,
    )
    issuer_key = IssuerKey(
        **{
            "kid": ISSUER_KEY.kid,
            "public_key": ISSUER_KEY.public_key,
            "sign_from_s": NOW - 30 * DAY,
            "sign_until_s": NOW + DAY,
            "revoked": False,
            **(key or {}),
        }
    )
    verified = verify_payment(
        signed, Issuer(issuer="41390", name="시흥시", area=frozenset({"41390"}), keys=(issuer_key,))
    )
    assert isinstance(verified, VerifiedPayment)
    return verified


def reason_of(payment: VerifiedPayment, **situation: Any) -> Reason | None:
    decision = decide(payment, replace(SITUATION, **situation))
    return None if isinstance(decision, Approved) else decision.finding.reason


def test_a_good_payment_passes_all_fifteen_checks() -> None:
    decision = decide(a_payment(), SITUATION)

    assert isinstance(decision, Approved)
    assert decision.checks == tuple(Check)


@pytest.mark.parametrize(
    ("payment", "situation", "check", "reason"),
    [
        ({}, {"history": History(same_payment=EARLIER)}, Check.FIRST_USE, Reason.ALREADY_USED),
        ({}, {"history": History(same_sequence=EARLIER)}, Check.FIRST_USE, Reason.DOUBLE_SPEND),
        ({"merchant": "m-butcher"}, {}, Check.AUDIENCE, Reason.WRONG_SHOP),
        ({"merchant": "m-bakery", "nonce": NONCE}, {}, Check.REQUEST, Reason.REQUEST_CLOSED),
        (
            {"merchant": "m-bakery", "nonce": NONCE},
            {"request": OpenRequest(nonce=NONCE[::-1], amount_won=12_000)},
            Check.REQUEST,
            Reason.REQUEST_CLOSED,
        ),
        (
            {"merchant": "m-bakery", "nonce": NONCE},
            {"request": OpenRequest(nonce=NONCE, amount_won=12_001)},
            Check.REQUEST,
            Reason.REQUEST_AMOUNT,
        ),
        ({"amount_won": 12_001}, {}, Check.AMOUNT, Reason.AMOUNT_OVER),
        ({"key": {"revoked": True}}, {}, Check.SIGNING_WINDOW, Reason.ISSUER_KEY_REVOKED),
        ({"key": {"sign_from_s": NOW}}, {}, Check.SIGNING_WINDOW, Reason.ISSUER_KEY_WINDOW),
        ({"key": {"sign_until_s": NOW - DAY}}, {}, Check.SIGNING_WINDOW, Reason.ISSUER_KEY_WINDOW),
        ({}, {"program": None}, Check.PROGRAM, Reason.PROGRAM_UNKNOWN),
        ({}, {"merchant": replace(BAKERY, municipality="41130")}, Check.PROGRAM, Reason.WRONG_AREA),
        (
            {},
            {"merchant": replace(BAKERY, accepted_issue_classes=frozenset({IssueClass.POLICY}))},
            Check.PROGRAM,
            Reason.WRONG_ISSUE_CLASS,
        ),
        (
            {},
            {"program": replace(GENERAL, merchant_classes=frozenset({"market"}))},
            Check.PROGRAM,
            Reason.WRONG_MERCHANT_CLASS,
        ),
        ({}, {"program": replace(GENERAL, industries=frozenset({"books"}))}, Check.PROGRAM, Reason.WRONG_INDUSTRY),
        ({"voucher": {"expires_s": NOW}}, {}, Check.VALIDITY, Reason.EXPIRED),
        ({"voucher": {"not_before_s": NOW + 3}}, {}, Check.VALIDITY, Reason.NOT_YET_VALID),
        ({"issued_s": NOW - 181}, {}, Check.VALIDITY, Reason.CODE_TOO_OLD),
        ({"issued_s": NOW + 123}, {}, Check.VALIDITY, Reason.CODE_FROM_FUTURE),
        ({}, {"revocation": RevocationState.REVOKED}, Check.REVOCATION, Reason.REVOKED),
        ({"voucher": {"value_won": 11_999}}, {}, Check.SPEND_LINE, Reason.OVERSPENT),
        (
            {"sequence": 3, "spent_before_won": 11_999},
            {"history": History(highest=LinePoint(sequence=2, spent_before_won=0, amount_won=12_000))},
            Check.SPEND_LINE,
            Reason.OUT_OF_ORDER,
        ),
        (
            {},
            {"history": History(highest=LinePoint(sequence=1, spent_before_won=0, amount_won=12_000))},
            Check.SPEND_LINE,
            Reason.ALREADY_USED,
        ),
        (
            {},
            {"history": History(highest=LinePoint(sequence=2, spent_before_won=100, amount_won=100))},
            Check.SPEND_LINE,
            Reason.OUT_OF_ORDER,
        ),
    ],
)
def test_one_thing_wrong_is_declined_for_it(
    payment: dict[str, Any], situation: dict[str, Any], check: Check, reason: Reason
) -> None:
    decision = decide(a_payment(**payment), replace(SITUATION, **situation))

    assert isinstance(decision, Declined)
    assert (decision.checks[-1], decision.finding.reason) == (check, reason)


@pytest.mark.parametrize(
    ("payment", "situation", "reason"),
    [
        ({"amount_won": 11_000}, {}, Reason.PART_PAYMENT),
        ({}, {"tender": Tender(due_won=None)}, Reason.CODE_AMOUNT),
        ({"amount_won": 10_001}, {"revocation": RevocationState.NOT_COVERED}, Reason.REVOCATION_NOT_COVERED),
        ({}, {"exposure": Exposure(contact_uptime_s=7 * DAY + 1)}, Reason.CONTACT_TOO_OLD),
        ({}, {"exposure": Exposure(count=10)}, Reason.OVER_COUNT_LIMIT),
        ({}, {"exposure": Exposure(value_won=988_001)}, Reason.OVER_VALUE_LIMIT),
        ({}, {"history": History(voucher_won=588_001)}, Reason.OVER_VOUCHER_LIMIT),
        ({"amount_won": 50_001}, {"tender": Tender(due_won=50_001)}, Reason.REQUEST_NEEDED),
        ({}, {"tender": Tender(due_won=12_000, sale_vouchers_won=38_001)}, Reason.REQUEST_NEEDED),
        ({"amount_won": 500_001}, {"tender": Tender(due_won=500_001)}, Reason.OVER_SALE_LIMIT),
        ({}, {"exposure": Exposure(contact_age_s=DAY + 1)}, Reason.REQUEST_NEEDED),
        ({}, {"reading": reading(Quality.FLOOR, latest_s=None)}, Reason.REQUEST_NEEDED),
        ({}, {"program": replace(GENERAL, limits=replace(LIMITS, unbound_max_won=11_999))}, Reason.REQUEST_NEEDED),
    ],
)
def test_what_a_person_can_settle_is_referred(
    payment: dict[str, Any], situation: dict[str, Any], reason: Reason
) -> None:
    decision = decide(a_payment(**payment), replace(SITUATION, **situation))

    assert isinstance(decision, Referred)
    assert decision.finding.reason is reason
    assert decision.checks == tuple(Check)


def test_exactly_at_each_limit_is_still_within_it() -> None:
    payment = a_payment(amount_won=50_000)
    assert reason_of(payment, tender=Tender(due_won=50_000)) is None
    assert reason_of(a_payment(), exposure=Exposure(count=9, value_won=988_000, contact_age_s=DAY)) is None
    assert reason_of(a_payment(), history=History(voucher_won=588_000)) is None


def test_the_first_objection_in_order_is_the_answer() -> None:
    payment = a_payment(merchant="m-butcher", amount_won=12_001, voucher={"expires_s": NOW})
    assert reason_of(payment) is Reason.WRONG_SHOP
    assert reason_of(payment, history=History(same_payment=EARLIER)) is Reason.ALREADY_USED


def test_a_code_that_would_be_declined_anyway_is_no_question() -> None:
    assert reason_of(a_payment(amount_won=11_000, voucher={"expires_s": NOW})) is Reason.EXPIRED


def test_a_part_payment_over_the_limit_is_about_the_limit() -> None:
    payment = a_payment(amount_won=60_000)
    assert reason_of(payment, tender=Tender(due_won=70_000)) is Reason.REQUEST_NEEDED


def test_an_agreed_amount_is_taken() -> None:
    assert reason_of(a_payment(amount_won=11_000), tender=Tender(due_won=12_000, is_amount_agreed=True)) is None
    assert reason_of(a_payment(), tender=Tender(due_won=None, is_amount_agreed=True)) is None


def test_a_bound_payment_reaches_above_the_floor_and_its_time_is_not_judged() -> None:
    payment = a_payment(merchant="m-bakery", nonce=NONCE, amount_won=500_000, issued_s=1)
    assert (
        reason_of(
            payment,
            tender=Tender(due_won=500_000),
            request=OpenRequest(nonce=NONCE, amount_won=500_000),
        )
        is None
    )


def test_a_clock_that_cannot_judge_refuses_only_what_is_certain() -> None:
    guess = reading(Quality.FLOOR, time_s=NOW, earliest_s=NOW - 10 * DAY, latest_s=None)
    small = Tender(due_won=5_000)
    assert reason_of(a_payment(amount_won=5_000, voucher={"expires_s": NOW}), reading=guess, tender=small) is None
    assert reason_of(a_payment(amount_won=5_000, issued_s=NOW - 9 * DAY), reading=guess, tender=small) is None
    assert (
        reason_of(a_payment(amount_won=5_000, voucher={"expires_s": NOW - 10 * DAY}), reading=guess, tender=small)
        is Reason.EXPIRED
    )
    assert (
        reason_of(a_payment(amount_won=5_000, issued_s=NOW - 10 * DAY - 181), reading=guess, tender=small)
        is Reason.CODE_TOO_OLD
    )


def test_the_next_payment_of_a_line_is_accepted_with_and_without_gaps() -> None:
    highest = LinePoint(sequence=1, spent_before_won=0, amount_won=12_000)
    assert reason_of(a_payment(sequence=2, spent_before_won=12_000), history=History(highest=highest)) is None
    assert reason_of(a_payment(sequence=5, spent_before_won=40_000), history=History(highest=highest)) is None
    assert (
        reason_of(a_payment(sequence=2, spent_before_won=12_001), history=History(highest=highest))
        is Reason.OUT_OF_ORDER
    )
