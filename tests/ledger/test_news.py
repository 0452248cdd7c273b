"""What other tills hear: a sibling's payments, and money that was spent a second time."""

from pos.ledger import inbox
from pos.voucher.body_fields import MessageBody
from pos.voucher.evidence import EvidenceFile, ProvenConflict, verify_evidence
from pos.voucher.message_bodies import FraudTold, UnknownMessage, VoucherSpentTold, read_message
from pos.voucher.messages import parse_message
from tests.support.ledger_builders import ISSUER, NOW_S, Desk, Purse, a_note


def told(desk: Desk, terminal: str) -> list[MessageBody | UnknownMessage]:
    raws = desk.database.read(lambda connection: inbox.messages_after(connection, terminal, 0))
    return [read_message(parse_message(raw).claims) for raw in raws]


def test_a_till_hears_what_its_siblings_took_and_nobody_else_does(desk: Desk) -> None:
    tills = [desk.town.till("t-1"), desk.town.till("t-2"), desk.town.till("t-3", merchant="m-butcher")]
    for till in tills:
        till.write("drawer.opened", {})
        desk.deliver(till)
    purse = Purse("p")
    for amount_won in (3_000, 2_000):
        tills[0].approve(purse.pay(amount_won), amount_won)
    tills[0].approve(a_note("A-1"), 10_000)
    desk.deliver(tills[0])

    desk.service.tell_news(now_s=NOW_S)
    desk.service.tell_news(now_s=NOW_S)

    (heard,) = told(desk, "t-2")
    assert isinstance(heard, VoucherSpentTold)
    assert [(spend.terminal, spend.point.sequence, spend.point.amount_won) for spend in heard.spends] == [
        ("t-1", 1, 3_000),
        ("t-1", 2, 2_000),
    ]
    assert {(spend.voucher.issuer, spend.voucher.voucher_id) for spend in heard.spends} == {(ISSUER, purse.voucher_id)}
    assert told(desk, "t-1") == told(desk, "t-3") == []


def test_whose_payment_stood_hears_of_the_second_one_with_evidence(desk: Desk) -> None:
    first, second, purse = desk.town.till("t-1"), desk.town.till("t-2", merchant="m-butcher"), Purse("p")
    entry = first.approve(purse.copied().pay(9_000), 9_000)
    second.approve(purse.copied().pay(8_000), 8_000)
    desk.deliver(first)
    desk.deliver(second)

    desk.service.tell_news(now_s=NOW_S)

    (heard,) = told(desk, "t-1")
    assert isinstance(heard, FraudTold)
    assert (heard.entry, heard.amount_won, heard.voucher_id) == (entry.hash, 8_000, purse.voucher_id)
    assert heard.evidence is not None
    found = verify_evidence(EvidenceFile.from_bytes(heard.evidence), desk.town.public_keys())
    assert isinstance(found, ProvenConflict)
    assert told(desk, "t-2") == []
