"""What messages say: every kind has one form, and nothing else is read as it."""

import re
from pathlib import Path

import pytest

from pos import cbor
from pos.errors import MalformedError
from pos.voucher import message_bodies
from pos.voucher.body_fields import MessageBody
from pos.voucher.keys import SigningKey
from pos.voucher.message_bodies import RetireTold, UnknownMessage, read_message
from pos.voucher.messages import Message, MessageKind, build_message, verify_message
from tests.support import message_builders
from tests.support.message_builders import ORDER, SETTLEMENT, VOUCHER_SPENT
from tests.support.voucher_builders import LEDGER_KEY, NOW_S, TERMINAL, a_ledger

TEXT = (Path(message_bodies.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("### 7.1")[2]


def _message(body: MessageBody, **changed: object) -> Message:
    given = body.to_body() | {int(key[1:]): value for key, value in changed.items()}
    return Message(number=1, terminal=TERMINAL, time_s=NOW_S, kind=body.KIND, body=given)


def _received(message: Message, key: SigningKey = LEDGER_KEY) -> Message:
    return verify_message(build_message(message, key=key), a_ledger(), terminal=TERMINAL)


@pytest.mark.parametrize("body", message_builders.ALL, ids=lambda body: body.KIND)
def test_a_message_says_at_the_terminal_what_the_ledger_wrote(body: MessageBody):
    assert read_message(_received(_message(body))) == body


@pytest.mark.parametrize("body", message_builders.ALL, ids=lambda body: body.KIND)
def test_keys_that_a_later_ledger_adds_are_ignored(body: MessageBody):
    assert read_message(_received(_message(body, _77="new"))) == body


def test_there_is_a_body_for_every_kind_and_an_example_of_each():
    assert {body.KIND for body in message_builders.ALL} == set(MessageKind)


def test_a_kind_of_a_later_version_is_no_fault():
    message = Message(number=1, terminal=TERMINAL, time_s=NOW_S, kind="weather", body={"sky": "blue"})

    assert read_message(message) == UnknownMessage(kind="weather", body={"sky": "blue"})


@pytest.mark.parametrize(
    "message",
    [
        _message(SETTLEMENT, _3="2026-11-31"),
        _message(SETTLEMENT, _3="20261120"),
        _message(SETTLEMENT, _2="lost"),
        _message(SETTLEMENT, _6=-1),
        _message(ORDER, _5=[["빵", 0, 1]]),
        _message(ORDER, _5=[["빵", 1]]),
        _message(ORDER, _2="줄\n바꿈"),
        _message(ORDER, _3=0),
        _message(VOUCHER_SPENT, _1=[]),
        _message(VOUCHER_SPENT, _1=[["41390", bytes(16), 0, 0, 1, "t"]]),
        _message(VOUCHER_SPENT, _1=[["41390", bytes(15), 1, 0, 1, "t"]]),
        _message(RetireTold(reason="stolen"), _3=1),
    ],
    ids=lambda message: f"{message.kind} {cbor.encode(message.body).hex()[:12]}",
)
def test_a_body_of_another_form_is_refused_and_not_half_read(message: Message):
    with pytest.raises(MalformedError):
        read_message(message)


def test_the_text_lists_every_kind_with_every_key_that_the_code_reads():
    rows = dict(re.findall(r"^\| `([a-z._]+)` \| (.*) \|$", SECTION, re.MULTILINE))

    assert set(rows) == set(MessageKind)
    for body in message_builders.ALL:
        assert set(body.to_body()) <= {int(number) for number in re.findall(r"\d+", rows[body.KIND])}, body.KIND
