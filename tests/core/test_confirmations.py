"""A phone that paid online: the ledger's word for it, shown to the till that asked."""

from pos.link.calls import CloseRequest, PayOther, ReadReport, ReceiptPage, ReportPage, ShowReceipt
from pos.link.state import Outcome, VerdictView
from pos.till.reasons import Reason
from pos.voucher.aad import Aad
from pos.voucher.bodies import PaymentApproved
from pos.voucher.claims import PaidConfirmation
from pos.voucher.cose import sign1
from pos.voucher.keys import SigningKey
from pos.voucher.qr import QrKind, encode_text
from tests.support.core_builders import Shop

STRANGER = SigningKey.from_seed(b"x" * 32)


def confirmation(
    shop: Shop,
    nonce: bytes,
    amount_won: int,
    *,
    number: int = 1,
    merchant: str = "m-bakery",
    key: SigningKey | None = None,
) -> str:
    """What a phone shows after paying online; signed by the town's ledger unless another key is given."""
    claims = PaidConfirmation(
        ledger="sandbox",
        merchant=merchant,
        issued_s=shop.clock.wall,
        payment_id=number.to_bytes(16, "big"),
        nonce=nonce,
        amount_won=amount_won,
        program="general",
    )
    own = SigningKey.from_seed((shop.town.ledger_dir / "keys" / "confirmation.key").read_bytes())
    return encode_text(QrKind.CONFIRMATION, sign1(claims.to_payload(), key=key or own, aad=Aad.CONFIRMATION))


def declined(shop: Shop) -> tuple[str, str]:
    verdict: VerdictView = shop.verdict
    return verdict.outcome.value, verdict.reason


def test_a_paid_confirmation_ends_the_sale_that_asked_for_it(shop: Shop) -> None:
    shop.type_amount(80_000)
    request = shop.ask_phone()
    text = confirmation(shop, request.nonce, 80_000)

    shop.see(text)

    verdict = shop.verdict
    assert (verdict.outcome, verdict.amount_won, verdict.is_offline, verdict.program_name) == (
        Outcome.APPROVED, 80_000, False, "시루",
    )  # fmt: skip
    assert shop.till.sale is None
    (approved,) = [body for body in shop.bodies if isinstance(body, PaymentApproved)]
    assert (approved.nonce, approved.total_won) == (request.nonce, 80_000)
    assert shop.till.limit.used_percent == 0, "nothing is at risk offline"
    shop.see(text)
    assert shop.verdict == verdict, "still before the camera"
    shop.restart()
    assert shop.core.journal.verify().problems == ()


def test_the_report_names_the_programme_that_was_paid_with_at_the_ledger(shop: Shop) -> None:
    shop.type_amount(80_000)
    shop.see(confirmation(shop, shop.ask_phone().nonce, 80_000))

    page = shop.screen(ReadReport(name="x"))

    assert isinstance(page, ReportPage), page
    (line,) = [line for line in page.lines if "시루" in line]
    assert line.split() == ["시루", "1건", "80,000"]
    assert not any("sandbox" in line for line in page.lines)


def test_the_receipt_of_what_was_paid_at_the_ledger_says_so_and_not_that_it_waits(shop: Shop) -> None:
    shop.type_amount(80_000)
    shop.see(confirmation(shop, shop.ask_phone().nonce, 80_000))

    assert shop.till.last_sale is not None
    page = shop.screen(ShowReceipt(receipt_number=shop.till.last_sale.receipt_number))

    assert isinstance(page, ReceiptPage), page
    assert any(line.split() == ["시루", "(모바일", "상품권)", "80,000"] for line in page.lines), page.lines
    assert not any("오프라인" in line or "general" in line for line in page.lines)


def test_a_confirmation_buys_nothing_twice_and_nothing_else(shop: Shop) -> None:
    shop.type_amount(80_000)
    first = confirmation(shop, shop.ask_phone().nonce, 80_000)
    shop.see(first)

    shop.type_amount(80_000)
    second = shop.ask_phone()
    shop.see(first)
    assert declined(shop) == ("declined", Reason.ALREADY_USED)
    for text, reason in (
        (confirmation(shop, b"n" * 16, 80_000, number=2), Reason.REQUEST_CLOSED),
        (confirmation(shop, second.nonce, 70_000, number=3), Reason.REQUEST_AMOUNT),
        (confirmation(shop, second.nonce, 80_000, number=4, merchant="m-butcher"), Reason.WRONG_SHOP),
        (
            confirmation(shop, second.nonce, 80_000, number=5, key=SigningKey.from_seed(b"x" * 32)),
            Reason.FORGED_PAYMENT,
        ),
    ):
        shop.see(text)
        assert declined(shop) == ("declined", reason)
    sale = shop.till.sale
    assert sale is not None
    assert sale.paid_won == 0


def test_the_first_answer_to_a_request_wins(shop: Shop) -> None:
    shop.type_amount(40_000)
    request = shop.ask_phone()
    shop.see(shop.answer_to(request))
    assert shop.verdict.outcome is Outcome.APPROVED

    shop.see(confirmation(shop, request.nonce, 40_000))

    assert declined(shop) == ("declined", Reason.REQUEST_CLOSED)


def test_a_request_that_was_closed_is_answered_by_nothing(shop: Shop) -> None:
    shop.type_amount(40_000)
    request = shop.ask_phone()
    shop.screen(CloseRequest())

    shop.see(confirmation(shop, request.nonce, 40_000))

    assert declined(shop) == ("declined", Reason.REQUEST_CLOSED)


def test_a_confirmation_may_pay_the_rest_of_a_sale(shop: Shop) -> None:
    shop.type_amount(90_000)
    shop.screen(PayOther(kind="cash", amount_won=10_000))
    shop.see(confirmation(shop, shop.ask_phone().nonce, 80_000))

    sale = shop.core.journal.sales.last_sale()
    assert sale is not None
    assert [tender.form.value for tender in sale.tenders] == ["cash", "confirmation"]
