"""A wallet answers a payment request only when everything about it holds."""

from collections.abc import Callable

import pytest

from pos.sandbox.wallet.errors import UnreadableError, UntrustedError
from pos.sandbox.wallet.requests import PinnedKey
from pos.sandbox.wallet.wallet import Wallet
from pos.sandbox.wallet.wire import Prefix, public_key_of, to_text


def test_an_honest_request_shows_name_and_amount(wallet: Wallet, till, now_s: int) -> None:
    request = wallet.read_request(till.text(), now_s=now_s)

    assert (request.merchant, request.merchant_name) == ("m-bakery", "해밀 베이커리")
    assert (request.amount_won, request.nonce) == (12_000, b"n" * 16)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ledger_seed": b"x" * 32}, "not known to this wallet"),
        ({"ledger": "elsewhere"}, "not known to this wallet"),
        ({"terminal_seed": b"x" * 32}, "not signed by the terminal"),
        ({"terminal": "t-other-1"}, "another terminal"),
        ({"merchant": "m-other"}, "another merchant"),
        ({"certificate_expires_s": 1_790_000_000}, "not in force"),
        ({"certificate_issued_s": 1_790_000_001}, "not in force"),
        ({"certificate_aad": "chak/request/1"}, "not signed by the ledger"),
        ({"request_aad": "chak/payment/1"}, "not signed by the terminal"),
    ],
)
def test_a_request_that_does_not_hold_is_not_answered(
    wallet: Wallet, spoil: Callable[..., object], now_s: int, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(UntrustedError, match=said):
        wallet.read_request(spoil(**changed).text(), now_s=now_s)


@pytest.mark.parametrize(
    "changed",
    [{"amount_won": 0}, {"amount_won": 100_000_001}, {"nonce": b"n" * 15}, {"merchant_name": "가" * 21},
     {"certificate_issued_s": 1_790_000_000 - 200 * 86_400}, {"certificate_expires_s": 1_789_900_000},
     {"merchant_name": "A\u202eB"}, {"terminal": ".."}, {"merchant": "m bakery"}, {"merchant_name": ""}],
)  # fmt: skip
def test_a_request_out_of_range_is_not_read(
    wallet: Wallet, spoil: Callable[..., object], now_s: int, changed: dict[str, object]
) -> None:
    with pytest.raises(UnreadableError):
        wallet.read_request(spoil(**changed).text(), now_s=now_s)


def test_a_ledger_key_without_the_role_certifies_nobody(tmp_path, till, now_s: int) -> None:
    pinned = PinnedKey(ledger="sandbox", public_key=public_key_of(b"l" * 32), roles=frozenset({"ack", "time"}))
    wallet = Wallet.make(tmp_path / "other", pinned=(pinned,))

    with pytest.raises(UntrustedError, match="not known"):
        wallet.read_request(till.text(), now_s=now_s)


@pytest.mark.slow
def test_every_single_flipped_bit_of_a_request_is_noticed(wallet: Wallet, till, now_s: int) -> None:
    raw = till.request()
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((UnreadableError, UntrustedError)):
            wallet.read_request(to_text(Prefix.REQUEST, bytes(flipped)), now_s=now_s)
