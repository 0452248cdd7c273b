"""Evidence: each step has a file that fails because of that step alone."""

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.voucher import labels
from pos.voucher.aad import Aad
from pos.voucher.bodies import PaymentDeclined
from pos.voucher.evidence import (
    EVIDENCE_BYTES_MAX,
    EvidenceFailure,
    EvidenceFile,
    EvidenceStep,
    ProvenConflict,
    verify_evidence,
)
from pos.voucher.outcomes import EvidenceSide
from pos.voucher.signed import SignedPayment
from pos.voucher.trust import LedgerRole
from tests.support.voucher_builders import (
    HOLDER_KEY,
    MERCHANT,
    NOW_S,
    STRANGER_KEY,
    TERMINAL_KEY,
    Keys,
    a_certificate,
    a_conflict,
    a_key,
    a_ledger,
    a_payment,
    a_voucher,
    an_approval_body,
    an_entry,
    an_evidence_side,
    an_issuer,
    fields_of,
    resigned,
    some_bytes,
)


def _file(first: EvidenceSide, second: EvidenceSide | None = None) -> EvidenceFile:
    return EvidenceFile(first=first, second=second or a_conflict().second)


def _of(first: SignedPayment, second: SignedPayment) -> EvidenceFile:
    return EvidenceFile(
        first=an_evidence_side(first),
        second=an_evidence_side(second, terminal="t-fish-1", terminal_key=a_key("fish")),
    )


def _failure(evidence: EvidenceFile, keys: Keys | None = None) -> tuple[EvidenceStep, int | None]:
    result = verify_evidence(evidence, keys or Keys())
    assert isinstance(result, EvidenceFailure), "proven"
    return result.step, result.side


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (a_payment(amount_won=12_000), a_payment(amount_won=7_000)),
        (a_payment(), a_payment(issued_s=NOW_S)),
        (a_payment(), a_payment(merchant=MERCHANT, nonce=some_bytes("nonce"))),
        (a_payment(sequence=2, spent_before_won=10), a_payment(sequence=3, spent_before_won=12_009)),
        (a_payment(sequence=2, spent_before_won=30_000), a_payment(sequence=9, spent_before_won=8)),
    ],
    ids=["amounts", "times", "shops", "overlap", "backwards"],
)
def test_a_conflict_is_proven_with_public_keys_alone(first: SignedPayment, second: SignedPayment):
    evidence = EvidenceFile.from_bytes(_of(first, second).to_bytes())

    proven = verify_evidence(evidence, Keys())

    assert isinstance(proven, ProvenConflict)
    assert proven.first.payment.raw == first.raw
    assert proven.second.payment.raw == second.raw
    assert proven.second.certificate.certificate.terminal == "t-fish-1"


def test_step_1_the_certificate_must_be_the_ledgers():
    entry = an_entry(an_approval_body()).raw
    by_stranger = EvidenceSide(entry=entry, certificate=a_certificate(key=STRANGER_KEY).raw)

    assert _failure(_file(by_stranger)) == (EvidenceStep.CERTIFICATE, 1)
    other_role = Keys(ledger=a_ledger(roles=frozenset({LedgerRole.ACK})))
    assert _failure(a_conflict(), other_role) == (EvidenceStep.CERTIFICATE, 1)
    assert _failure(a_conflict(), Keys(ledger=a_ledger("elsewhere"))) == (EvidenceStep.CERTIFICATE, 1)


def test_step_2_the_entry_must_be_the_terminals():
    forged = EvidenceSide(entry=an_entry(key=STRANGER_KEY).raw, certificate=a_certificate().raw)

    assert _failure(_file(forged)) == (EvidenceStep.ENTRY_SIGNATURE, 1)
    assert _failure(_file(a_conflict().first, forged)) == (EvidenceStep.ENTRY_SIGNATURE, 2)


def test_step_3_the_entry_must_approve_and_refused_payments_incriminate_nobody():
    declined = PaymentDeclined(
        business_date="2026-11-22",
        checks=(1, 2, 3, 4, 5, 6),
        reason="already_used",
        scanned_sha256=some_bytes("text", 32),
        object_bytes=a_payment().raw,
        amount_won=a_payment().claims.amount_won,
    )
    entry = an_entry(declined.to_body(), kind=PaymentDeclined.KIND).raw
    side = EvidenceSide(entry=entry, certificate=a_certificate().raw)

    assert _failure(_file(side)) == (EvidenceStep.APPROVAL, 1)


def test_step_3_the_entry_must_approve_the_payments_own_amount():
    entry = an_entry(an_approval_body(a_payment(amount_won=12_000), amount_won=11_999)).raw
    side = EvidenceSide(entry=entry, certificate=a_certificate().raw)

    assert _failure(_file(side)) == (EvidenceStep.APPROVAL, 1)


def test_step_4_the_payment_must_verify():
    by_stranger = an_evidence_side(a_payment(key=STRANGER_KEY))

    assert _failure(_file(by_stranger)) == (EvidenceStep.PAYMENT, 1)
    assert _failure(a_conflict(), Keys(issuer=an_issuer("11110"))) == (EvidenceStep.PAYMENT, 1)


def test_step_5_both_payments_must_be_of_one_voucher():
    other = a_payment(voucher=a_voucher(voucher_id=some_bytes("another")), amount_won=7_000)

    assert _failure(_of(a_payment(), other)) == (EvidenceStep.ONE_VOUCHER, None)


@pytest.mark.parametrize(
    "second",
    [a_payment(), a_payment(sequence=2, spent_before_won=12_000), a_payment(sequence=7, spent_before_won=40_000)],
)
def test_step_6_what_an_honest_holder_can_sign_proves_nothing(second: SignedPayment):
    assert _failure(_of(a_payment(), second)) == (EvidenceStep.CONTRADICTION, None)


def test_what_is_not_of_its_form_is_an_answer_and_not_an_error():
    good = a_conflict().first
    no_payment = an_entry(an_approval_body() | {1: b"\xa0"}).raw
    for side in (
        EvidenceSide(entry=b"\xa0", certificate=good.certificate),
        EvidenceSide(entry=good.entry, certificate=b"\xa0"),
        EvidenceSide(entry=no_payment, certificate=good.certificate),
    ):
        assert _failure(_file(side)) == (EvidenceStep.MALFORMED, 1)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xa0", b"\xa2\x01\x02\x02\x80", b"\xa2\x01\x01\x02\x80", b"\xa1\x01\x01", b"\0" * (EVIDENCE_BYTES_MAX + 1)],
)
def test_a_file_that_is_no_evidence_is_refused(raw: bytes):
    with pytest.raises(MalformedError):
        EvidenceFile.from_bytes(raw)


def test_a_file_is_closed_and_has_a_limit():
    fields = {**fields_of(a_conflict().to_bytes()), 3: "note"}
    with pytest.raises(MalformedError, match="not known"):
        EvidenceFile.from_bytes(cbor.encode(fields))
    with pytest.raises(MalformedError, match="more than"):
        EvidenceFile.from_bytes(bytes(EVIDENCE_BYTES_MAX + 1))
    longest = EvidenceFile(
        first=EvidenceSide(entry=bytes(16_384), certificate=bytes(512)),
        second=EvidenceSide(entry=b"1", certificate=b"2"),
    )
    assert EvidenceFile.from_bytes(longest.to_bytes()) == longest


def test_conflicts_cannot_be_made_by_hand():
    proven = verify_evidence(a_conflict(), Keys())
    assert isinstance(proven, ProvenConflict)

    with pytest.raises(AssertionError):
        ProvenConflict(first=proven.first, second=proven.second, proof=None)


def test_a_payment_with_its_amount_raised_by_the_terminal_does_not_verify():
    """A dishonest terminal cannot incriminate a holder with claims that the holder never signed."""
    raised = resigned(a_payment().sign1.payload, {labels.AMOUNT: 13_000}, key=TERMINAL_KEY, aad=Aad.PAYMENT)
    body = an_approval_body() | {1: raised, 4: 13_000}
    side = EvidenceSide(entry=an_entry(body).raw, certificate=a_certificate().raw)

    assert _failure(_file(side)) == (EvidenceStep.PAYMENT, 1)
    assert HOLDER_KEY.kid != TERMINAL_KEY.kid
