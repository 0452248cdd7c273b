"""Terminal and ledger: every answer counts only for the call and terminal that it is for."""

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import SignatureError, parse_sign1, sign1
from pos.voucher.messages import (
    Acknowledgement,
    EvidenceSide,
    MessageKind,
    Outcome,
    OutcomeStatus,
    authorization_header,
    build_acknowledgement,
    build_call_token,
    build_message,
    build_signed_time,
    call_hash,
    parse_authorization,
    verify_acknowledgement,
    verify_call_token,
    verify_message,
    verify_signed_time,
)
from pos.voucher.trust import LedgerRole
from tests.support.voucher_builders import (
    LEDGER_KEY,
    STRANGER_KEY,
    TERMINAL,
    TERMINAL_KEY,
    a_call_token,
    a_certificate,
    a_ledger,
    a_message,
    a_signed_time,
    an_acknowledgement,
    an_entry,
    fields_of,
    some_bytes,
)

NONCE = some_bytes("call")


def test_a_call_token_travels_in_the_authorization_header():
    raw = build_call_token(a_call_token(), key=TERMINAL_KEY)

    header = authorization_header(raw)

    assert header.startswith("COSE ")
    assert "=" not in header
    assert verify_call_token(parse_authorization(header), TERMINAL_KEY.public_key) == a_call_token()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "COSE",
        "COSE ",
        "cose 0oQ",
        "Bearer 0oQ",
        "COSE  0oQ",
        "COSE 0oQ=",
        "COSE 0o\nQ",
        "COSE 0o Q",
        "COSE 0oR",
        "COSE 0",
        "COSE 0o+/",
        "COSE é",
        "COSE " + "A" * 3000,
    ],
)
def test_a_header_with_a_second_spelling_is_refused(header: str):
    with pytest.raises(MalformedError):
        parse_authorization(header)


def test_lengths_are_looked_at_before_anything_is_read():
    for read, bytes_max in (
        (lambda raw: verify_call_token(raw, TERMINAL_KEY.public_key), 512),
        (lambda raw: verify_signed_time(raw, a_ledger(), nonce=NONCE), 512),
        (lambda raw: verify_message(raw, a_ledger(), terminal=TERMINAL), 65_536),
        (lambda raw: verify_acknowledgement(raw, a_ledger(), nonce=NONCE), 2_097_152),
    ):
        with pytest.raises(MalformedError, match=f"more than {bytes_max}"):
            read(bytes(bytes_max + 1))
        with pytest.raises(MalformedError, match="CBOR"):
            read(bytes(bytes_max))


def test_a_header_may_be_as_long_as_the_longest_token():
    assert parse_authorization(authorization_header(bytes(512))) == bytes(512)
    assert parse_authorization(authorization_header(b"x")) == b"x"
    with pytest.raises(MalformedError, match="not COSE"):
        parse_authorization(authorization_header(bytes(1024)))


def test_the_hash_of_a_call_covers_method_path_query_and_body():
    hashes = {
        call_hash("POST", "/v1/a", b"x"),
        call_hash("PUT", "/v1/a", b"x"),
        call_hash("POST", "/v1/a?after=1", b"x"),
        call_hash("POST", "/v1/a", b"y"),
        call_hash("POST", "/v1/a", b""),
    }

    assert len(hashes) == 5
    # printf 'GET /v1/terminals/t-1/inbox?after=0\n' | sha256sum
    known = "47b1222d90263d2f1e05a2cfebae75ddfed2c7fb4fc3f11f402d74f24fa1ec86"
    assert call_hash("GET", "/v1/terminals/t-1/inbox?after=0", b"").hex() == known


def test_a_call_token_of_another_terminal_is_refused():
    raw = build_call_token(a_call_token(), key=STRANGER_KEY)

    with pytest.raises(SignatureError):
        verify_call_token(raw, TERMINAL_KEY.public_key)


def test_a_signed_time_counts_for_its_own_call_only():
    raw = build_signed_time(a_signed_time(), key=LEDGER_KEY)

    assert verify_signed_time(raw, a_ledger(), nonce=NONCE) == a_signed_time()
    with pytest.raises(MalformedError, match="another call"):
        verify_signed_time(raw, a_ledger(), nonce=some_bytes("later call"))


@pytest.mark.parametrize("role", LedgerRole)
def test_each_answer_needs_a_key_of_its_role(role: LedgerRole):
    ledger = a_ledger(roles=frozenset({role}))
    answers = {
        LedgerRole.ACK: lambda: verify_acknowledgement(
            build_acknowledgement(an_acknowledgement(), key=LEDGER_KEY), ledger, nonce=NONCE
        ),
        LedgerRole.TIME: lambda: verify_signed_time(
            build_signed_time(a_signed_time(), key=LEDGER_KEY), ledger, nonce=NONCE
        ),
        LedgerRole.MESSAGE: lambda: verify_message(
            build_message(a_message(), key=LEDGER_KEY), ledger, terminal=TERMINAL
        ),
    }

    for needed, answer in answers.items():
        if needed is role:
            answer()
        else:
            with pytest.raises(SignatureError):
                answer()


def test_answers_of_a_stranger_are_refused():
    with pytest.raises(SignatureError):
        verify_acknowledgement(build_acknowledgement(an_acknowledgement(), key=STRANGER_KEY), a_ledger(), nonce=NONCE)


def _with_outcomes(*outcomes: Outcome) -> Acknowledgement:
    base = an_acknowledgement()
    return Acknowledgement(
        sequence=base.sequence,
        hash=base.hash,
        outcomes=outcomes,
        checkpoint=base.checkpoint,
        time_s=base.time_s,
        nonce=base.nonce,
        message_number=300,
    )


def test_an_acknowledgement_brings_every_kind_of_outcome():
    side = EvidenceSide(entry=an_entry().raw, certificate=a_certificate().raw)
    acknowledgement = _with_outcomes(
        Outcome(sequence=1, status=OutcomeStatus.SETTLED),
        Outcome(sequence=2, status=OutcomeStatus.DUPLICATE),
        Outcome(sequence=3, status=OutcomeStatus.CONFLICT, detail=side),
        Outcome(sequence=4, status=OutcomeStatus.REFUSED, detail="expired"),
        Outcome(sequence=500, status=OutcomeStatus.PENDING),
    )

    raw = build_acknowledgement(acknowledgement, key=LEDGER_KEY)

    assert verify_acknowledgement(raw, a_ledger(), nonce=NONCE) == acknowledgement
    assert [outcome.status.is_final for outcome in acknowledgement.outcomes] == [True, True, True, True, False]


def test_fields_that_a_later_ledger_adds_are_ignored():
    payload = parse_sign1(build_acknowledgement(an_acknowledgement(), key=LEDGER_KEY)).payload
    later = sign1(cbor.encode({**fields_of(payload), 8: "new", "x": None}), key=LEDGER_KEY, aad=Aad.ACK)

    assert verify_acknowledgement(later, a_ledger(), nonce=NONCE) == an_acknowledgement()


def test_a_field_twice_is_refused_even_where_unknown_fields_are_ignored():
    payload = parse_sign1(build_message(a_message(), key=LEDGER_KEY)).payload
    twice = bytes((payload[0] + 2,)) + payload[1:] + b"\x18\x63\x00" + b"\x18\x63\x01"

    with pytest.raises(MalformedError, match="twice"):
        verify_message(sign1(twice, key=LEDGER_KEY, aad=Aad.MESSAGE), a_ledger(), terminal=TERMINAL)


def test_a_message_for_another_terminal_is_refused():
    raw = build_message(a_message(), key=LEDGER_KEY)

    assert verify_message(raw, a_ledger(), terminal=TERMINAL) == a_message()
    with pytest.raises(MalformedError, match="another terminal"):
        verify_message(raw, a_ledger(), terminal="t-bakery-2")


def test_a_message_of_an_unknown_kind_is_read_like_any_other():
    message = a_message(kind="weather", body={"sky": "blue"})

    assert verify_message(build_message(message, key=LEDGER_KEY), a_ledger(), terminal=TERMINAL) == message
    assert "weather" not in set(MessageKind)
