"""The sandbox's card and the terminal: the same wallet, the same judgement, another way in."""

from __future__ import annotations

from pathlib import Path

from drivers.card.apdu import ask, select
from pos.devices.cards import pay
from pos.exits import Exit
from pos.voucher import card as protocol
from pos.voucher.card import CardStatus
from tests.support.cards import a_card
from tests.system.conftest import Till


def a_request(till: Till, amount_won: int) -> str:
    return str(till.pos("request", "--amount", str(amount_won), "--json").one["text"])


def test_a_card_pays_a_request_once_however_often_it_is_asked(till: Till, tmp_path: Path) -> None:
    card = a_card(till.town, tmp_path)
    request = a_request(till, 60_000)

    text = pay(card, request)
    card.reset()

    assert text is not None
    assert pay(card, request) == text, "taken away too soon, it is laid on again"
    paid = till.pay(text, 60_000)
    assert (paid.exit, paid.one["outcome"]) == (Exit.DONE, "approved")
    again = till.pay(text, 60_000)
    assert again.exit == Exit.DECLINED
    assert till.town.wallet.purses()[0].spent_won == 60_000


def test_a_card_says_why_it_does_not_pay(till: Till, tmp_path: Path) -> None:
    card = a_card(till.town, tmp_path, value_won=50_000)
    request = protocol.request_bytes(a_request(till, 60_000))

    def status(data: bytes) -> int:
        return ask(card, protocol.CLASS, protocol.PAY, data).status

    assert status(request) == 0x6D00, "nothing is selected"
    assert select(card, bytes(6)).status == CardStatus.NO_APPLICATION
    assert status(request) == 0x6D00
    assert select(card, protocol.APPLICATION).data == protocol.VERSION
    assert status(request) == CardStatus.NOT_ENOUGH
    assert status(b"nonsense") == CardStatus.NO_REQUEST
    assert status(request[:-1] + bytes((request[-1] ^ 1,))) == CardStatus.NOT_TRUSTED
    assert card.transmit(b"\x00\xa4") == b"\x67\x00"
    assert till.town.wallet.purses()[0].spent_won == 0
