"""Vectors of journal entries and of what terminal and ledger say to each other."""

from collections.abc import Iterator

from pos import cbor
from pos.voucher.aad import Aad
from pos.voucher.keys import SigningKey
from pos.voucher.messages import build_acknowledgement, build_call_token, build_message, build_signed_time
from tests.support.voucher_builders import (
    LEDGER_KEY,
    TERMINAL_KEY,
    a_call_token,
    a_certificate,
    a_message,
    a_signed_time,
    an_acknowledgement,
    an_entry,
    some_bytes,
)
from tests.vectors.cases import (
    MALFORMED,
    VERIFIED,
    WRONG_ID,
    WRONG_TIME,
    Case,
    Subject,
    all_cases,
    wrong_bytes,
    wrong_text,
)

HASH = some_bytes("entry 1", 32)
WRONG_COUNT: dict[str, cbor.Value] = {"negative": -1, "text": "1", "true": True}


def _subject(raw: bytes, key: SigningKey, aad: Aad, names: dict[int, str], *, is_open: bool = False) -> Subject:
    return Subject(
        raw=raw, key=key, aad=aad, names=names, wrong_signature="signature", unknown_key="signature", is_open=is_open
    )


def entry_cases() -> list[Case]:
    names = {1: "sequence", 2: "previous", 3: "time", 4: "quality", 5: "kind", 6: "body"}
    subject = _subject(an_entry(sequence=2, previous=HASH).raw, TERMINAL_KEY, Aad.JOURNAL, names)
    wrong: dict[int, dict[str, cbor.Value]] = {
        1: {**WRONG_COUNT, "zero": 0, "1 with a previous entry": 1},
        2: {**wrong_bytes(32), "32 zero bytes at sequence 2": bytes(32)},
        3: dict(WRONG_TIME),
        4: {**WRONG_COUNT, "4": 4},
        5: dict(wrong_text(64)),
        6: {"an array": [], "null": None, "bytes": b"\xa0"},
    }

    def more(subject: Subject) -> Iterator[Case]:
        def case(name: str, raw: bytes, why: str, expect: str = MALFORMED) -> Case:
            return Case(name=name, raw=raw, expect=expect, why=why)

        yield case("first entry", an_entry().raw, "32 zero bytes stand before the first", VERIFIED)
        unknown = an_entry({1: "anything"}, sequence=2, previous=HASH, kind="weather.noted").raw
        yield case("unknown kind", unknown, "stored, its body ignored", VERIFIED)
        deepest: cbor.Value = 0
        for _ in range(14):
            deepest = [deepest]
        yield case("16 deep", subject.spoiled({6: {1: deepest}}), "the payload is 1, the body 2", VERIFIED)
        yield case("17 deep", subject.spoiled({6: {1: [deepest]}}), "depth is at most 16")
        room = 16_384 - len(subject.spoiled({6: {1: b"\1" * 15_000}})) + 15_000
        yield case("16 KiB", subject.spoiled({6: {1: b"\1" * room}}), "the longest entry", VERIFIED)
        yield case("16 KiB and a byte", subject.spoiled({6: {1: b"\1" * (room + 1)}}), "too long")

    return all_cases(subject, wrong, more)


def call_token_cases() -> list[Case]:
    names = {2: "sub", 3: "aud", 6: "iat", 10: "nonce", -65548: "request hash"}
    subject = _subject(build_call_token(a_call_token(), key=TERMINAL_KEY), TERMINAL_KEY, Aad.CALL, names)
    wrong = {2: WRONG_ID, 3: WRONG_ID, 6: WRONG_TIME, 10: wrong_bytes(16), -65548: wrong_bytes(32)}
    return all_cases(subject, wrong)


def signed_time_cases() -> list[Case]:
    names = {6: "time", 10: "nonce"}
    subject = _subject(build_signed_time(a_signed_time(), key=LEDGER_KEY), LEDGER_KEY, Aad.TIME, names)

    def more(subject: Subject) -> Iterator[Case]:
        other = subject.spoiled({10: some_bytes("another call")})
        yield Case(name="of another call", raw=other, expect=MALFORMED, why="an old answer played again")

    return all_cases(subject, {6: WRONG_TIME, 10: wrong_bytes(16)}, more)


def acknowledgement_cases() -> list[Case]:
    names = {1: "sequence", 2: "hash", 3: "outcomes", 4: "checkpoint", 5: "time", 6: "nonce", 7: "message number"}
    raw = build_acknowledgement(an_acknowledgement(), key=LEDGER_KEY)
    subject = _subject(raw, LEDGER_KEY, Aad.ACK, names, is_open=True)
    side: cbor.Value = [an_entry().raw, a_certificate().raw]
    wrong: dict[int, dict[str, cbor.Value]] = {
        1: {**WRONG_COUNT, "zero with the hash of an entry": 0},
        2: {**wrong_bytes(32), "32 zero bytes with a sequence": bytes(32)},
        3: {
            "null": None,
            "of an unknown status": [[1, "lost", None]],
            "of two parts": [[1, "settled"]],
            "of four parts": [[1, "settled", None, None]],
            "as maps": [{0: 1, 1: "settled", 2: None}],
            "twice for one sequence": [[1, "pending", None], [1, "settled", None]],
            "for sequence 0": [[0, "settled", None]],
            "settled with a detail": [[1, "settled", "thanks"]],
            "refused without a reason": [[1, "refused", None]],
            "a conflict without evidence": [[1, "conflict", None]],
            "a conflict with half a side": [[1, "conflict", [an_entry().raw]]],
            "a conflict with an empty entry": [[1, "conflict", [b"", a_certificate().raw]]],
            "a conflict with a certificate of 513 bytes": [[1, "conflict", [an_entry().raw, bytes(513)]]],
        },
        4: {"text": "sandbox/log", "empty": b""},
        5: dict(WRONG_TIME),
        6: dict(wrong_bytes(16)),
        7: WRONG_COUNT,
    }

    def more(subject: Subject) -> Iterator[Case]:
        def case(name: str, changes: dict[int, cbor.Value], why: str, expect: str = VERIFIED) -> Case:
            return Case(name=name, raw=subject.spoiled(dict(changes)), expect=expect, why=why)

        outcomes: cbor.Value = [
            [1, "settled", None],
            [2, "duplicate", None],
            [3, "conflict", side],
            [4, "refused", "expired"],
            [5, "pending", None],
        ]
        yield case("every status", {3: outcomes}, "the closed list")
        yield case("empty journal", {1: 0, 2: bytes(32)}, "nothing stored yet")
        yield case("unknown field", {99: "new"}, "ignored in acknowledgements")
        yield case("of another call", {6: some_bytes("another call")}, "an old answer played again", MALFORMED)

    return all_cases(subject, wrong, more)


def message_cases() -> list[Case]:
    names = {1: "number", 2: "terminal", 3: "time", 4: "kind", 5: "body"}
    subject = _subject(build_message(a_message(), key=LEDGER_KEY), LEDGER_KEY, Aad.MESSAGE, names, is_open=True)
    wrong: dict[int, dict[str, cbor.Value]] = {
        1: {**WRONG_COUNT, "zero": 0},
        2: {**WRONG_ID, "another terminal's": "t-other"},
        3: dict(WRONG_TIME),
        4: dict(wrong_text(64)),
        5: {"an array": [], "null": None},
    }

    def more(subject: Subject) -> Iterator[Case]:
        unknown = subject.spoiled({4: "weather"})
        yield Case(name="unknown kind", raw=unknown, expect=VERIFIED, why="kept and shown, never executed")
        extra = subject.spoiled({99: "new"})
        yield Case(name="unknown field", raw=extra, expect=VERIFIED, why="ignored in messages")

    return all_cases(subject, wrong, more)
