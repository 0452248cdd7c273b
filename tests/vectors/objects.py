"""Vectors of the objects in QR codes: one good one each, and everything that must be refused."""

from collections.abc import Iterator, Mapping

from pos import cbor
from pos.voucher import labels
from pos.voucher.aad import Aad
from pos.voucher.cose import parse_sign1
from tests.support.voucher_builders import (
    ABSENT,
    HOLDER_KEY,
    ISSUER_KEY,
    LEDGER_KEY,
    MERCHANT,
    STRANGER_KEY,
    TERMINAL_KEY,
    a_certificate,
    a_confirmation,
    a_paper_voucher,
    a_payment,
    a_receipt,
    a_request,
    a_voucher,
    some_bytes,
)
from tests.vectors.cases import (
    MALFORMED,
    VERIFIED,
    WRONG_AMOUNT,
    WRONG_ID,
    WRONG_ISSUER,
    WRONG_TIME,
    Case,
    Subject,
    all_cases,
    wrong_bytes,
    wrong_text,
)

NAMES = {
    labels.ISS: "iss",
    labels.SUB: "sub",
    labels.AUD: "aud",
    labels.EXP: "exp",
    labels.NBF: "nbf",
    labels.IAT: "iat",
    labels.CTI: "cti",
    labels.CNF: "cnf",
    labels.NONCE: "nonce",
    labels.PROGRAM: "program",
    labels.VALUE: "value",
    labels.SERIAL: "serial",
    labels.VOUCHER: "voucher",
    labels.SEQUENCE: "sequence",
    labels.SPENT_BEFORE: "spent_before",
    labels.AMOUNT: "amount",
    labels.TERMINAL_CERTIFICATE: "terminal_certificate",
    labels.MERCHANT_NAME: "merchant_name",
    labels.RECEIPT_NUMBER: "receipt_number",
    labels.ENTRY: "entry",
    labels.KIND: "kind",
    labels.PAYMENT: "payment",
}
KEY = HOLDER_KEY.public_key
WRONG_CNF: dict[str, cbor.Value] = {
    "a bare key": bytes(KEY),
    "without kty": {1: {-1: 6, -2: bytes(KEY)}},
    "of type EC2": {1: {1: 2, -1: 6, -2: bytes(KEY)}},
    "on the curve X25519": {1: {1: 1, -1: 4, -2: bytes(KEY)}},
    "with a key of 31 bytes": {1: {1: 1, -1: 6, -2: bytes(KEY[:31])}},
    "with a private part": {1: {1: 1, -1: 6, -2: bytes(KEY), -4: bytes(32)}},
    "with a kid": {1: {1: 1, 2: HOLDER_KEY.kid, -1: 6, -2: bytes(KEY)}},
    "with a kid beside the key": {1: {1: 1, -1: 6, -2: bytes(KEY)}, 3: HOLDER_KEY.kid},
    "an empty map": {},
    "a kty of true": {1: {1: True, -1: 6, -2: bytes(KEY)}},
}
WRONG_IN_VOUCHER: dict[int, Mapping[str, cbor.Value]] = {
    labels.EXP: WRONG_TIME,
    labels.NBF: WRONG_TIME,
    labels.IAT: WRONG_TIME,
    labels.PROGRAM: WRONG_ID,
    labels.VALUE: WRONG_AMOUNT,
    labels.CTI: wrong_bytes(16),
    labels.ISS: WRONG_ISSUER,
}


def paper_voucher_cases() -> list[Case]:
    subject = Subject(
        raw=a_paper_voucher().raw,
        key=ISSUER_KEY,
        aad=Aad.VOUCHER,
        names=NAMES,
        wrong_signature="issuer_signature",
        unknown_key="issuer_unknown",
    )

    def forms(subject: Subject) -> Iterator[Case]:
        bound = a_voucher().raw
        yield Case(name="bound to a key", raw=bound, expect=MALFORMED, why="a CKV1 code holds a paper voucher")
        both = subject.spoiled({labels.CNF: {1: {1: 1, -1: 6, -2: bytes(KEY)}}})
        yield Case(name="serial and key", raw=both, expect=MALFORMED, why="one of the two, never both")
        other = subject.spoiled({labels.ISS: "11110"})
        yield Case(name="issuer that nobody knows", raw=other, expect="issuer_unknown", why="its keys are not known")

    wrong: dict[int, Mapping[str, cbor.Value]] = {**WRONG_IN_VOUCHER, labels.SERIAL: wrong_text(20)}
    return all_cases(subject, wrong, forms)


def payment_cases() -> list[Case]:
    good = a_payment(merchant=MERCHANT, nonce=some_bytes("nonce"), sequence=3, spent_before_won=20_000)
    subject = Subject(
        raw=good.raw,
        key=HOLDER_KEY,
        aad=Aad.PAYMENT,
        names=NAMES,
        optional=frozenset({labels.AUD, labels.NONCE}),
        wrong_signature="holder_signature",
        unknown_key="holder_signature",
    )
    wrong: dict[int, Mapping[str, cbor.Value]] = {
        labels.AUD: WRONG_ID,
        labels.IAT: WRONG_TIME,
        labels.NONCE: wrong_bytes(16),
        labels.AMOUNT: WRONG_AMOUNT,
        labels.SEQUENCE: {"zero": 0, "negative": -1, "2^32": 2**32, "true": True, "text": "3"},
        labels.SPENT_BEFORE: {
            "negative": -1,
            "above 100 000 000": 100_000_001,
            "below sequence - 1": 1,
            "null": None,
        },
        labels.VOUCHER: {
            "empty": b"",
            "513 bytes": b"\0" * 513,
            "an array": [],
            "not a voucher": b"\xa0",
            "a paper voucher": a_paper_voucher().raw,
            "a payment": a_payment().raw,
            "a voucher with a byte behind": a_voucher().raw + b"\0",
            "only the voucher's payload": parse_sign1(a_voucher().raw).payload,
        },
    }
    return all_cases(subject, wrong, _payment_forms, _payment_vouchers)


def _payment_forms(subject: Subject) -> Iterator[Case]:
    def case(name: str, raw: bytes, why: str, expect: str = MALFORMED) -> Case:
        return Case(name=name, raw=raw, expect=expect, why=why)

    yield case("unbound", a_payment().raw, "aud and nonce may be absent", VERIFIED)
    yield case("aud alone", a_payment(merchant=MERCHANT).raw, "a payment may name its merchant only", VERIFIED)
    yield case("nonce without aud", subject.spoiled({labels.AUD: ABSENT}), "a nonce requires aud")
    first = {labels.SEQUENCE: 1, labels.SPENT_BEFORE: 1}
    yield case("spent_before 1 at sequence 1", subject.spoiled(first), "nothing comes before the first")
    least = {labels.SEQUENCE: 3, labels.SPENT_BEFORE: 2}
    yield case("spent_before = sequence - 1", subject.spoiled(least), "two payments of one won", VERIFIED)
    most = {labels.SEQUENCE: 2**32 - 1}
    yield case("sequence 2^32 - 1 with less before it", subject.spoiled(most), "every payment takes a won")
    over = {labels.AMOUNT: 100_000_000}
    yield case("more than the voucher's value", subject.spoiled(over), "a rule of the spend line", VERIFIED)


def _payment_vouchers(subject: Subject) -> Iterator[Case]:
    inner = a_voucher()
    voucher = Subject(raw=inner.raw, key=ISSUER_KEY, aad=Aad.VOUCHER, names=NAMES)

    def paying(raw: bytes) -> bytes:
        return subject.spoiled({labels.VOUCHER: raw})

    def case(name: str, raw: bytes, why: str, expect: str = MALFORMED) -> Case:
        return Case(name=f"voucher: {name}", raw=paying(raw), expect=expect, why=why)

    unknown = voucher.spoiled({labels.ISS: "11110"})
    yield case("of an issuer that nobody knows", unknown, "its keys are not known", "issuer_unknown")
    by_stranger = a_voucher(key=STRANGER_KEY).raw
    yield case("by an unknown key of the issuer", by_stranger, "update the trust data", "issuer_unknown")
    forged = inner.raw[:-64] + STRANGER_KEY.sign(b"another message")
    yield case("with a stranger's signature", forged, "the issuer never signed this", "issuer_signature")
    richer = inner.raw.replace(cbor.encode(50_000), cbor.encode(60_000))
    yield case("with its value raised", richer, "the signature covers every claim", "issuer_signature")
    other_holder = a_voucher(holder=STRANGER_KEY).raw
    yield case("of another holder", other_holder, "the holder signs the payment", "holder_signature")
    serial: dict[int, cbor.Value] = {labels.SERIAL: "1"}
    yield case("with a serial too", voucher.spoiled(serial), "one of the two, never both")
    yield case("without key and serial", voucher.spoiled({labels.CNF: ABSENT}), "one of the two")
    for what, cnf in WRONG_CNF.items():
        yield case(f"cnf {what}", voucher.spoiled({labels.CNF: cnf}), "cnf is one COSE_Key, OKP, Ed25519, x")
    for key, values in WRONG_IN_VOUCHER.items():
        for what, value in values.items():
            yield case(f"{NAMES[key]} {what}", voucher.spoiled({key: value}), f"{NAMES[key]} cannot be {what}")


def certificate_cases() -> list[Case]:
    subject = Subject(
        raw=a_certificate().raw,
        key=LEDGER_KEY,
        aad=Aad.TERMINAL,
        names=NAMES,
        wrong_signature="ledger_signature",
        unknown_key="ledger_unknown",
    )
    issued_s = a_certificate().claims.issued_s
    wrong: dict[int, Mapping[str, cbor.Value]] = {
        labels.ISS: WRONG_ID,
        labels.SUB: WRONG_ID,
        labels.AUD: WRONG_ID,
        labels.IAT: WRONG_TIME,
        labels.EXP: {
            **WRONG_TIME,
            "at iat": issued_s,
            "before iat": issued_s - 1,
            "400 days and a second after iat": issued_s + 400 * 86_400 + 1,
        },
        labels.CNF: WRONG_CNF,
        labels.MERCHANT_NAME: wrong_text(60),
    }

    def more(subject: Subject) -> Iterator[Case]:
        longest = subject.spoiled({labels.EXP: issued_s + 400 * 86_400})
        yield Case(name="400 days", raw=longest, expect=VERIFIED, why="the longest life")
        name = subject.spoiled({labels.MERCHANT_NAME: "가" * 20})
        yield Case(name="merchant_name of 60 bytes", raw=name, expect=VERIFIED, why="20 syllables are 60 bytes")
        other = subject.spoiled({labels.ISS: "elsewhere"})
        yield Case(name="ledger that nobody knows", raw=other, expect="ledger_unknown", why="its keys are not known")

    return all_cases(subject, wrong, more)


def request_cases() -> list[Case]:
    subject = Subject(
        raw=a_request().raw,
        key=TERMINAL_KEY,
        aad=Aad.REQUEST,
        names=NAMES,
        wrong_signature="terminal_signature",
        unknown_key="terminal_signature",
    )
    wrong: dict[int, Mapping[str, cbor.Value]] = {
        labels.ISS: WRONG_ID,
        labels.AUD: WRONG_ID,
        labels.IAT: WRONG_TIME,
        labels.NONCE: wrong_bytes(16),
        labels.AMOUNT: WRONG_AMOUNT,
        labels.TERMINAL_CERTIFICATE: {"empty": b"", "not a certificate": b"\xa0", "a voucher": a_voucher().raw},
    }

    def more(subject: Subject) -> Iterator[Case]:
        def case(name: str, changes: dict[int, cbor.Value], why: str, expect: str) -> Case:
            return Case(name=name, raw=subject.spoiled(dict(changes)), expect=expect, why=why)

        mismatch = "terminal_mismatch"
        yield case("of another terminal", {labels.ISS: "t-other"}, "iss is the certificate's sub", mismatch)
        yield case("of another merchant", {labels.AUD: "m-other"}, "aud is the certificate's aud", mismatch)
        by_stranger = a_certificate(key=STRANGER_KEY).raw
        changes: dict[int, cbor.Value] = {labels.TERMINAL_CERTIFICATE: by_stranger}
        yield case("certificate by an unknown key", changes, "no ledger vouches for it", "ledger_unknown")
        forged = a_certificate().raw[:-1] + b"\0"
        changes = {labels.TERMINAL_CERTIFICATE: forged}
        yield case("certificate with a bad signature", changes, "the ledger never signed this", "ledger_signature")

    return all_cases(subject, wrong, more)


def confirmation_cases() -> list[Case]:
    subject = Subject(
        raw=a_confirmation().raw,
        key=LEDGER_KEY,
        aad=Aad.CONFIRMATION,
        names=NAMES,
        wrong_signature="ledger_signature",
        unknown_key="ledger_unknown",
    )
    wrong: dict[int, Mapping[str, cbor.Value]] = {
        labels.ISS: WRONG_ID,
        labels.AUD: WRONG_ID,
        labels.IAT: WRONG_TIME,
        labels.CTI: wrong_bytes(16),
        labels.NONCE: wrong_bytes(16),
        labels.AMOUNT: WRONG_AMOUNT,
        labels.PROGRAM: WRONG_ID,
    }
    return all_cases(subject, wrong)


def receipt_cases() -> list[Case]:
    subject = Subject(
        raw=a_receipt(payment=some_bytes("payment", 32)).raw,
        key=TERMINAL_KEY,
        aad=Aad.RECEIPT,
        names=NAMES,
        optional=frozenset({labels.PAYMENT}),
        wrong_signature="terminal_signature",
        unknown_key="terminal_signature",
    )
    wrong: dict[int, Mapping[str, cbor.Value]] = {
        labels.ISS: WRONG_ID,
        labels.AUD: WRONG_ID,
        labels.IAT: WRONG_TIME,
        labels.AMOUNT: WRONG_AMOUNT,
        labels.RECEIPT_NUMBER: wrong_text(24),
        labels.ENTRY: wrong_bytes(32),
        labels.KIND: {"0": 0, "5": 5, "text": "sale", "true": True},
        labels.PAYMENT: wrong_bytes(32),
    }

    def more(subject: Subject) -> Iterator[Case]:
        for kind, name in ((2, "refund"), (3, "void"), (4, "declined")):
            yield Case(name=name, raw=subject.spoiled({labels.KIND: kind}), expect=VERIFIED, why=f"kind {kind}")
        cash = subject.spoiled({labels.PAYMENT: ABSENT})
        yield Case(name="without a payment", raw=cash, expect=VERIFIED, why="absent if there was none")
        other = subject.spoiled({labels.ISS: "t-other"})
        yield Case(name="of another terminal", raw=other, expect="terminal_mismatch", why="not the certificate's")

    return all_cases(subject, wrong, more)
