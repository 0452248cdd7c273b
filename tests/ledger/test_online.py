"""Money that partners take for shops: for a terminal's own request, for orders, from elsewhere; and back again."""

import json

import httpx
import pytest

from pos.ledger import books, inbox
from pos.ledger.app import LedgerApp
from pos.ledger.audit import audit_database
from pos.ledger.books import Account, AccountKind
from pos.ledger.office_secrets import PARTNERS_FILE, make_secret
from pos.ledger.partner_calls import PartnerCall, PartnerOrder, PartnerPaid, PartnerPayment, PartnerTold, read_asked
from pos.ledger.problem import ProblemError
from pos.voucher.bodies import (
    PaymentApproved,
    RemoteAccepted,
    RemoteAnswered,
    RemoteAnswerKind,
    RequestClosed,
    RequestEnd,
    TaxSplit,
)
from pos.voucher.entry import Entry
from pos.voucher.message_bodies import OrderTold, RemotePaymentTold, read_message
from pos.voucher.messages import parse_message
from pos.voucher.qr import QrKind, decode_text, encode_text
from pos.voucher.signed import decode_confirmation, sign_request
from pos.voucher.terminal_claims import PaymentRequest
from tests.support.ledger_builders import (
    ISSUER,
    LEDGER,
    NOW_S,
    Desk,
    Purse,
    Till,
    ledger_keys,
    seeded_key,
    statuses,
)

NONCE = bytes(range(16))
NO_TAX = TaxSplit(taxable_won=0, vat_won=0, exempt_won=0, service_won=0)


def a_request(till: Till, *, amount_won: int = 80_000, nonce: bytes = NONCE, key_name: str | None = None) -> str:
    claims = PaymentRequest(
        terminal=till.terminal,
        merchant=till.merchant,
        issued_s=NOW_S,
        nonce=nonce,
        amount_won=amount_won,
        certificate=till.certificate,
    )
    key = till.key if key_name is None else seeded_key(key_name)
    return encode_text(QrKind.REQUEST, sign_request(claims, key=key).raw)


def hand_in(desk: Desk, **said: object) -> PartnerPaid:
    body = json.dumps({"id": "p-1", "issuer": ISSUER, "program": "general"} | said).encode()
    asked = read_asked(body, PartnerPayment)
    return desk.service.take_online(PartnerCall.of("pay-app", body), asked, now_s=NOW_S)


def order(desk: Desk, **said: object) -> PartnerTold:
    items = [{"name": "소금빵", "quantity": 2, "amount_won": 7_000}]
    body = json.dumps(
        {"id": "o-1", "merchant": "m-bakery", "channel": "배달모아", "total_won": 7_000, "items": items} | said
    ).encode()
    return desk.service.tell_order(PartnerCall.of("pay-app", body), read_asked(body, PartnerOrder), now_s=NOW_S)


def refusal(desk: Desk, **said: object) -> int:
    with pytest.raises(ProblemError) as caught:
        hand_in(desk, **said)
    return caught.value.problem.status


def state(desk: Desk, reference: str = "p-1") -> str:
    return desk.service.online_payment("pay-app", reference).state


def balances(desk: Desk) -> tuple[int, int, int]:
    """Partner, clearing, shop."""
    wanted = (AccountKind.PARTNER, "pay-app"), (AccountKind.CLEARING, LEDGER), (AccountKind.PAYABLE, "m-bakery")

    def read(kind: AccountKind, owner: str) -> int:
        return desk.database.read(lambda connection: books.balance(connection, Account(kind=kind, owner=owner)))

    partner, clearing, shop = (read(kind, owner) for kind, owner in wanted)
    return partner, clearing, shop


def problems(desk: Desk) -> list[str]:
    keys = desk.town.public_keys()
    return audit_database(desk.database, keys, ledger=LEDGER, log_key=ledger_keys().log.public_key).problems


def told(desk: Desk, terminal: str = "t-1") -> list[object]:
    raws = desk.database.read(lambda connection: inbox.messages_after(connection, terminal, 0))
    return [read_message(parse_message(raw).claims) for raw in raws]


def answer(till: Till, paid: PartnerPaid, *, nonce: bytes = NONCE) -> Entry:
    """The till approves what the ledger confirmed."""
    assert paid.confirmation is not None
    return till.record(
        PaymentApproved(
            object_bytes=decode_text(paid.confirmation).data,
            receipt_number="0001",
            sale_id=bytes(16),
            amount_won=paid.amount_won,
            business_date="2026-09-21",
            checks=(1,),
            nonce=nonce,
        )
    )


def accept(till: Till, subject: bytes, payment_id: bytes, amount_won: int) -> Entry:
    return till.record(
        RemoteAccepted(
            subject=subject,
            payment_id=payment_id,
            sale_id=bytes(16),
            receipt_number="0001",
            amount_won=amount_won,
            business_date="2026-09-21",
            issuer=ISSUER,
            program="general",
            total_won=amount_won,
            tax=NO_TAX,
        )
    )


def refuse(till: Till, subject: bytes) -> Entry:
    return till.record(
        RemoteAnswered(subject=subject, answer=RemoteAnswerKind.REFUSED, business_date="2026-09-21", reason="sold_out")
    )


def test_a_request_is_paid_online_and_settles_once_by_the_terminals_entry(desk: Desk) -> None:
    till = desk.town.till("t-1")

    paid = hand_in(desk, request=a_request(till))

    assert (paid.state, paid.amount_won, paid.terminal) == ("waiting", 80_000, "t-1")
    (message,) = told(desk)
    assert isinstance(message, RemotePaymentTold)
    assert message.confirmation is not None
    claims = decode_confirmation(message.confirmation).claims
    assert (claims.nonce, claims.merchant, claims.amount_won) == (NONCE, "m-bakery", 80_000)
    assert balances(desk) == (80_000, -80_000, 0)
    assert problems(desk) == []

    answer(till, paid)
    assert statuses(desk.deliver(till).outcomes) == ["settled"]
    answer(till, paid)
    assert statuses(desk.deliver(till).outcomes) == ["settled", "duplicate"]

    assert state(desk) == "settled"
    assert balances(desk) == (80_000, 0, -80_000)
    assert problems(desk) == []


def test_a_call_is_repeatable_and_its_number_is_used_once(desk: Desk) -> None:
    request = a_request(desk.town.till("t-1"))
    first = hand_in(desk, request=request)

    assert hand_in(desk, request=request) == first
    assert len(told(desk)) == 1
    assert refusal(desk, request=request, payer="김○○") == 409, "another payment under the same number"
    assert refusal(desk, id="p-2", request=request) == 409, "somebody has paid it"
    assert balances(desk) == (80_000, -80_000, 0)


def test_what_comes_after_the_request_was_closed_goes_back(desk: Desk) -> None:
    till = desk.town.till("t-1")
    paid = hand_in(desk, request=a_request(till))
    till.record(RequestClosed(nonce=NONCE, reason=RequestEnd.CANCELLED))

    desk.deliver(till)

    assert state(desk) == "returned"
    assert balances(desk) == (0, 0, 0)
    answer(till, paid)
    (outcome,) = desk.deliver(till).outcomes
    assert (outcome.status, outcome.detail) == ("refused", "returned")
    assert balances(desk) == (0, 0, 0)
    assert refusal(desk, id="p-2", request=a_request(till)) == 409, "the ledger knows that it is closed"
    assert problems(desk) == []


def test_whoever_answers_first_has_it_and_the_other_gets_his_money_back(desk: Desk) -> None:
    till, purse = desk.town.till("t-1"), Purse("p", value_won=90_000)
    hand_in(desk, request=a_request(till))
    till.record(
        PaymentApproved(
            object_bytes=purse.pay(80_000, merchant="m-bakery", nonce=NONCE),
            receipt_number="0001",
            sale_id=bytes(16),
            amount_won=80_000,
            business_date="2026-09-21",
            checks=(1,),
            nonce=NONCE,
        )
    )

    assert statuses(desk.deliver(till).outcomes) == ["settled"]

    assert state(desk) == "returned"
    assert balances(desk) == (0, 0, -80_000)
    assert problems(desk) == []


def test_a_request_that_is_not_this_terminals_is_refused(desk: Desk) -> None:
    till = desk.town.till("t-1")

    assert refusal(desk, request=a_request(till, key_name="stranger")) == 400
    assert refusal(desk, request="CKR1:000") == 400
    assert refusal(desk, request=a_request(till), amount_won=1) == 400
    assert refusal(desk, request=a_request(till), merchant="m-bakery") == 400
    assert refusal(desk, request=a_request(till), issuer="99999") == 400
    assert refusal(desk, merchant="m-nobody", amount_won=1) == 404
    assert balances(desk) == (0, 0, 0)


def test_a_payment_from_elsewhere_is_the_shops_when_it_accepts(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.write("drawer.opened", {})
    desk.deliver(till)
    first = hand_in(desk, merchant="m-bakery", amount_won=30_000, payer="김○○", purpose="수강료")
    second = hand_in(desk, id="p-2", merchant="m-bakery", amount_won=20_000)
    accept(till, bytes.fromhex(first.payment), bytes.fromhex(first.payment), 30_000)
    refuse(till, bytes.fromhex(second.payment))
    accept(till, bytes.fromhex(second.payment), bytes.fromhex(second.payment), 20_000)

    desk.deliver(till)

    assert (state(desk), state(desk, "p-2")) == ("settled", "returned")
    assert balances(desk) == (30_000, 0, -30_000)
    assert problems(desk) == []


def test_an_order_that_is_paid_and_refused_gives_the_money_back(desk: Desk) -> None:
    till = desk.town.till("t-1")
    till.write("drawer.opened", {})
    desk.deliver(till)
    hand_in(desk, merchant="m-bakery", amount_won=7_000)
    made = order(desk, payment="p-1")

    assert order(desk, payment="p-1") == made
    (_, message) = told(desk)
    assert isinstance(message, OrderTold)
    assert (message.order_id.hex(), message.total_won, message.issuer) == (made.order, 7_000, ISSUER)
    refuse(till, bytes.fromhex(made.order))
    desk.deliver(till)

    assert state(desk) == "returned"
    assert balances(desk) == (0, 0, 0)
    assert problems(desk) == []


def test_the_auditor_finds_money_that_a_partner_did_not_hand_in(desk: Desk) -> None:
    till = desk.town.till("t-1")
    answer(till, hand_in(desk, request=a_request(till)))
    desk.deliver(till)

    change = "UPDATE online_payments SET amount_won = 90000, state = 'waiting'"
    desk.database.write(lambda connection: connection.exec_driver_sql(change))

    found = "\n".join(problems(desk))
    assert "says something else" in found
    assert "waiting by an entry" in found
    assert "taken pay-app/p-1" in found


async def test_partners_call_with_their_secret_and_see_only_their_own(desk: Desk) -> None:
    till, data = desk.town.till("t-1"), desk.town.data
    secrets = {name: make_secret(data, name, file=PARTNERS_FILE) for name in ("pay-app", "mall")}
    app = LedgerApp(desk.service, repository_dir=desk.town.folder.trust_dir, data=data)
    transport = httpx.ASGITransport(app=app.asgi, raise_app_exceptions=False)
    body = {"id": "p-1", "issuer": ISSUER, "program": "general", "merchant": "m-bakery", "amount_won": 1_000}
    till.write("drawer.opened", {})
    desk.deliver(till)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger/v1/partners") as client:
        mine, other = ("pay-app", secrets["pay-app"]), ("mall", secrets["mall"])
        assert (await client.post("/payments", json=body)).status_code == 401
        assert (await client.post("/payments", json=body, auth=("pay-app", secrets["mall"]))).status_code == 401
        assert (await client.post("/payments", json={**body, "amount": 1}, auth=mine)).status_code == 400
        taken = await client.post("/payments", json=body, auth=mine)
        assert taken.status_code == 200
        assert (await client.get("/payments/p-1", auth=mine)).json() == taken.json()
        assert (await client.get("/payments/p-1", auth=other)).status_code == 404
        told = await client.post(
            "/orders",
            json={
                "id": "o-1",
                "merchant": "m-bakery",
                "channel": "mall",
                "total_won": 1_000,
                "items": [{"name": "빵", "quantity": 1, "amount_won": 1_000}],
            },
            auth=other,
        )
        assert told.json()["terminal"] == "t-1"
