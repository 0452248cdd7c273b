"""The vectors that other implementers get: up to date, and what this implementation says of each."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.voucher import base45, signed
from pos.voucher.cose import SignatureError
from pos.voucher.entry import verify_entry
from pos.voucher.evidence import EvidenceFile, ProvenConflict, verify_evidence
from pos.voucher.messages import verify_acknowledgement, verify_call_token, verify_message, verify_signed_time
from pos.voucher.qr import AlphabetError, NewerVersionError, TooLongError, UnknownPrefixError, decode_text
from pos.voucher.signed import decode_certificate
from pos.voucher.spend_line import LinePoint, extends
from pos.voucher.verified import (
    VerificationFailure,
    VerifiedCertificate,
    verify_certificate,
    verify_confirmation,
    verify_payment,
    verify_receipt,
    verify_request,
    verify_voucher,
)
from tests.support.voucher_builders import Keys, a_key, a_ledger, an_issuer
from tests.vectors import generate

FOLDER = Path(generate.__file__).parent
KEYS = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))
LEDGER = a_ledger()
TERMINAL_KEY = bytes.fromhex(KEYS["keys"]["terminal"]["public_key"])
CALL_NONCE = bytes.fromhex(KEYS["call_nonce"])


def _issuer_of(issuer: str):
    return an_issuer() if issuer == KEYS["issuer"] else None


def _ledger_of(ledger: str):
    return LEDGER if ledger == KEYS["ledger"] else None


def _certificate() -> VerifiedCertificate:
    certificate = verify_certificate(decode_certificate(bytes.fromhex(KEYS["certificate"])), LEDGER)
    assert isinstance(certificate, VerifiedCertificate)
    return certificate


def _payment(raw: bytes) -> object:
    payment = signed.decode_payment(raw)
    return verify_payment(payment, _issuer_of(payment.voucher.claims.issuer))


def _paper_voucher(raw: bytes) -> object:
    voucher = signed.decode_paper_voucher(raw)
    return verify_voucher(voucher, _issuer_of(voucher.claims.issuer))


def _signed_certificate(raw: bytes) -> object:
    certificate = signed.decode_certificate(raw)
    return verify_certificate(certificate, _ledger_of(certificate.claims.ledger))


def _request(raw: bytes) -> object:
    request = signed.decode_request(raw)
    return verify_request(request, _ledger_of(request.certificate.claims.ledger))


def _confirmation(raw: bytes) -> object:
    confirmation = signed.decode_confirmation(raw)
    return verify_confirmation(confirmation, _ledger_of(confirmation.claims.ledger))


READERS: dict[str, Callable[[bytes], object]] = {
    "payment": _payment,
    "paper_voucher": _paper_voucher,
    "certificate": _signed_certificate,
    "request": _request,
    "confirmation": _confirmation,
    "receipt": lambda raw: verify_receipt(signed.decode_receipt(raw), _certificate()),
    "entry": lambda raw: verify_entry(raw, TERMINAL_KEY),
    "call_token": lambda raw: verify_call_token(raw, TERMINAL_KEY),
    "signed_time": lambda raw: verify_signed_time(raw, LEDGER, nonce=CALL_NONCE),
    "acknowledgement": lambda raw: verify_acknowledgement(raw, LEDGER, nonce=CALL_NONCE),
    "message": lambda raw: verify_message(raw, LEDGER, terminal=KEYS["terminal"]),
}


def _answer(read: Callable[[bytes], object], raw: bytes) -> str:
    try:
        result = read(raw)
    except SignatureError:
        return "signature"
    except MalformedError:
        return "malformed"
    return str(result.step) if isinstance(result, VerificationFailure) else "verified"


def _cases(name: str) -> list[dict[str, str]]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]


def test_the_files_are_what_the_script_writes():
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}

    assert written == generate.files(), "run: python -m tests.vectors.generate"


@pytest.mark.parametrize("name", READERS)
def test_every_object_is_answered_as_its_vector_says(name: str):
    wrong = [
        f"{case['name']}: {answer} instead of {case['expect']}"
        for case in _cases(name)
        if (answer := _answer(READERS[name], bytes.fromhex(case["bytes"]))) != case["expect"]
    ]

    assert wrong == []


@pytest.mark.parametrize("name", READERS)
def test_no_two_cases_of_an_object_are_the_same(name: str):
    cases = _cases(name)

    assert len({case["name"] for case in cases}) == len(cases)
    twice = [case["name"] for case in cases if sum(case["bytes"] == other["bytes"] for other in cases) > 1]
    assert twice == []


def test_cbor_reads_the_one_encoding_and_refuses_every_other():
    for case in _cases("cbor"):
        raw = bytes.fromhex(case["bytes"])
        if case["expect"] == "read":
            assert cbor.encode(cbor.decode(raw)) == raw, case
        else:
            with pytest.raises(MalformedError):
                cbor.decode(raw)


def test_base45_reads_what_an_encoder_wrote_and_nothing_else():
    for case in _cases("base45"):
        if case["expect"] == "read":
            raw = bytes.fromhex(case["bytes"])
            assert base45.decode(case["text"]) == raw, case
            assert base45.encode(raw) == case["text"], case
        else:
            with pytest.raises(base45.AlphabetError):
                base45.decode(case["text"])


def test_texts_are_read_or_refused_for_the_stated_reason():
    errors = {
        "too_long": TooLongError,
        "alphabet": AlphabetError,
        "needs_update": NewerVersionError,
        "not_ours": UnknownPrefixError,
    }
    for case in _cases("qr_text"):
        if case["expect"] == "read":
            read = decode_text(case["text"])
            assert (f"{read.kind}1:", read.data.hex()) == (case["prefix"], case["bytes"])
        elif case["expect"] == "malformed_object":
            with pytest.raises(MalformedError):
                signed.decode_payment(decode_text(case["text"]).data)
        else:
            with pytest.raises(errors[case["expect"]]):
                decode_text(case["text"])


def _point(given: list[int] | None) -> LinePoint | None:
    return None if given is None else LinePoint(sequence=given[0], spent_before_won=given[1], amount_won=given[2])


def test_the_spend_line_is_extended_or_refused_as_its_vectors_say():
    for case in _cases("spend_line"):
        payment = _point(case["payment"])
        assert payment is not None

        answer = extends(_point(case["highest"]), payment, case["value"])

        assert answer is (case["expect"] == "extends"), case


def test_the_evidence_in_the_keys_file_proves_a_conflict():
    evidence = EvidenceFile.from_bytes(bytes.fromhex(KEYS["evidence_of_a_conflict"]))

    assert isinstance(verify_evidence(evidence, Keys()), ProvenConflict)


def test_the_keys_in_the_keys_file_are_the_ones_that_signed():
    for name, key in KEYS["keys"].items():
        assert a_key(name).seed.hex() == key["seed"]
        assert a_key(name).public_key.hex() == key["public_key"]
        assert a_key(name).kid.hex() == key["kid"]
