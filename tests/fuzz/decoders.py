"""Everything that reads bytes or text from outside, for the fuzzer and for the property tests.

Each decoder returns, raises MalformedError, or has a fault; where reading and writing are inverse, that is checked too.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pos import cbor
from pos.voucher import base45, signed
from pos.voucher.bodies import UnknownBody, boot_of, parse_body
from pos.voucher.cose import parse_sign1
from pos.voucher.enrolment import EnrolmentCode, verify_enrolment
from pos.voucher.entry import parse_entry
from pos.voucher.evidence import EvidenceFile
from pos.voucher.foreign import recognise
from pos.voucher.messages import (
    parse_acknowledgement,
    parse_authorization,
    parse_call_token,
    parse_message,
    parse_signed_time,
)
from pos.voucher.qr import decode_text
from pos.voucher.trust_parts import TrustPart
from pos.wifi.code import WifiCode, parse_wifi_code
from pos.wifi.keyfile import keyfile


def _cbor(data: bytes) -> None:
    assert cbor.encode(cbor.decode(data, depth_max=16)) == data, "a second encoding of one value was read"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _base45(data: bytes) -> None:
    text = _text(data)
    assert base45.encode(base45.decode(text)) == text, "a second text of the same bytes was read"


def _qr_text(data: bytes) -> None:
    decode_text(_text(data))


def _foreign(data: bytes) -> None:
    assert len(recognise(_text(data)).excerpt) <= 24


def _wifi(data: bytes) -> None:
    code = parse_wifi_code("WIFI:" + _text(data))
    if isinstance(code, WifiCode):
        plain = replace(code, ssid=b"x", password="12345678" if code.password else "")
        assert keyfile(code).encode().count(b"\n") == keyfile(plain).encode().count(b"\n"), "a line of its own"


def _authorization(data: bytes) -> None:
    parse_authorization(_text(data))


def _entry(data: bytes) -> None:
    entry = parse_entry(data)
    body = parse_body(entry.kind, entry.body)
    boot_of(entry.body)
    if not isinstance(body, UnknownBody):
        assert type(body).from_body(body.to_body()) == body


def _evidence(data: bytes) -> None:
    assert EvidenceFile.from_bytes(data).to_bytes() == data


def _enrolment_code(data: bytes) -> None:
    assert EnrolmentCode.from_bytes(data).to_bytes() == data


def _trust_part(data: bytes) -> None:
    assert TrustPart.from_bytes(data).to_bytes() == data


def _payment(data: bytes) -> None:
    payment = signed.decode_payment(data)
    assert payment.claims.to_payload() == payment.sign1.payload
    assert payment.voucher.claims.to_payload() == payment.voucher.sign1.payload


DECODERS: Final[dict[str, Callable[[bytes], object]]] = {
    "cbor": _cbor,
    "base45": _base45,
    "qr_text": _qr_text,
    "foreign": _foreign,
    "wifi": _wifi,
    "authorization": _authorization,
    "sign1": parse_sign1,
    "payment": _payment,
    "voucher": signed.decode_voucher,
    "paper_voucher": signed.decode_paper_voucher,
    "certificate": signed.decode_certificate,
    "request": signed.decode_request,
    "confirmation": signed.decode_confirmation,
    "receipt": signed.decode_receipt,
    "entry": _entry,
    "call_token": parse_call_token,
    "signed_time": parse_signed_time,
    "acknowledgement": parse_acknowledgement,
    "message": parse_message,
    "evidence": _evidence,
    "enrolment_code": _enrolment_code,
    "enrolment": verify_enrolment,
    "trust_part": _trust_part,
}
