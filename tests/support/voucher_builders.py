"""Valid signed objects by default, one keyword to make one thing different.

All keys come from fixed seeds, so everything built here is the same in every run.
"""

import hashlib
from collections.abc import Mapping

from pos import cbor
from pos.clock import Quality
from pos.voucher.aad import Aad
from pos.voucher.bodies import BootStamp, PaymentApproved, stamped
from pos.voucher.claims import (
    PaidConfirmation,
    Payment,
    PaymentRequest,
    ReceiptCode,
    ReceiptKind,
    TerminalCertificate,
    Voucher,
)
from pos.voucher.cose import sign1
from pos.voucher.entry import FIRST_PREVIOUS, Body, Entry, build_entry
from pos.voucher.evidence import EvidenceFile
from pos.voucher.keys import SigningKey, key_id
from pos.voucher.messages import Acknowledgement, CallToken, Message, SignedTime, call_hash
from pos.voucher.outcomes import EvidenceSide
from pos.voucher.signed import (
    SignedCertificate,
    SignedConfirmation,
    SignedPayment,
    SignedReceipt,
    SignedRequest,
    SignedVoucher,
    sign_certificate,
    sign_confirmation,
    sign_payment,
    sign_receipt,
    sign_request,
    sign_voucher,
)
from pos.voucher.trust import Issuer, IssuerKey, Ledger, LedgerKey, LedgerRole
from pos.voucher.verified import VerificationFailure, VerifiedPayment, verify_payment

NOW_S = 1_795_300_000
"""2026-11-22, a Sunday noon."""
DAY_S = 86_400

ISSUER = "41390"
LEDGER = "sandbox"
MERCHANT = "m-bakery"
TERMINAL = "t-bakery-1"
PROGRAM = "general"


def a_key(name: str) -> SigningKey:
    """The key of that name; the same in every run."""
    return SigningKey.from_seed(hashlib.sha256(f"chak-pos test key: {name}".encode()).digest())


ISSUER_KEY = a_key("issuer")
HOLDER_KEY = a_key("holder")
LEDGER_KEY = a_key("ledger")
TERMINAL_KEY = a_key("terminal")
STRANGER_KEY = a_key("stranger")


def some_bytes(name: str, size: int = 16) -> bytes:
    """Bytes that look random and are the same in every run."""
    return hashlib.sha256(name.encode()).digest()[:size]


def an_issuer_key(
    key: SigningKey = ISSUER_KEY,
    *,
    sign_from_s: int = NOW_S - 365 * DAY_S,
    sign_until_s: int = NOW_S + 365 * DAY_S,
    revoked: bool = False,
) -> IssuerKey:
    return IssuerKey(
        kid=key.kid,
        public_key=key.public_key,
        sign_from_s=sign_from_s,
        sign_until_s=sign_until_s,
        revoked=revoked,
    )


def an_issuer(issuer: str = ISSUER, *keys: IssuerKey) -> Issuer:
    return Issuer(issuer=issuer, name="시흥시", area=frozenset({issuer}), keys=keys or (an_issuer_key(),))


def a_ledger(
    ledger: str = LEDGER, *, key: SigningKey = LEDGER_KEY, roles: frozenset[LedgerRole] = frozenset(LedgerRole)
) -> Ledger:
    return Ledger(
        ledger=ledger,
        keys=(LedgerKey(kid=key.kid, public_key=key.public_key, roles=roles),),
        log_key=None,
        urls=("http://127.0.0.1:8400",),
        tls_ca=None,
    )


class Keys:
    """A KeySource that knows one issuer and one ledger."""

    def __init__(self, issuer: Issuer | None = None, ledger: Ledger | None = None) -> None:
        self._issuer = issuer or an_issuer()
        self._ledger = ledger or a_ledger()

    def issuer(self, issuer: str) -> Issuer | None:
        return self._issuer if issuer == self._issuer.issuer else None

    def ledger(self, ledger: str) -> Ledger | None:
        return self._ledger if ledger == self._ledger.ledger else None


def a_voucher(
    *,
    issuer: str = ISSUER,
    voucher_id: bytes = some_bytes("voucher"),
    holder: SigningKey = HOLDER_KEY,
    value_won: int = 50_000,
    program: str = PROGRAM,
    issued_s: int = NOW_S - DAY_S,
    not_before_s: int = NOW_S - DAY_S,
    expires_s: int = NOW_S + 180 * DAY_S,
    key: SigningKey = ISSUER_KEY,
) -> SignedVoucher:
    """A voucher bound to the holder's key."""
    claims = Voucher(
        issuer=issuer,
        expires_s=expires_s,
        not_before_s=not_before_s,
        issued_s=issued_s,
        voucher_id=voucher_id,
        holder_key=holder.public_key,
        program=program,
        value_won=value_won,
        serial=None,
    )
    return sign_voucher(claims, key=key)


def a_paper_voucher(
    *, serial: str = "가2026-0001", value_won: int = 10_000, voucher_id: bytes = some_bytes("note")
) -> SignedVoucher:
    """A printed note."""
    claims = Voucher(
        issuer=ISSUER,
        expires_s=NOW_S + 5 * 365 * DAY_S,
        not_before_s=NOW_S - DAY_S,
        issued_s=NOW_S - DAY_S,
        voucher_id=voucher_id,
        holder_key=None,
        program="paper",
        value_won=value_won,
        serial=serial,
    )
    return sign_voucher(claims, key=ISSUER_KEY)


def a_payment(
    *,
    voucher: SignedVoucher | None = None,
    amount_won: int = 12_000,
    sequence: int = 1,
    spent_before_won: int = 0,
    merchant: str | None = None,
    nonce: bytes | None = None,
    issued_s: int = NOW_S - 5,
    key: SigningKey = HOLDER_KEY,
) -> SignedPayment:
    """An unbound payment out of a fresh voucher; `merchant` and `nonce` bind it."""
    claims = Payment(
        merchant=merchant,
        issued_s=issued_s,
        nonce=nonce,
        voucher=(voucher or a_voucher()).raw,
        sequence=sequence,
        spent_before_won=spent_before_won,
        amount_won=amount_won,
    )
    return sign_payment(claims, key=key)


def verified(payment: SignedPayment | None = None, issuer: Issuer | None = None) -> VerifiedPayment:
    """The payment, verified; fails the test if it does not verify."""
    result = verify_payment(payment or a_payment(), issuer or an_issuer())
    assert not isinstance(result, VerificationFailure), result.step
    return result


def a_certificate(
    *,
    terminal: str = TERMINAL,
    merchant: str = MERCHANT,
    ledger: str = LEDGER,
    issued_s: int = NOW_S - DAY_S,
    expires_s: int = NOW_S + 365 * DAY_S,
    terminal_key: SigningKey = TERMINAL_KEY,
    merchant_name: str = "시흥 빵집",
    key: SigningKey = LEDGER_KEY,
) -> SignedCertificate:
    claims = TerminalCertificate(
        ledger=ledger,
        terminal=terminal,
        merchant=merchant,
        expires_s=expires_s,
        issued_s=issued_s,
        terminal_key=terminal_key.public_key,
        merchant_name=merchant_name,
    )
    return sign_certificate(claims, key=key)


def a_request(
    *,
    terminal: str = TERMINAL,
    merchant: str = MERCHANT,
    nonce: bytes = some_bytes("nonce"),
    amount_won: int = 12_000,
    certificate: SignedCertificate | None = None,
    key: SigningKey = TERMINAL_KEY,
) -> SignedRequest:
    claims = PaymentRequest(
        terminal=terminal,
        merchant=merchant,
        issued_s=NOW_S - 30,
        nonce=nonce,
        amount_won=amount_won,
        certificate=(certificate or a_certificate()).raw,
    )
    return sign_request(claims, key=key)


def a_confirmation(
    *,
    nonce: bytes = some_bytes("nonce"),
    amount_won: int = 12_000,
    merchant: str = MERCHANT,
    ledger: str = LEDGER,
    key: SigningKey = LEDGER_KEY,
) -> SignedConfirmation:
    claims = PaidConfirmation(
        ledger=ledger,
        merchant=merchant,
        issued_s=NOW_S,
        payment_id=some_bytes("ledger payment"),
        nonce=nonce,
        amount_won=amount_won,
        program=PROGRAM,
    )
    return sign_confirmation(claims, key=key)


def a_receipt(
    *, kind: ReceiptKind = ReceiptKind.SALE, payment: bytes | None = None, key: SigningKey = TERMINAL_KEY
) -> SignedReceipt:
    claims = ReceiptCode(
        terminal=TERMINAL,
        merchant=MERCHANT,
        issued_s=NOW_S,
        amount_won=12_000,
        receipt_number="20261122-0001",
        entry=some_bytes("entry", 32),
        kind=kind,
        payment=payment,
    )
    return sign_receipt(claims, key=key)


def an_approval_body(payment: SignedPayment | None = None, *, amount_won: int | None = None) -> Body:
    """The body of the entry that approves `payment`."""
    paid = payment or a_payment()
    approved = PaymentApproved(
        object_bytes=paid.raw,
        receipt_number="20261122-0001",
        sale_id=some_bytes("sale"),
        amount_won=paid.claims.amount_won if amount_won is None else amount_won,
        business_date="2026-11-22",
        checks=tuple(range(1, 16)),
    )
    return stamped(approved, BootStamp(boot_id=some_bytes("boot"), boot_ms=90_000))


def an_entry(
    body: Body | None = None,
    *,
    sequence: int = 1,
    previous: bytes = FIRST_PREVIOUS,
    kind: str = PaymentApproved.KIND,
    key: SigningKey = TERMINAL_KEY,
) -> Entry:
    return build_entry(
        sequence=sequence,
        previous=previous,
        time_s=NOW_S,
        quality=Quality.NETWORK,
        kind=kind,
        body=an_approval_body() if body is None else body,
        key=key,
    )


def an_evidence_side(
    payment: SignedPayment, *, terminal: str = TERMINAL, terminal_key: SigningKey = TERMINAL_KEY
) -> EvidenceSide:
    """An approval of `payment` by that terminal, with the terminal's certificate."""
    return EvidenceSide(
        entry=an_entry(an_approval_body(payment), key=terminal_key).raw,
        certificate=a_certificate(terminal=terminal, terminal_key=terminal_key).raw,
    )


def a_conflict() -> EvidenceFile:
    """Two tills approved different payments of one sequence."""
    return EvidenceFile(
        first=an_evidence_side(a_payment(amount_won=12_000)),
        second=an_evidence_side(a_payment(amount_won=7_000), terminal="t-fish-1", terminal_key=a_key("fish")),
    )


def a_call_token() -> CallToken:
    return CallToken(
        terminal=TERMINAL,
        ledger=LEDGER,
        issued_s=NOW_S,
        nonce=some_bytes("call"),
        request_hash=call_hash("POST", f"/v1/terminals/{TERMINAL}/journal", b"\x80"),
    )


def a_signed_time() -> SignedTime:
    return SignedTime(time_s=NOW_S, nonce=some_bytes("call"))


def a_message(*, number: int = 1, kind: str = "settlement", body: Body | None = None) -> Message:
    return Message(number=number, terminal=TERMINAL, time_s=NOW_S, kind=kind, body=body or {1: "text", 2: 12_000})


def an_acknowledgement() -> Acknowledgement:
    return Acknowledgement(
        sequence=7,
        hash=some_bytes("entry 7", 32),
        outcomes=(),
        checkpoint=b"sandbox/log\n7\nAAAA\n",
        time_s=NOW_S,
        nonce=some_bytes("call"),
        message_number=0,
    )


class Absent:
    """In `resigned`: the field is left out."""


ABSENT = Absent()


def fields_of(payload: bytes) -> dict[int | str, cbor.Value]:
    """The map that a payload holds."""
    fields = cbor.decode(payload, depth_max=16)
    assert isinstance(fields, dict)
    return fields


def changed(payload: bytes, changes: Mapping[int, cbor.Value | Absent]) -> bytes:
    """The payload with some fields changed, added or left out."""
    fields: dict[int | str, cbor.Value] = {}
    for key, value in (*fields_of(payload).items(), *changes.items()):
        if isinstance(value, Absent):
            fields.pop(key, None)
        else:
            fields[key] = value
    return cbor.encode(fields)


def resigned(payload: bytes, changes: Mapping[int, cbor.Value | Absent], *, key: SigningKey, aad: Aad) -> bytes:
    """An object wrong in its payload only: the signature over the changed payload is good."""
    return sign1(changed(payload, changes), key=key, aad=aad)


def envelope(
    payload: cbor.Value,
    *,
    key: SigningKey,
    aad: Aad,
    protected: bytes | None = None,
    unprotected: cbor.Value | None = None,
    tag: int | None = 18,
) -> bytes:
    """An envelope that may break the rules of its headers, with a signature that is good for what it says."""
    header = cbor.encode({1: -8, 4: key_id(key.public_key)}) if protected is None else protected
    signed = payload if isinstance(payload, bytes) else b""
    signature = key.sign(cbor.encode(["Signature1", header, aad.encode("ascii"), signed]))
    parts: cbor.Value = [header, {} if unprotected is None else unprotected, payload, signature]
    return cbor.encode(parts if tag is None else cbor.Tagged(tag, parts))
