"""Wallet and terminal judge each other: what one makes the other accepts, what one refuses the other refuses."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos import cbor
from pos.core.trust_store import FolderTrustStore
from pos.errors import MalformedError
from pos.sandbox.cheats import Hand, with_flipped_bit
from pos.sandbox.entropy import Entropy
from pos.sandbox.people import Mint, Promise
from pos.sandbox.town import Town, init
from pos.sandbox.wallet import wire
from pos.sandbox.wallet.claims import read_request
from pos.sandbox.wallet.errors import CannotPayError, UnreadableError, UntrustedError, WalletError
from pos.sandbox.wallet.wallet import VoucherId, Wallet
from pos.voucher import base45
from pos.voucher.cose import parse_sign1
from pos.voucher.keys import SigningKey
from pos.voucher.qr import QrKind, decode_text, encode_text
from pos.voucher.signed import decode_payment, decode_request, sign_request
from pos.voucher.terminal_claims import PaymentRequest
from pos.voucher.verified import VerifiedPayment, verify_payment

NOW_S = 1_790_000_000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return init(tmp_path_factory.mktemp("cross") / "town", seed="7")


@pytest.fixture(scope="module")
def trust(town: Town) -> FolderTrustStore:
    return FolderTrustStore(town.trust.folder, version=1, terminal="t-bakery-1", merchant="m-bakery", ledger="sandbox")


@pytest.fixture(scope="module")
def mint(town: Town) -> Mint:
    return Mint(town, Entropy.of_seed("cross"))


@pytest.fixture(scope="module")
def hand(mint: Mint) -> Hand:
    return mint.hand(Promise(value_won=50_000), now_s=NOW_S)


@pytest.fixture
def wallet(town: Town, tmp_path: Path) -> Wallet:
    return Wallet.make(tmp_path / "wallet", pinned=town.pinned)


@pytest.fixture
def purse(wallet: Wallet, mint: Mint) -> VoucherId:
    return wallet.add(mint.voucher(wallet.make_key(), Promise(value_won=50_000), now_s=NOW_S))


@pytest.fixture
def ask(town: Town, trust: FolderTrustStore) -> Callable[[int], bytes]:
    """The terminal's own payment request over an amount."""
    key = SigningKey.from_seed((town.directory / "state" / "terminal.key").read_bytes())
    request = PaymentRequest(
        terminal="t-bakery-1", merchant="m-bakery", issued_s=town.made_s, nonce=b"n" * 16,
        amount_won=1, certificate=trust.certificate,
    )  # fmt: skip
    return lambda amount_won: sign_request(replace(request, amount_won=amount_won), key=key).raw


def verified(text: str, trust: FolderTrustStore) -> VerifiedPayment:
    signed = decode_payment(decode_text(text).data)
    payment = verify_payment(signed, trust.issuer(signed.voucher.claims.issuer))
    assert isinstance(payment, VerifiedPayment)
    return payment


def test_the_terminal_verifies_what_the_wallet_signs(wallet: Wallet, purse: VoucherId, trust: FolderTrustStore) -> None:
    payments = [verified(wallet.pay(purse, amount_won=won, now_s=NOW_S), trust) for won in (1, 12_000, 37_999)]

    assert [(seen.payment.sequence, seen.payment.spent_before_won, seen.payment.amount_won) for seen in payments] == [
        (1, 0, 1), (2, 1, 12_000), (3, 12_001, 37_999),
    ]  # fmt: skip
    assert {seen.voucher.voucher_id for seen in payments} == {purse.voucher_id}
    with pytest.raises(CannotPayError):
        wallet.pay(purse, amount_won=1, now_s=NOW_S)


def test_the_wallet_answers_what_the_terminal_asks_and_the_terminal_verifies_the_answer(
    town: Town, wallet: Wallet, purse: VoucherId, trust: FolderTrustStore, ask: Callable[[int], bytes]
) -> None:
    text = encode_text(QrKind.REQUEST, ask(20_000))

    # The certificate is of the second in which the terminal was enrolled, which may be a later one than the town's.
    now_s = town.made_s + 60
    shown = wallet.read_request(text, now_s=now_s)
    seen = verified(wallet.answer(purse, text, amount_won=20_000, now_s=now_s), trust)

    assert (shown.merchant_name, shown.amount_won) == ("햇살 빵집", 20_000)
    assert (seen.payment.merchant, seen.payment.nonce, seen.payment.amount_won) == ("m-bakery", b"n" * 16, 20_000)


@pytest.mark.slow
def test_no_flipped_bit_of_a_payment_is_verified(hand: Hand, trust: FolderTrustStore) -> None:
    payment = hand.sign(amount_won=12_000, issued_s=NOW_S)
    verified(encode_text(QrKind.PAYMENT, payment), trust)

    for bit in range(8 * len(payment)):
        with pytest.raises((MalformedError, AssertionError)):
            verified(encode_text(QrKind.PAYMENT, with_flipped_bit(payment, bit)), trust)


def test_no_flipped_bit_of_a_request_is_answered(
    town: Town, wallet: Wallet, purse: VoucherId, ask: Callable[[int], bytes]
) -> None:
    request = ask(12_000)

    for bit in range(0, 8 * len(request), 3):
        text = encode_text(QrKind.REQUEST, with_flipped_bit(request, bit))
        with pytest.raises((UnreadableError, UntrustedError)):
            wallet.answer(purse, text, amount_won=12_000, now_s=town.made_s)
    assert wallet.purse(purse).sequence == 0


def accepts(read: Callable[[bytes], object], data: bytes) -> bool:
    try:
        read(data)
    except (MalformedError, WalletError):
        return False
    return True


def spoiled(data: bytes) -> Iterator[bytes]:
    """Every object that differs in one byte by one of a few telling amounts."""
    for place in range(len(data)):
        for change in (0x01, 0x20, 0x40, 0x80, 0x17):
            yield data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def test_both_take_the_same_envelopes_apart(hand: Hand) -> None:
    payment = hand.sign(amount_won=12_000, issued_s=NOW_S)
    opened = wire.open_envelope(payment)
    parsed = parse_sign1(payment)

    assert (opened.kid, opened.payload, opened.signature) == (parsed.kid, parsed.payload, parsed.signature)
    for other in spoiled(payment):
        assert accepts(wire.open_envelope, other) == accepts(parse_sign1, other)


def test_both_read_the_same_requests(ask: Callable[[int], bytes]) -> None:
    for other in spoiled(ask(12_000)):
        if accepts(read_request, other) != accepts(decode_request, other):
            # A key that is no point is refused by the wallet when it reads, by the terminal when it verifies.
            assert not wire.is_valid_key(decode_request(other).certificate.claims.terminal_key)


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:a\u0660", max_size=30))
def test_both_read_the_same_base45(text: str) -> None:
    try:
        expected: bytes | None = base45.decode(text)
    except MalformedError:
        expected = None
    try:
        found: bytes | None = wire.base45_decode(text)
    except UnreadableError:
        found = None
    assert found == expected


@given(st.binary(max_size=300))
def test_both_write_the_same_base45(data: bytes) -> None:
    assert wire.base45_encode(data) == base45.encode(data)


LABELS = st.integers(-70_000, 70_000) | st.text(max_size=4)
VALUES = st.recursive(
    st.integers(-(2**63), 2**63) | st.binary(max_size=30) | st.text(max_size=10) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(LABELS, inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_both_encode_a_value_the_same(value: cbor.Value) -> None:
    assert wire.encode(value) == cbor.encode(value)


@pytest.mark.parametrize("module", ["wallet", "requests", "wire", "claims", "purse", "files"])
def test_the_wallet_loads_neither_the_terminals_encoder_nor_its_verifier(module: str) -> None:
    code = (
        f"import sys, pos.sandbox.wallet.{module}\n"
        "sys.exit([name for name in sys.modules if name.startswith(('pos.cbor', 'pos.voucher', 'pos.till'))] or 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
