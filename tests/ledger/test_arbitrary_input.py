"""Whatever arrives, only the ledger's own refusals come out."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos import cbor
from pos.errors import MalformedError
from pos.ledger.batch import split_batch, verify_batch
from pos.ledger.calls import open_call
from pos.ledger.enrolment import read_request
from pos.ledger.examine import approval_of, examine
from pos.ledger.judge import Claim, Refusal, Revocations
from pos.ledger.problem import ProblemError
from pos.voucher.checkpoint import parse_proof, verify_checkpoint
from pos.voucher.messages import authorization_header
from pos.voucher.trust import Issuer
from tests.support.ledger_builders import NOW_S, PublicKeys, Purse, Till, an_issuer_key, seeded_key

KEY = seeded_key("terminal t-1")
PAYMENT = Purse("p").pay(1_000)
ENTRY = Till(terminal="t-1", merchant="m", key_name="t-1").approve(PAYMENT, 1_000).raw
KEYS = PublicKeys(
    issuers={
        "41390": Issuer(
            issuer="41390", name="s", area=frozenset({"41390"}), keys=(an_issuer_key(seeded_key("issuer")),)
        )
    }
)


@given(st.binary(max_size=400) | st.lists(st.binary(max_size=80), max_size=5).map(lambda raws: cbor.encode([*raws])))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    with suppress(ProblemError):
        verify_batch(split_batch(body), KEY.public_key)
    with suppress(ProblemError):
        read_request(body)


@given(st.integers(0, len(ENTRY) * 8 - 1))
def test_an_entry_with_one_bit_flipped_ends_its_batch(bit: int) -> None:
    batch = verify_batch([flipped(ENTRY, bit)], KEY.public_key)

    assert batch.entries == ()
    assert batch.fault is not None


@given(st.integers(0, len(PAYMENT) * 8 - 1))
def test_a_payment_with_one_bit_flipped_is_refused(bit: int) -> None:
    till = Till(terminal="t-1", merchant="m", key_name="t-1")
    entry = till.approve(flipped(PAYMENT, bit), 1_000)

    assert isinstance(examined(till, entry.raw), Refusal)


@given(st.binary(min_size=1, max_size=512))
def test_a_till_may_approve_any_bytes(scanned: bytes) -> None:
    till = Till(terminal="t-1", merchant="m", key_name="t-1")

    assert examined(till, till.approve(scanned, 1_000).raw) is Refusal.UNREADABLE


def test_the_same_payment_unspoiled_is_good() -> None:
    till = Till(terminal="t-1", merchant="m", key_name="t-1")

    assert isinstance(examined(till, till.approve(PAYMENT, 1_000).raw), Claim)


@given(st.text(max_size=120) | st.binary(max_size=90).map(authorization_header))
def test_any_authorization_is_refused(header: str) -> None:
    with pytest.raises(ProblemError) as caught:
        open_call(header, terminal="t-1", ledger="sandbox", now_s=NOW_S, find=lambda terminal: None)

    assert caught.value.problem.status == 401


@given(st.text(max_size=200) | st.text(max_size=80).map(lambda text: f"c2sp.org/tlog-proof@v1\nindex 0\n\n{text}"))
def test_any_log_text_is_read_or_refused(text: str) -> None:
    with suppress(MalformedError):
        parse_proof(text)
    with pytest.raises(MalformedError):
        verify_checkpoint(text, origin="chak/ledger/sandbox", public_key=KEY.public_key)


def flipped(raw: bytes, bit: int) -> bytes:
    return raw[: bit // 8] + bytes([raw[bit // 8] ^ (1 << bit % 8)]) + raw[bit // 8 + 1 :]


def examined(till: Till, raw: bytes) -> Claim | Refusal:
    (entry,) = verify_batch([raw], till.key.public_key).entries
    approval = approval_of(entry, terminal="t-1", merchant="m", received_s=NOW_S, revoked_after=None)
    return examine(approval, KEYS, Revocations(seen_s={}, contact_hard_s=0))
