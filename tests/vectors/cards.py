"""Vectors of the conversation with a card: what a terminal sends, byte for byte, and what follows from the answers."""

from pos.voucher.card import APPLICATION, CardStatus
from pos.voucher.qr import QrKind, encode_text
from tests.support.voucher_builders import MERCHANT, a_payment, a_request, some_bytes

JsonCase = dict[str, object]
Exchange = list[tuple[bytes, bytes]]

_SELECT = bytes.fromhex("00a4040006") + APPLICATION + b"\x00"


def card_cases() -> list[JsonCase]:
    request = a_request().raw
    payment = a_payment(merchant=MERCHANT, nonce=some_bytes("nonce")).raw
    assert len(request) > 255
    assert len(payment) > 256
    first, last = b"\x90\x10\x00\x00\xff" + request[:255], _last(request[255:])
    asked: Exchange = [(_SELECT, b"\x01\x90\x00"), (first, b"\x90\x00")]
    rest = payment[256:]
    parts: Exchange = [
        (last, payment[:256] + bytes((0x61, len(rest)))),
        (bytes((0x00, 0xC0, 0x00, 0x00, len(rest))), rest + b"\x90\x00"),
    ]
    third = payment[:100], payment[100:200], payment[200:]
    small: Exchange = [
        (last, third[0] + b"\x61\x00"),
        (bytes.fromhex("00c0000000"), third[1] + bytes((0x61, len(third[2])))),
        (bytes((0x00, 0xC0, 0x00, 0x00, len(third[2]))), third[2] + b"\x90\x00"),
    ]
    text = encode_text(QrKind.PAYMENT, payment)
    return [
        _case("a payment in two parts", request, [*asked, *parts], text),
        _case("a payment in three parts", request, [*asked, *small], text),
        _case("no such application", request, [(_SELECT, b"\x6a\x82")], None),
        _case("another version of the application", request, [(_SELECT, b"\x02\x90\x00")], None),
        *(
            _case(f"refused: {status.name.lower()}", request, [*asked, (last, status.to_bytes(2, "big"))], None)
            for status in CardStatus
            if status not in (CardStatus.DONE, CardStatus.NO_APPLICATION)
        ),
        _case("refused before the request is whole", request, [asked[0], (first, b"\x6a\x80")], None),
        _case("an empty answer", request, [*asked, (last, b"\x90\x00")], None),
        _case("more than a payment has", request, [*asked, *_long(last)], None),
    ]


def _long(last: bytes) -> Exchange:
    return [
        (last, bytes(256) + b"\x61\x00"),
        (bytes.fromhex("00c0000000"), bytes(256) + b"\x61\x01"),
        (bytes.fromhex("00c0000001"), bytes(1) + b"\x90\x00"),
    ]


def _last(part: bytes) -> bytes:
    return b"\x80\x10\x00\x00" + bytes((len(part),)) + part + b"\x00"


def _case(name: str, request: bytes, exchange: Exchange, text: str | None) -> JsonCase:
    return {
        "name": name,
        "request": encode_text(QrKind.REQUEST, request),
        "exchange": [[command.hex(), answer.hex()] for command, answer in exchange],
        "payment": text,
    }
