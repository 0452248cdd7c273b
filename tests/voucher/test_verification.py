"""Verification step by step; beside the vectors, what only code can show."""

import copy
import dataclasses

import pytest

from pos.errors import MalformedError
from pos.voucher import labels, signed
from pos.voucher.aad import Aad
from pos.voucher.cose import parse_sign1, protected_header, signature_structure
from pos.voucher.keys import key_id
from pos.voucher.qr import QrKind, decode_text, encode_text
from pos.voucher.signed import SignedPayment, decode_payment
from pos.voucher.trust import LedgerRole
from pos.voucher.verified import (
    PaymentIdentity,
    VerificationFailure,
    VerificationStep,
    VerifiedCertificate,
    VerifiedConfirmation,
    VerifiedPayment,
    VerifiedReceipt,
    VerifiedRequest,
    VerifiedVoucher,
    VoucherIdentity,
    verify_certificate,
    verify_confirmation,
    verify_payment,
    verify_receipt,
    verify_request,
    verify_voucher,
)
from tests.support.voucher_builders import (
    DAY_S,
    HOLDER_KEY,
    ISSUER,
    ISSUER_KEY,
    LEDGER_KEY,
    MERCHANT,
    NOW_S,
    STRANGER_KEY,
    a_certificate,
    a_confirmation,
    a_key,
    a_ledger,
    a_paper_voucher,
    a_payment,
    a_receipt,
    a_request,
    a_voucher,
    an_issuer,
    an_issuer_key,
    envelope,
    resigned,
    some_bytes,
    verified,
)
from tests.voucher import ed25519_by_hand as by_hand


def _step(result: object) -> VerificationStep:
    assert isinstance(result, VerificationFailure), result
    return result.step


def test_a_payment_goes_from_text_to_verified():
    paid = a_payment(merchant=MERCHANT, nonce=some_bytes("nonce"), sequence=3, spent_before_won=20_000)

    read = decode_text(encode_text(QrKind.PAYMENT, paid.raw))
    result = verify_payment(decode_payment(read.data), an_issuer())

    assert isinstance(result, VerifiedPayment)
    assert result.raw == paid.raw
    assert result.payment == paid.claims
    assert result.voucher == a_voucher().claims
    assert result.issuer_key == an_issuer_key()
    assert result.identity == PaymentIdentity(issuer=ISSUER, voucher_id=some_bytes("voucher"), sequence=3)
    assert result.voucher_identity == VoucherIdentity(issuer=ISSUER, voucher_id=some_bytes("voucher"))


def test_step_1_an_issuer_that_trust_data_does_not_name_is_unknown():
    assert _step(verify_payment(a_payment(), None)) is VerificationStep.ISSUER_UNKNOWN


def test_step_1_keys_of_one_issuer_do_not_speak_for_another():
    elsewhere = an_issuer("11110", an_issuer_key())

    assert _step(verify_payment(a_payment(), elsewhere)) is VerificationStep.ISSUER_UNKNOWN


def test_step_1_a_key_that_the_issuer_does_not_have_is_unknown_and_not_a_forgery():
    paid = a_payment(voucher=a_voucher(key=STRANGER_KEY))

    assert _step(verify_payment(paid, an_issuer())) is VerificationStep.ISSUER_UNKNOWN
    assert isinstance(verify_payment(paid, an_issuer(ISSUER, an_issuer_key(STRANGER_KEY))), VerifiedPayment)


def test_step_2_the_voucher_must_be_signed_by_the_issuers_key():
    good = a_voucher()
    forged = good.raw[:-64] + STRANGER_KEY.sign(b"something")
    paid = decode_payment(resigned(_payload(good), {labels.VOUCHER: forged}, key=HOLDER_KEY, aad=Aad.PAYMENT))

    assert _step(verify_payment(paid, an_issuer())) is VerificationStep.ISSUER_SIGNATURE


def test_step_3_the_payment_must_be_signed_by_the_holder_of_the_voucher():
    paid = a_payment(key=STRANGER_KEY)

    assert _step(verify_payment(paid, an_issuer())) is VerificationStep.HOLDER_SIGNATURE


def test_step_3_the_payment_must_name_the_holders_key():
    raw = envelope(
        a_payment().sign1.payload, key=HOLDER_KEY, aad=Aad.PAYMENT, protected=protected_header(STRANGER_KEY.kid)
    )

    assert _step(verify_payment(decode_payment(raw), an_issuer())) is VerificationStep.HOLDER_SIGNATURE


def test_step_3_a_holder_key_of_mixed_order_is_refused_although_its_signature_holds():
    """The issuer has signed such a key by mistake; its owner could sign one payment in two ways."""
    seed = HOLDER_KEY.seed
    good = a_voucher()
    mixed_key = by_hand.encode(
        by_hand.add(by_hand.multiply(by_hand.secret_scalar(seed), by_hand.BASE), by_hand.ORDER_TWO)
    )
    cnf = {1: {1: 1, -1: 6, -2: mixed_key}}
    voucher = resigned(good.sign1.payload, {labels.CNF: cnf}, key=ISSUER_KEY, aad=Aad.VOUCHER)
    raw = _payment_signed_by_hand(seed, mixed_key, voucher)

    assert _step(verify_payment(decode_payment(raw), an_issuer())) is VerificationStep.HOLDER_SIGNATURE


def _payment_signed_by_hand(seed: bytes, public_key: bytes, voucher: bytes) -> bytes:
    header = protected_header(key_id(public_key))
    for amount_won in range(1, 100):
        payload = parse_sign1(
            resigned(
                a_payment().sign1.payload,
                {labels.VOUCHER: voucher, labels.AMOUNT: amount_won},
                key=HOLDER_KEY,
                aad=Aad.PAYMENT,
            )
        ).payload
        message = signature_structure(header, aad=Aad.PAYMENT.encode(), payload=payload)
        made_for, signature = by_hand.sign(seed, message, key_torsion=by_hand.ORDER_TWO)
        assert made_for == public_key
        if by_hand.challenge(signature[:32], public_key, message) % 2 == 0:
            unsigned = envelope(payload, key=HOLDER_KEY, aad=Aad.PAYMENT, protected=header)
            return unsigned[:-64] + signature
    raise AssertionError("half of all challenges are even")


def test_a_revoked_key_and_an_expired_voucher_still_verify_because_the_till_judges_them():
    expired = a_payment(voucher=a_voucher(expires_s=NOW_S - DAY_S))
    revoked = an_issuer(ISSUER, an_issuer_key(revoked=True))

    result = verify_payment(expired, revoked)

    assert isinstance(result, VerifiedPayment)
    assert result.issuer_key.revoked


def test_every_single_bit_of_a_payment_matters():
    raw = a_payment(merchant=MERCHANT, nonce=some_bytes("nonce")).raw
    issuer = an_issuer()

    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            result = verify_payment(decode_payment(bytes(flipped)), issuer)
        except MalformedError:
            continue
        assert isinstance(result, VerificationFailure), f"bit {bit} can be flipped"


def test_every_single_bit_of_a_payments_text_matters():
    text = encode_text(QrKind.PAYMENT, a_payment().raw)
    issuer = an_issuer()

    for at in range(len(text)):
        changed = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
        try:
            result = verify_payment(decode_payment(decode_text(changed).data), issuer)
        except MalformedError:
            continue
        assert isinstance(result, VerificationFailure), f"character {at} can be changed"


def test_no_part_of_a_payment_is_a_payment_or_a_note():
    paid = a_payment()

    for raw in (paid.claims.voucher, paid.sign1.payload, paid.voucher.sign1.payload):
        with pytest.raises(MalformedError):
            decode_payment(raw)
        with pytest.raises(MalformedError):
            signed.decode_paper_voucher(raw)


def test_an_object_longer_than_a_code_is_refused_before_it_is_read():
    for decode in (decode_payment, signed.decode_voucher, signed.decode_certificate, signed.decode_request):
        with pytest.raises(MalformedError, match="more than 512"):
            decode(bytes(513))
        with pytest.raises(MalformedError, match="CBOR"):
            decode(bytes(512))


def test_codes_hold_1_to_512_bytes():
    for size in (1, 512):
        assert decode_text(encode_text(QrKind.PAYMENT, bytes(size))).data == bytes(size)
    for size in (0, 513):
        with pytest.raises(AssertionError):
            encode_text(QrKind.PAYMENT, bytes(size))


def test_a_note_verifies_as_a_note_and_pays_nothing_inside_a_payment():
    note = a_paper_voucher()

    assert isinstance(verify_voucher(signed.decode_paper_voucher(note.raw), an_issuer()), VerifiedVoucher)
    with pytest.raises(MalformedError, match="paper"):
        a_payment(voucher=note)


def test_a_voucher_has_the_identity_that_its_issuer_gave_it():
    note = verify_voucher(a_paper_voucher(), an_issuer())

    assert isinstance(note, VerifiedVoucher)
    assert note.identity == VoucherIdentity(issuer=ISSUER, voucher_id=some_bytes("note"))


def test_equal_claims_are_one_payment_even_if_the_voucher_was_signed_twice():
    first, again = verified(), verified(a_payment(voucher=a_voucher(key=STRANGER_KEY)), _issuer_with_two_keys())

    assert first.raw != again.raw
    assert first.is_same_claims(again)


@pytest.mark.parametrize(
    "other",
    [
        a_payment(amount_won=12_001),
        a_payment(issued_s=NOW_S - 6),
        a_payment(merchant=MERCHANT),
        a_payment(sequence=2, spent_before_won=1),
        a_payment(voucher=a_voucher(voucher_id=some_bytes("another voucher"))),
    ],
)
def test_any_other_claim_makes_another_payment(other: SignedPayment):
    assert not verified().is_same_claims(verified(other))


def _issuer_with_two_keys():
    return an_issuer(ISSUER, an_issuer_key(), an_issuer_key(STRANGER_KEY))


def test_verified_values_cannot_be_made_or_altered_by_hand():
    payment = verified()

    with pytest.raises(AssertionError):
        VerifiedPayment(
            raw=payment.raw,
            issuer_key=payment.issuer_key,
            voucher=payment.voucher,
            payment=payment.payment,
            proof=object(),
        )
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(payment, raw=b"")
    with pytest.raises(dataclasses.FrozenInstanceError):
        payment.raw = b""  # type: ignore[misc]
    assert copy.copy(payment) == payment


def test_a_certificate_holds_from_its_first_second_to_the_one_before_its_last():
    certificate = verify_certificate(a_certificate(issued_s=NOW_S, expires_s=NOW_S + 10), a_ledger())

    assert isinstance(certificate, VerifiedCertificate)
    assert [certificate.is_valid_at(NOW_S + offset) for offset in (-1, 0, 9, 10)] == [False, True, True, False]


@pytest.mark.parametrize("role", LedgerRole)
def test_a_ledger_key_certifies_only_in_its_role(role: LedgerRole):
    ledger = a_ledger(roles=frozenset({role}))

    certificate = verify_certificate(a_certificate(), ledger)
    confirmation = verify_confirmation(a_confirmation(), ledger)

    assert isinstance(certificate, VerifiedCertificate) is (role is LedgerRole.CERTIFICATE)
    assert isinstance(confirmation, VerifiedConfirmation) is (role is LedgerRole.CONFIRMATION)


def test_a_request_is_verified_as_a_phone_does():
    result = verify_request(a_request(), a_ledger())

    assert isinstance(result, VerifiedRequest)
    assert result.certificate.certificate.merchant_name == "시흥 빵집"


def test_a_request_signed_with_another_key_than_the_certificates_is_refused():
    request = a_request(key=STRANGER_KEY)

    assert _step(verify_request(request, a_ledger())) is VerificationStep.TERMINAL_SIGNATURE
    assert _step(verify_request(a_request(), None)) is VerificationStep.LEDGER_UNKNOWN
    assert _step(verify_request(a_request(), a_ledger("elsewhere"))) is VerificationStep.LEDGER_UNKNOWN


def test_a_confirmation_of_another_ledger_is_refused():
    assert _step(verify_confirmation(a_confirmation(), a_ledger("elsewhere"))) is VerificationStep.LEDGER_UNKNOWN
    assert _step(verify_confirmation(a_confirmation(key=a_key("x")), a_ledger())) is VerificationStep.LEDGER_UNKNOWN
    assert LEDGER_KEY.kid != a_key("x").kid


def test_a_receipt_is_verified_under_its_terminals_certificate_only():
    certificate = verify_certificate(a_certificate(), a_ledger())
    other = verify_certificate(a_certificate(terminal="t-other"), a_ledger())
    assert isinstance(certificate, VerifiedCertificate)
    assert isinstance(other, VerifiedCertificate)

    assert isinstance(verify_receipt(a_receipt(), certificate), VerifiedReceipt)
    assert _step(verify_receipt(a_receipt(), other)) is VerificationStep.TERMINAL_MISMATCH
    assert _step(verify_receipt(a_receipt(key=STRANGER_KEY), certificate)) is VerificationStep.TERMINAL_SIGNATURE


def _payload(voucher: signed.SignedVoucher) -> bytes:
    return a_payment(voucher=voucher).sign1.payload
