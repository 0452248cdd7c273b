"""Who a cash receipt is for, when one must be issued, and when it is late."""

import pytest

from pos.till.cash_receipt import (
    DAY_S,
    SELF_ISSUED,
    CashReceiptState,
    Identifier,
    Lateness,
    identifier_of,
    is_business_number,
    is_mandatory,
    lateness,
)
from pos.till.reasons import Refusal
from pos.voucher.bodies import CashReceiptPurpose, IdentifierKind

DEDUCTION, EXPENSE = CashReceiptPurpose.DEDUCTION, CashReceiptPurpose.EXPENSE


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        ("01012345678", IdentifierKind.PHONE),
        ("0111234567", IdentifierKind.PHONE),
        ("01912345678", IdentifierKind.PHONE),
        ("2208162517", IdentifierKind.BUSINESS),
        ("154420209999123456", IdentifierKind.CARD),
        ("9999999999999", IdentifierKind.CARD),
        (SELF_ISSUED, IdentifierKind.SELF),
    ],
)
def test_a_number_is_known_by_its_form(digits: str, kind: IdentifierKind) -> None:
    assert identifier_of(digits, purpose=DEDUCTION) == Identifier(kind=kind, digits=digits)


@pytest.mark.parametrize(
    ("digits", "refusal"),
    [
        ("2208162518", Refusal.BUSINESS_NUMBER_WRONG),
        ("9001011234567", Refusal.RESIDENT_NUMBER),
        ("0501013234567", Refusal.RESIDENT_NUMBER),
        ("0101234", Refusal.NOT_AN_IDENTIFIER),
        ("01212345678", Refusal.NOT_AN_IDENTIFIER),
        ("12345678901234567890", Refusal.NOT_AN_IDENTIFIER),
        ("010-1234-5678", Refusal.NOT_AN_IDENTIFIER),
        ("०१०१२३४५६७८", Refusal.NOT_AN_IDENTIFIER),
    ],
)
def test_other_numbers_are_refused_with_their_reason(digits: str, refusal: Refusal) -> None:
    assert identifier_of(digits, purpose=DEDUCTION) is refusal


def test_without_a_number_it_is_issued_to_the_one_that_the_tax_office_keeps() -> None:
    assert identifier_of("", purpose=DEDUCTION) == Identifier(kind=IdentifierKind.SELF, digits="0100001234")
    assert identifier_of("", purpose=EXPENSE) is Refusal.EXPENSE_NEEDS_NUMBER


@pytest.mark.parametrize("digits", ["2208162517", "1248100998", "1208147521", "1234567891"])
def test_the_check_digit_of_a_business_number(digits: str) -> None:
    assert is_business_number(digits)
    assert not any(is_business_number(digits[:9] + str(last)) for last in range(10) if str(last) != digits[9])


def test_a_mandatory_shop_weighs_the_whole_sale_and_issues_its_part() -> None:
    assert is_mandatory(is_mandatory_industry=True, total_won=100_000, shop_part_won=1)
    assert not is_mandatory(is_mandatory_industry=True, total_won=99_999, shop_part_won=99_999)
    assert not is_mandatory(is_mandatory_industry=True, total_won=100_000, shop_part_won=0)
    assert not is_mandatory(is_mandatory_industry=False, total_won=100_000, shop_part_won=100_000)


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, Lateness.NONE), (1, Lateness.DAY), (4, Lateness.DAY), (5, Lateness.ALARM), (10, Lateness.LAST)],
)
def test_lateness_counts_from_the_sale(days: int, level: Lateness) -> None:
    now_s = 1_795_316_400 + days * DAY_S

    assert lateness(CashReceiptState.QUEUED, traded_s=1_795_316_400, now_s=now_s) is level
    assert lateness(CashReceiptState.APPROVED, traded_s=1_795_316_400, now_s=now_s) is Lateness.NONE
