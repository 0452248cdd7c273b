"""The CDDL that others generate readers from, against the vectors, judged by a validator that is not ours.

Needs the outsiders' environment, like `test_outsiders.py`, and fails where that is missing.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from pos import cbor
from pos.voucher.bodies import BootStamp, PaymentApproved, stamped
from pos.voucher.entry import parse_entry
from pos.voucher.siblings import Hello, sign_greeting, sign_news
from tests.support import message_builders, sibling_words
from tests.support.voucher_builders import a_conflict, an_entry
from tests.vectors import generate

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PYTHON = os.environ.get("CHAK_PYCOSE_PYTHON", str(ROOT / ".cache" / "pycose" / "bin" / "python"))
PEER = Path(__file__).with_name("cddl_peer.py")
SCHEMA = (ROOT / "pos" / "voucher" / "protocol.cddl").read_text(encoding="utf-8")

# What CDDL has no words for: rules between fields and objects, limits of whole objects, the order inside what is
# wrapped in a byte string, and what characters a text may hold.
BEYOND_CDDL = (
    "header: keys out of order",
    "encoding: payload: long map head",
    "encoding: payload: indefinite map",
    "encoding: payload: keys out of order",
    "encoding: payload: nested too deeply",
    "a dot",
    "two dots",
    "not NFC",
    "with a line break",
    "with a NUL",
    "with DEL",
    "with a C1 control",
    "with a right-to-left override",
    "with a zero-width space",
    "with a byte order mark",
    "with a line separator",
    "nonce without aud",
    "spent_before 1 at sequence 1",
    "spent_before: below sequence - 1",
    "sequence 2^32 - 1 with less before it",
    "exp: at iat",
    "exp: before iat",
    "exp: 400 days and a second after iat",
    "17 deep",
    "16 KiB and a byte",
    "sequence: 1 with a previous entry",
    "previous: 32 zero bytes at sequence 2",
    "of another call",
    "sequence: zero with the hash of an entry",
    "hash: 32 zero bytes with a sequence",
    "outcomes: twice for one sequence",
    "terminal: another terminal's",
)


def _validate(cases: list[tuple[str, str]]) -> list[bool]:
    if not Path(PYTHON).exists():
        pytest.fail(f"{PYTHON} is missing: ./run test --all makes it, or CHAK_PYCOSE_PYTHON names another")
    request = json.dumps({"schema": SCHEMA, "cases": cases})
    done = subprocess.run([PYTHON, str(PEER)], input=request, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", generate.OBJECTS)
def test_the_cddl_describes_what_is_accepted_and_what_it_can_of_what_is_refused(name: str):
    cases = generate.OBJECTS[name][1]()
    rule = name.replace("_", "-")

    answers = _validate([(rule, case.raw.hex()) for case in cases])

    for case, is_valid in zip(cases, answers, strict=True):
        if case.expect != "malformed":
            assert is_valid, f"{case.name}: the CDDL refuses what is of the right form"
        elif not case.name.endswith(BEYOND_CDDL):
            assert not is_valid, f"{case.name}: the CDDL describes what is refused"


def test_the_cddl_describes_approvals_and_evidence():
    body = parse_entry(an_entry().raw).body
    approved = PaymentApproved.from_body(body)
    assert stamped(approved, BootStamp.from_body(body)) == body

    assert _validate(
        [
            ("payment-approved-body", cbor.encode(body).hex()),
            ("evidence", a_conflict().to_bytes().hex()),
            ("payment-approved-body", cbor.encode({**body, 4: 0}).hex()),
            ("evidence", "a10101"),
        ]
    ) == [True, True, False, False]


def test_the_cddl_describes_what_messages_say():
    cases = [(f"{body.KIND}-body".replace(".", "-").replace("_", "-"), body.to_body()) for body in message_builders.ALL]
    wrong = [(rule, {**body, 1: None}) for rule, body in cases]

    answers = _validate([(rule, cbor.encode(body).hex()) for rule, body in (*cases, *wrong)])

    assert answers == [True] * len(cases) + [False] * len(wrong)


def test_the_cddl_describes_what_tills_of_one_shop_say():
    hello = Hello(terminal="t-bakery-1", key=bytes(32)).to_bytes()
    greeting, news = (
        sign_greeting(sibling_words.GREETING, key=sibling_words.KEY),
        sign_news(sibling_words.NEWS, key=sibling_words.KEY),
    )

    assert _validate(
        [
            ("sibling-hello", hello.hex()),
            ("sibling-greeting", greeting.hex()),
            ("sibling-news", news.hex()),
            ("sibling-greeting", news.hex()),
            ("sibling-news", greeting.hex()),
        ]
    ) == [True, True, True, False, False]
