"""What tills of one shop say to each other: closed, of one meeting, by one key, in order, readable by nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.voucher.aad import Aad
from pos.voucher.cose import sign1
from pos.voucher.siblings import (
    ENTRIES_MAX,
    NEWS_BYTES_MAX,
    Hello,
    Meeting,
    MeetingKey,
    News,
    accept_greeting,
    parse_greeting,
    sign_greeting,
    sign_news,
    verify_news,
)
from tests.support.sibling_words import GREETING, KEY, MEETING, NEWS
from tests.support.voucher_builders import a_key


def take(raw: bytes, *, meeting: Meeting = MEETING, number: int = 1) -> News:
    return verify_news(raw, public_key=KEY.public_key, meeting=meeting, number=number)


def test_what_is_said_is_heard_as_it_was_said() -> None:
    hello = Hello(terminal="t-bakery-1", key=b"\x01" * 32)
    greeting = parse_greeting(sign_greeting(GREETING, key=KEY))

    assert Hello.from_bytes(hello.to_bytes()) == hello
    assert accept_greeting(greeting, public_key=KEY.public_key, meeting=MEETING) == GREETING
    assert take(sign_news(NEWS, key=KEY)) == NEWS


@pytest.mark.parametrize(
    "changed",
    [
        {"teller": "t-bakery-3"},
        {"listener": "t-bakery-3"},
        {"merchant": "m-butcher"},
        {"key": b"\x03" * 32},
        {"peer_key": b"\x03" * 32},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_was_said_at_another_meeting_or_by_another_is_not_taken(changed: dict[str, str]) -> None:
    other = replace(MEETING, **changed)  # type: ignore[arg-type]

    with pytest.raises(MalformedError):
        take(sign_news(replace(NEWS, meeting=other), key=KEY))
    with pytest.raises(MalformedError):
        accept_greeting(
            parse_greeting(sign_greeting(replace(GREETING, meeting=other), key=KEY)),
            public_key=KEY.public_key,
            meeting=MEETING,
        )


def test_a_greeting_is_no_news_and_another_kind_of_object_is_neither() -> None:
    payload = cbor.encode({**NEWS.meeting.fields(2), 9: 1, 10: 9, 11: [], 12: 0, 13: 0, 14: True})

    assert take(sign1(payload, key=KEY, aad=Aad.SIBLING)).told == 9
    for raw in (sign_greeting(GREETING, key=KEY), sign1(payload, key=KEY, aad=Aad.JOURNAL)):
        with pytest.raises(MalformedError):
            take(raw)
    with pytest.raises(MalformedError):
        take(sign_news(NEWS, key=a_key("another terminal")))


@pytest.mark.parametrize("number", [1, 3])
def test_news_comes_in_order(number: int) -> None:
    with pytest.raises(MalformedError):
        take(sign_news(replace(NEWS, number=number), key=KEY), number=2)


@pytest.mark.parametrize(
    "fields",
    [{15: 1}, {14: 1}, {9: 0}, {11: [b""]}, {11: [b"x"] * (ENTRIES_MAX + 1)}, {11: [b"x" * 16_385]}, {12: -1}],
    ids=["unknown key", "a number for a flag", "number 0", "empty entry", "too many", "too long", "below zero"],
)
def test_news_is_closed_and_bounded(fields: dict[int | str, cbor.Value]) -> None:
    given: cbor.Value = {**MEETING.fields(2), 9: 1, 10: 9, 11: [], 12: 0, 13: 0, 14: True, **fields}

    with pytest.raises(MalformedError):
        take(sign1(cbor.encode(given), key=KEY, aad=Aad.SIBLING))


def test_sixteen_entries_of_the_longest_kind_are_too_much_and_are_refused_unread() -> None:
    with pytest.raises(MalformedError, match=str(NEWS_BYTES_MAX)):
        take(sign_news(replace(NEWS, entries=(bytes(16_384),) * 4), key=KEY))


def test_only_the_two_of_a_meeting_can_open_what_is_boxed() -> None:
    one, two, third = MeetingKey(), MeetingKey(), MeetingKey()
    boxed = one.box(b"news", peer_key=two.public)

    assert two.open(boxed, peer_key=one.public) == b"news"
    assert b"news" not in boxed
    for key, peer in ((third, one), (two, third)):
        with pytest.raises(MalformedError):
            key.open(boxed, peer_key=peer.public)
    for spoiled in (b"", boxed[:30], boxed[:-1] + bytes([boxed[-1] ^ 1])):
        with pytest.raises(MalformedError):
            two.open(spoiled, peer_key=one.public)
    with pytest.raises(MalformedError):
        one.box(b"news", peer_key=bytes(32))
