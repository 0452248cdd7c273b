"""What customers take home on request: proof that they were refused, and receipts that need no paper."""

from collections.abc import Callable

import pytest

from pos.journal.records import PrintState
from pos.link.calls import (
    AddPerson,
    Done,
    GiveReceipt,
    LogIn,
    NextPrintJob,
    PayOther,
    PrintDeclineSlip,
    ReadReport,
    ReceiptPage,
    Refused,
    ReprintReceipt,
    ShowReceipt,
)
from pos.link.state import Outcome, QuestionKind
from pos.till.reasons import Refusal
from pos.voucher.bodies import DocumentAsked, PaymentDeclined, PrintOutcome, ReceiptElectronic, ReceiptPrinted
from pos.voucher.entry import entry_hash
from pos.voucher.qr import QrKind, decode_text
from pos.voucher.signed import decode_certificate, decode_payment, decode_receipt
from pos.voucher.terminal_claims import ReceiptKind
from pos.voucher.verified import VerificationFailure, verify_certificate, verify_receipt
from tests.support.core_builders import Shop


def declined(shop: Shop) -> int:
    """A customer whose code says another shop was refused; the entry."""
    shop.type_amount(12_000)
    shop.see(shop.code(12_000, merchant="m-butcher"))
    assert shop.verdict.outcome is Outcome.DECLINED
    return shop.verdict.entry_sequence


def slip(shop: Shop, entry: int) -> ReceiptPage:
    page = shop.screen(ShowReceipt(receipt_number=f"D{entry}"))
    assert isinstance(page, ReceiptPage), page
    return page


def code_of(page: ReceiptPage) -> str:
    return next(row.text for row in page.rows if row.kind == "qr")


def asked(shop: Shop) -> list[tuple[str, int]]:
    return [(body.receipt_number, body.copy_number) for body in shop.bodies if isinstance(body, DocumentAsked)]


def sell(shop: Shop) -> str:
    shop.type_amount(4_000)
    shop.see(shop.code(4_000))
    return shop.verdict.receipt_number


def ends_of(shop: Shop, number: str) -> list[PrintOutcome]:
    return [body.outcome for body in shop.bodies if isinstance(body, ReceiptPrinted) and body.receipt_number == number]


def agreed(shop: Shop) -> list[str]:
    return [body.receipt_number for body in shop.bodies if isinstance(body, ReceiptElectronic)]


# Slips


def test_nobody_prints_a_slip_by_itself(shop: Shop) -> None:
    declined(shop)

    assert shop.devices(NextPrintJob()).job == 0
    assert asked(shop) == []


def test_a_slip_says_why_in_the_customers_words_and_that_nothing_was_paid(shop: Shop) -> None:
    entry = declined(shop)

    assert shop.screen(PrintDeclineSlip(entry=entry)) == Done()
    job = shop.devices(NextPrintJob())
    paper = " ".join(row.text for row in job.rows)
    assert job.receipt_number == f"D{entry}"
    assert "결제 거절 확인서" in paper
    assert "다른 가게 코드입니다. 우리 가게로 다시 열어 주세요." in paper
    assert "결제되지 않았습니다" in paper


def test_the_code_of_a_slip_proves_the_refusal_to_anybody(shop: Shop) -> None:
    entry = declined(shop)
    found = decode_text(code_of(slip(shop, entry)))
    assert found.kind is QrKind.RECEIPT
    signed = decode_receipt(found.data)
    trust = shop.core.screen.refunds.trust
    raw = trust.certificate_of(shop.core.screen.views.terminal)
    assert raw is not None
    certificate = verify_certificate(decode_certificate(raw), trust.ledger)
    assert not isinstance(certificate, VerificationFailure)
    assert not isinstance(verify_receipt(signed, certificate), VerificationFailure)

    body = shop.bodies[entry - 1]
    assert isinstance(body, PaymentDeclined)
    assert body.object_bytes is not None
    claims = signed.claims
    assert claims.kind is ReceiptKind.DECLINED
    assert claims.amount_won == decode_payment(body.object_bytes).claims.amount_won == 12_000
    stored = shop.core.journal.entry(entry)
    assert stored is not None
    assert (claims.entry, claims.payment) == (stored.hash, entry_hash(body.object_bytes))


def test_a_second_slip_is_a_marked_copy_with_the_same_code(shop: Shop) -> None:
    entry = declined(shop)
    shop.screen(PrintDeclineSlip(entry=entry))
    shop.screen(PrintDeclineSlip(entry=entry))

    assert asked(shop) == [(f"D{entry}", 1), (f"D{entry}", 2)]
    first, second = (shop.core.screen.paper._receipts.rows(f"D{entry}", copy_number=number) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert "재발행" not in str(first)
    assert "재발행 1" in str(second)
    assert [row.text for row in first if row.kind == "qr"] == [row.text for row in second if row.kind == "qr"]


def test_what_is_not_an_authentic_refusal_has_no_slip(shop: Shop) -> None:
    number = sell(shop)
    approved = shop.verdict.entry_sequence
    shop.type_amount(5_000)
    shop.see("WIFI:S:moonlight;T:WPA;")
    foreign = shop.verdict.entry_sequence
    shop.type_amount(900_000)
    shop.see(shop.code(900_000, shop.hand(value_won=1_000_000)))
    referred = shop.verdict
    assert referred.outcome is Outcome.REFERRED

    for entry in (approved, foreign, referred.entry_sequence, 1, 999_999):
        assert shop.screen(PrintDeclineSlip(entry=entry)) == Refused(cause=Refusal.NOT_FOUND)
    assert asked(shop) == []
    assert number


def test_a_slip_reads_the_same_after_a_power_cut(shop: Shop) -> None:
    entry = declined(shop)
    before = slip(shop, entry)
    shop.restart()

    assert slip(shop, entry) == before


def test_a_slip_cannot_be_taken_for_a_receipt_when_it_comes_back(shop: Shop) -> None:
    text = code_of(slip(shop, declined(shop)))
    shop.restart()

    seen = shop.see(text).receipt_seen
    assert seen is not None
    assert seen.cause == Refusal.NOT_A_RECEIPT


# Receipts without paper


def test_whoever_agrees_has_no_paper_and_the_agreement_is_an_entry(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"ask"')
    number = sell(shop)
    assert shop.till.question is not None
    assert shop.till.question.kind is QuestionKind.PRINT_RECEIPT

    assert shop.screen(GiveReceipt(receipt_number=number, is_electronic=True)) == Done()

    assert agreed(shop) == [number]
    assert ends_of(shop, number) == [PrintOutcome.SKIPPED]
    assert shop.till.question is None
    assert shop.devices(NextPrintJob()).job == 0


def test_whoever_does_not_agree_has_paper(open_with: Callable[..., Shop]) -> None:
    shop = open_with(printing='"ask"')
    number = sell(shop)

    assert shop.screen(GiveReceipt(receipt_number=number, is_electronic=False)) == Done()

    assert agreed(shop) == []
    assert shop.till.question is None
    assert shop.devices(NextPrintJob()).receipt_number == number


def test_paper_that_is_on_its_way_does_not_come_twice(shop: Shop) -> None:
    number = sell(shop)
    shop.screen(GiveReceipt(receipt_number=number, is_electronic=False))

    jobs = shop.core.journal.paper.jobs_of(number)
    assert [(job.copy_number, job.state) for job in jobs] == [(1, PrintState.QUEUED)]


def test_an_electronic_receipt_can_be_had_on_paper_later(shop: Shop) -> None:
    number = sell(shop)
    shop.screen(GiveReceipt(receipt_number=number, is_electronic=True))
    shop.restart()
    assert shop.devices(NextPrintJob()).job == 0

    assert shop.screen(ReprintReceipt(receipt_number=number)) == Done()
    assert shop.devices(NextPrintJob()).receipt_number == number


def test_there_is_no_electronic_receipt_of_a_sale_that_is_not_there(shop: Shop) -> None:
    assert shop.screen(GiveReceipt(receipt_number="000099", is_electronic=True)) == Refused(cause=Refusal.NOT_FOUND)
    assert agreed(shop) == []


# Who may look


@pytest.mark.parametrize("name", ["P20260101-20261231", "E1", "x", "z", "X3", "Z1"])
def test_a_report_is_no_receipt_that_everybody_may_read(shop: Shop, name: str) -> None:
    shop.type_amount(4_000)
    shop.screen(PayOther(kind="cash", amount_won=4_000))
    for person, role, pin in (("박주인", "owner", "271828"), ("김점원", "clerk", "031415")):
        assert shop.control(AddPerson(name=person, role=role, pin=pin)) == Done()
    assert shop.screen(LogIn(person=2, pin="031415")) == Done()

    by_report = shop.screen(ReadReport(name=name))
    if by_report == Refused(cause=Refusal.NOT_ALLOWED):
        for call in (ShowReceipt(receipt_number=name), ReprintReceipt(receipt_number=name)):
            assert shop.screen(call) == by_report
