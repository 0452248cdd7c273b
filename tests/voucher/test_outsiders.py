"""Other people's implementations and vectors, from an environment of their own.

The environment is made by the run script; CHAK_PYCOSE_PYTHON names its interpreter, otherwise it is looked for under
.cache. Where it is missing these tests fail: an outside opinion that is not asked is not an opinion.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from pos.voucher.aad import Aad
from pos.voucher.cose import parse_sign1, verify_sign1
from pos.voucher.keys import is_valid_public_key, verify_signature
from pos.voucher.signed import SignedPayment, decode_payment
from pos.voucher.verified import VerifiedPayment, verify_payment
from tests.support.voucher_builders import (
    HOLDER_KEY,
    ISSUER_KEY,
    LEDGER_KEY,
    MERCHANT,
    TERMINAL_KEY,
    a_certificate,
    a_confirmation,
    a_paper_voucher,
    a_payment,
    a_receipt,
    a_request,
    a_voucher,
    an_entry,
    an_issuer,
    some_bytes,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PYTHON = os.environ.get("CHAK_PYCOSE_PYTHON", str(ROOT / ".cache" / "pycose" / "bin" / "python"))
PEER = Path(__file__).with_name("pycose_peer.py")


def _ask(**request: str) -> dict[str, str]:
    if not Path(PYTHON).exists():
        pytest.fail(f"{PYTHON} is missing: ./run test --all makes it, or CHAK_PYCOSE_PYTHON names another")
    done = subprocess.run([PYTHON, str(PEER)], input=json.dumps(request), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _bound_payment() -> SignedPayment:
    return a_payment(merchant=MERCHANT, nonce=some_bytes("nonce"))


@pytest.mark.parametrize(
    ("raw", "key", "aad"),
    [
        (a_voucher().raw, ISSUER_KEY, Aad.VOUCHER),
        (a_paper_voucher().raw, ISSUER_KEY, Aad.VOUCHER),
        (_bound_payment().raw, HOLDER_KEY, Aad.PAYMENT),
        (a_certificate().raw, LEDGER_KEY, Aad.TERMINAL),
        (a_request().raw, TERMINAL_KEY, Aad.REQUEST),
        (a_confirmation().raw, LEDGER_KEY, Aad.CONFIRMATION),
        (a_receipt().raw, TERMINAL_KEY, Aad.RECEIPT),
        (an_entry().raw, TERMINAL_KEY, Aad.JOURNAL),
    ],
)
def test_pycose_verifies_what_we_sign(raw, key, aad):
    answer = _ask(do="verify", object=raw.hex(), aad=aad.encode().hex(), public_key=key.public_key.hex())

    assert answer == {"holds": True, "kid": key.kid.hex(), "algorithm": -8, "payload": parse_sign1(raw).payload.hex()}


def test_pycose_refuses_what_we_signed_for_something_else():
    raw = _bound_payment().raw
    aad = Aad.VOUCHER.encode().hex()

    answer = _ask(do="verify", object=raw.hex(), aad=aad, public_key=HOLDER_KEY.public_key.hex())

    assert answer["holds"] is False


def test_we_verify_what_pycose_signs_to_the_byte():
    ours = _bound_payment()
    payload = ours.sign1.payload

    theirs = _ask(
        do="sign",
        seed=HOLDER_KEY.seed.hex(),
        public_key=HOLDER_KEY.public_key.hex(),
        kid=HOLDER_KEY.kid.hex(),
        payload=payload.hex(),
        aad=Aad.PAYMENT.encode().hex(),
    )["object"]

    assert theirs == ours.raw.hex()
    envelope = parse_sign1(bytes.fromhex(theirs))
    assert verify_sign1(envelope, public_key=HOLDER_KEY.public_key, aad=Aad.PAYMENT)
    assert isinstance(verify_payment(decode_payment(bytes.fromhex(theirs)), an_issuer()), VerifiedPayment)


def test_wycheproofs_ed25519_vectors_are_answered_as_they_say():
    vectors = json.loads(Path(_ask(do="wycheproof")["file"]).read_text(encoding="utf-8"))
    count = 0
    for group in vectors["testGroups"]:
        public_key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            holds = verify_signature(public_key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            # "acceptable" are signatures under keys outside the prime-order subgroup: ours is the stricter policy.
            assert holds is (case["result"] == "valid"), case
            if case["result"] == "acceptable":
                assert not is_valid_public_key(public_key), case
            count += 1

    assert count == vectors["numberOfTests"] >= 150
