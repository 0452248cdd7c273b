"""Cash receipts: asked for once, answered by message, and the buyer's number is nowhere but in the sealed box."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

import pytest

from pos.ledger import cash_receipts, schema
from pos.ledger import provider as seam
from pos.ledger.provider import Cancelled, CashReceiptOrder, ProviderAnswer, RehearsalProvider, Shop, TaxKind
from pos.ledger.provider_waits import CONFIRM_PAUSE_S, PAUSE_S, Patience
from pos.voucher.bodies import (
    CashReceiptPurpose,
    CashReceiptReason,
    IdentifierKind,
    TaxSplit,
)
from pos.voucher.message_bodies import CashReceiptState
from pos.voucher.sealing import seal
from tests.support.cash_receipt_requests import PHONE, TAX, cancel, request, told
from tests.support.ledger_builders import NOW_S, Desk, ledger_keys, seeded_key


@dataclass
class Provider:
    """A provider that keeps what it was given while it was given it."""

    answer: ProviderAnswer | None = None
    asked: list[tuple[CashReceiptOrder, bytes]] = field(default_factory=list)
    handed: list[bytearray] = field(default_factory=list)
    asked_about: list[tuple[str, str, date]] = field(default_factory=list)
    has_at_office: bool | None = None

    def ask(self, order: CashReceiptOrder, digits: bytearray, *, now_s: int) -> ProviderAnswer:
        if self.answer is None:
            raise OSError(110, "timed out")
        self.asked.append((order, bytes(digits)))
        self.handed.append(digits)
        return self.answer

    def is_confirmed(self, document_key: str, *, approval_number: str, approved_on: date, now_s: int) -> bool:
        self.asked_about.append((document_key, approval_number, approved_on))
        if self.has_at_office is None:
            raise OSError(110, "timed out")
        return self.has_at_office


def ask(desk: Desk, provider: seam.Provider, *, patience: Patience | None = None, now_s: int = NOW_S) -> int:
    keys = ledger_keys()
    return cash_receipts.ask_waiting(
        desk.database,
        provider,
        patience or Patience(),
        shop_of={"m-bakery": Shop(business_number="1234567891")}.get,
        identifier_key=keys.identifier,
        message_key=keys.message,
        now_s=now_s,
    )


KOREA = timezone(timedelta(hours=9))
DAY = datetime.fromtimestamp(NOW_S, KOREA).date()
DAY_S = 86_400
APPROVED = ProviderAnswer(approval_number="G12345678", approved_s=NOW_S)


def test_the_provider_gets_the_number_and_the_till_its_approval(desk: Desk) -> None:
    till, provider = desk.town.till("t-1"), Provider(answer=APPROVED)
    request(till, 1)
    desk.deliver(till)

    assert ask(desk, provider) == 1

    ((order, digits),) = provider.asked
    assert (order.merchant, order.amount_won, order.purpose, digits) == (
        "m-bakery",
        10_000,
        CashReceiptPurpose.DEDUCTION,
        PHONE,
    )
    (answer,) = told(desk)
    assert (answer.cash_receipt_id, answer.state, answer.approval_number) == (
        b"\x01" * 16,
        CashReceiptState.APPROVED,
        "G12345678",
    )
    assert answer.approved_on is not None
    assert ask(desk, provider) == 0


def test_the_number_is_wiped_and_stored_nowhere(desk: Desk) -> None:
    till, provider = desk.town.till("t-1"), Provider(answer=APPROVED)
    request(till, 1)
    desk.deliver(till)
    ask(desk, provider)

    assert provider.handed == [bytearray(len(PHONE))]
    for table in schema.metadata.sorted_tables:
        for row in desk.database.read(lambda connection, table=table: connection.execute(table.select()).all()):
            for value in row:
                stored = value if isinstance(value, bytes) else str(value).encode()
                assert PHONE not in stored, table.name


def test_a_provider_that_cannot_be_reached_is_asked_again(desk: Desk) -> None:
    till, provider = desk.town.till("t-1"), Provider()
    request(till, 1)
    desk.deliver(till)

    assert ask(desk, provider) == 0
    provider.answer = APPROVED
    assert ask(desk, provider, now_s=NOW_S + PAUSE_S) == 1


def test_a_refusal_is_told_and_final(desk: Desk) -> None:
    till = desk.town.till("t-1")
    request(till, 1)
    request(till, 2, sealed=seal(PHONE, recipient=seeded_key("another ledger").public_key))
    desk.deliver(till)

    assert ask(desk, Provider(answer=ProviderAnswer(failure="E301"))) == 2

    assert [(answer.state, answer.failure) for answer in told(desk)] == [
        (CashReceiptState.FAILED, "E301"),
        (CashReceiptState.FAILED, "sealed_for_another_key"),
    ]


def test_one_request_in_two_journals_is_issued_once(desk: Desk) -> None:
    till, sibling, provider = desk.town.till("t-1"), desk.town.till("t-2"), Provider(answer=APPROVED)
    for each in (till, sibling):
        request(each, 1)
        desk.deliver(each)

    assert ask(desk, provider) == 1


def test_a_cancellation_waits_for_the_number_of_what_it_cancels(desk: Desk) -> None:
    till, provider = desk.town.till("t-1"), Provider(answer=APPROVED)
    cancel(till, 2, 1)
    desk.deliver(till)
    assert ask(desk, provider) == 0
    request(till, 1)
    desk.deliver(till)

    assert (ask(desk, provider), ask(desk, provider)) == (1, 1)

    cancels = provider.asked[1][0].cancels
    assert cancels == Cancelled(
        approval_number="G12345678", approved_on=DAY, reason=CashReceiptReason.CANCELLED, is_part=False
    )
    assert provider.asked[1][1] == b""
    assert [answer.state for answer in told(desk)] == [CashReceiptState.APPROVED, CashReceiptState.CANCELLED]


@pytest.mark.parametrize("reason", list(CashReceiptReason))
def test_a_part_is_cancelled_with_number_date_and_reason_of_the_original(desk: Desk, reason: CashReceiptReason) -> None:
    till, provider = desk.town.till("t-1"), Provider(answer=APPROVED)
    request(till, 1)
    cancel(till, 2, 1, amount_won=3_000, reason=reason)
    desk.deliver(till)

    assert (ask(desk, provider), ask(desk, provider)) == (1, 1)

    order, _ = provider.asked[1]
    assert (order.amount_won, order.purpose, order.identifier_kind) == (3_000, None, None)
    assert order.cancels == Cancelled(approval_number="G12345678", approved_on=DAY, reason=reason, is_part=True)


def test_the_order_has_what_providers_ask_for(desk: Desk) -> None:
    till, provider = desk.town.till("t-1"), Provider(answer=APPROVED)
    request(till, 255)
    desk.deliver(till)
    ask(desk, provider)

    ((order, _),) = provider.asked
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,24}", order.document_key)
    assert (order.identifier_kind, order.tax_kind, order.cancels) == (IdentifierKind.PHONE, TaxKind.TAXABLE, None)
    exempt = TaxSplit(taxable_won=0, vat_won=0, exempt_won=10_000, service_won=0)
    both = TaxSplit(taxable_won=4_545, vat_won=455, exempt_won=5_000, service_won=0)
    assert [replace(order, tax=tax).tax_kind for tax in (exempt, both)] == [TaxKind.EXEMPT, TaxKind.MIXED]


def confirm(desk: Desk, provider: seam.Provider, *, now_s: int) -> int:
    key = ledger_keys().message
    return cash_receipts.confirm_waiting(desk.database, provider, Patience(), message_key=key, now_s=now_s)


def test_an_approval_is_final_when_the_tax_office_has_it(desk: Desk) -> None:
    till, provider = desk.town.till("t-1"), Provider(answer=APPROVED, has_at_office=False)
    request(till, 1)
    desk.deliver(till)
    ask(desk, provider)
    assert confirm(desk, provider, now_s=NOW_S) == 0
    assert provider.asked_about == [], "the day's are passed on in the night"
    tomorrow_s = NOW_S + DAY_S
    assert confirm(desk, provider, now_s=tomorrow_s) == 0
    assert provider.asked_about == [("AQEBAQEBAQEBAQEBAQEBAQ", "G12345678", DAY)]
    provider.has_at_office = None
    assert confirm(desk, provider, now_s=tomorrow_s + CONFIRM_PAUSE_S) == 0, "it does not answer"
    provider.has_at_office = True

    later_s = tomorrow_s + 3 * CONFIRM_PAUSE_S
    assert [confirm(desk, provider, now_s=later_s) for _ in range(2)] == [1, 0]

    assert [(answer.state, answer.approval_number) for answer in told(desk)] == [
        (CashReceiptState.APPROVED, "G12345678"),
        (CashReceiptState.CONFIRMED, "G12345678"),
    ]


def test_one_that_the_tax_office_never_gets_holds_up_nobody(desk: Desk) -> None:
    till, provider = desk.town.till("t-1"), Provider(answer=APPROVED, has_at_office=True)
    request(till, 1)
    desk.deliver(till)
    ask(desk, provider)

    assert confirm(desk, provider, now_s=NOW_S + (cash_receipts.CONFIRM_DAYS + 1) * DAY_S) == 0
    assert provider.asked_about == []


def test_in_rehearsal_the_tax_office_has_it_at_nine_the_next_morning() -> None:
    morning_s = int(datetime(2026, 11, 23, 9, tzinfo=KOREA).timestamp())

    assert [
        RehearsalProvider().is_confirmed("x", approval_number="1", approved_on=date(2026, 11, 22), now_s=now_s)
        for now_s in (morning_s - 1, morning_s)
    ] == [False, True]


@pytest.mark.parametrize("provider", ["", "rehearsal"])
def test_the_operator_says_who_the_provider_is(desk: Desk, provider: str) -> None:
    desk.town.folder = replace(desk.town.folder, provider=provider)
    desk = Desk(desk.town, desk.database)
    till = desk.town.till("t-1")
    request(till, 1)
    desk.deliver(till)

    desk.service.ask_for_cash_receipts(now_s=NOW_S)

    assert len(told(desk)) == bool(provider)


def test_in_rehearsal_the_same_request_has_the_same_number() -> None:
    order = CashReceiptOrder(
        merchant="m-bakery", cash_receipt_id=bytes(16), amount_won=1, tax=TAX, traded_s=1, purpose=None
    )

    numbers = {RehearsalProvider().ask(order, bytearray(), now_s=NOW_S).approval_number for _ in range(3)}

    assert len(numbers) == 1
    assert all(number is not None and len(number) == 9 for number in numbers)
