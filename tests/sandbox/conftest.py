"""An issuer and a shop's terminal for the wallet's tests, made from nothing but cbor2 and PyNaCl.

They are written out here, so that the wallet is judged neither by the terminal's encoder nor by its own.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cbor2
import nacl.signing
import pytest

from pos.sandbox.wallet.requests import PinnedKey
from pos.sandbox.wallet.wallet import VoucherId, Wallet

NOW_S = 1_790_000_000
DAY_S = 86_400


def ordered(claims: dict[int, object]) -> bytes:
    """Encode a map in the order RFC 8949 §4.2.1 wants, one level deep."""
    items = sorted((cbor2.dumps(key), cbor2.dumps(value)) for key, value in claims.items())
    return bytes([0xA0 + len(items)]) + b"".join(key + value for key, value in items)


def sign1(seed: bytes, claims: dict[int, object], aad: str) -> bytes:
    key = nacl.signing.SigningKey(seed)
    kid = hashlib.sha256(bytes(key.verify_key)).digest()[:8]
    protected = bytes.fromhex("a201270448") + kid
    payload = ordered(claims)
    message = cbor2.dumps(["Signature1", protected, aad.encode(), payload])
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, key.sign(message).signature]))


def public(seed: bytes) -> bytes:
    return bytes(nacl.signing.SigningKey(seed).verify_key)


def confirmation(public_key: bytes) -> dict[int, object]:
    return {1: {1: 1, -1: 6, -2: public_key}}


def voucher_for(public_key: bytes, *, value_won: int = 50_000, number: int = 1, **changed: object) -> bytes:
    claims: dict[int, object] = {
        1: "41390",
        4: NOW_S + 30 * DAY_S,
        5: NOW_S - DAY_S,
        6: NOW_S - DAY_S,
        7: number.to_bytes(16, "big"),
        8: confirmation(public_key),
        -65537: "general",
        -65538: value_won,
    }
    claims |= {int(label.removeprefix("k").replace("m", "-")): value for label, value in changed.items()}
    return sign1(b"i" * 32, claims, "chak/voucher/1")


@dataclass(frozen=True, kw_only=True)
class Till:
    """A terminal that asks for payment: valid by default, one field to spoil one thing."""

    ledger_seed: bytes = b"l" * 32
    terminal_seed: bytes = b"t" * 32
    certified_seed: bytes = b"t" * 32
    ledger: str = "sandbox"
    terminal: str = "t-bakery-1"
    certified_terminal: str = "t-bakery-1"
    merchant: str = "m-bakery"
    certified_merchant: str = "m-bakery"
    merchant_name: str = "해밀 베이커리"
    certificate_issued_s: int = NOW_S - DAY_S
    certificate_expires_s: int = NOW_S + 300 * DAY_S
    amount_won: int = 12_000
    nonce: bytes = b"n" * 16
    certificate_aad: str = "chak/terminal/1"
    request_aad: str = "chak/request/1"

    def certificate(self) -> bytes:
        claims: dict[int, object] = {
            1: self.ledger,
            2: self.certified_terminal,
            3: self.certified_merchant,
            4: self.certificate_expires_s,
            6: self.certificate_issued_s,
            8: confirmation(public(self.certified_seed)),
            -65545: self.merchant_name,
        }
        return sign1(self.ledger_seed, claims, self.certificate_aad)

    def request(self) -> bytes:
        claims: dict[int, object] = {
            1: self.terminal,
            3: self.merchant,
            6: NOW_S,
            10: self.nonce,
            -65543: self.amount_won,
            -65544: self.certificate(),
        }
        return sign1(self.terminal_seed, claims, self.request_aad)

    def text(self) -> str:
        return "CKR1:" + b45(self.request())


def b45(data: bytes) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    out = ""
    for high, low in zip(data[::2], data[1::2], strict=False):
        number = high * 256 + low
        out += alphabet[number % 45] + alphabet[number // 45 % 45] + alphabet[number // 2025]
    if len(data) % 2:
        out += alphabet[data[-1] % 45] + alphabet[data[-1] // 45]
    return out


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def spoil() -> Callable[..., Till]:
    """A till with fields changed."""
    return lambda **changed: replace(Till(), **changed)


@pytest.fixture
def wallet(tmp_path: Path) -> Wallet:
    pinned = PinnedKey(ledger="sandbox", public_key=public(b"l" * 32), roles=frozenset({"certificate"}))
    return Wallet.make(tmp_path / "wallet", pinned=(pinned,))


@pytest.fixture
def fill(wallet: Wallet) -> Callable[..., VoucherId]:
    """Put a fresh voucher into the wallet."""

    def fill(**changed: object) -> VoucherId:
        changed.setdefault("number", 1)
        return wallet.add(voucher_for(wallet.make_key(), **changed))

    return fill


@pytest.fixture
def make_voucher() -> Callable[..., bytes]:
    return voucher_for


@pytest.fixture
def now_s() -> int:
    return NOW_S
