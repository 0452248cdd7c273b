"""The demo's customers: people with wallets in the town's `people/` folder, and the mint that fills them.

An honest customer has a real wallet with durable counters and gets a new voucher when the old one does not reach. A
cheat has a bare `Hand`. Everything random comes from the run's entropy, so that the same seed in the same town brings
the same people; a second run in one town gets people of its own, because a voucher id is never issued twice.
"""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.sandbox.cheats import Hand
from pos.sandbox.entropy import Entropy
from pos.sandbox.issuing import VOUCHER_ID_BYTES, sign_voucher
from pos.sandbox.places import Person
from pos.sandbox.town import DAY_S, HOME_ISSUER, KeyState, Town
from pos.sandbox.wallet.wallet import VoucherId, Wallet
from pos.voucher.claims import Voucher
from pos.voucher.keys import SigningKey

ISSUED_AGO_S: Final = 3_600
"""Vouchers of the run were issued an hour ago: no clock in the town is off by that much."""
PURSE_WON: Final = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A voucher to be made: valid by default, one field to spoil one thing. Times are relative to now."""

    value_won: int = PURSE_WON
    issuer: str = HOME_ISSUER
    program: str = "general"
    key: KeyState = KeyState.CURRENT
    voucher_id: bytes | None = None
    begins_in_s: int = -ISSUED_AGO_S
    ends_in_s: int = 90 * DAY_S
    is_issuer_unknown: bool = False
    """Signed by a key that nobody knows, for an issuer that nobody knows."""


class Mint:
    """Issues the vouchers of one run."""

    def __init__(self, town: Town, entropy: Entropy) -> None:
        self.town: Final = town
        self._entropy = entropy
        self._numbers = itertools.count(1)

    @property
    def purse_won(self) -> int:
        """What a customer's voucher is over: as much as the till may take from one voucher between two contacts."""
        return min(PURSE_WON, self.town.places.policies[self.town.policy].limits.voucher_max_won)

    def voucher(self, holder_key: bytes, promise: Promise, *, now_s: int) -> bytes:
        """The bytes of a purse's voucher."""
        begins_s = now_s + promise.begins_in_s
        claims = Voucher(
            issuer=promise.issuer,
            expires_s=now_s + promise.ends_in_s,
            not_before_s=begins_s,
            issued_s=min(begins_s, now_s - ISSUED_AGO_S),
            voucher_id=promise.voucher_id or self.secret("voucher", size=VOUCHER_ID_BYTES),
            holder_key=holder_key,
            program=promise.program,
            value_won=promise.value_won,
            serial=None,
        )
        return sign_voucher(claims, self._key(promise))

    def hand(self, promise: Promise, *, now_s: int) -> Hand:
        """A voucher with a holder key that will sign anything."""
        seed = self.secret("hand")
        return Hand(seed=seed, voucher=self.voucher(SigningKey.from_seed(seed).public_key, promise, now_s=now_s))

    def secret(self, name: str, *, size: int = 32) -> bytes:
        """Bytes that this run has not used yet."""
        return self._entropy.secret(name, str(next(self._numbers)), size=size)

    def _key(self, promise: Promise) -> SigningKey:
        if promise.is_issuer_unknown:
            return SigningKey.from_seed(self.secret("nobody"))
        return self.town.issuer_key(promise.issuer, promise.key)


class Customer:
    """A person with a wallet."""

    def __init__(self, person: Person, *, folder: Path, mint: Mint) -> None:
        self.name: Final = person.name
        self.issuer: Final = person.issuer
        self.program: Final = person.program
        self._folder = folder
        self._mint = mint
        self._wallet: Wallet | None = None
        self._purse: VoucherId | None = None

    def pay(self, amount_won: int, *, now_s: int) -> str:
        """The text of a payment that answers no request."""
        wallet, purse = self._purse_for(amount_won, now_s)
        return wallet.pay(purse, amount_won=amount_won, now_s=now_s)

    def answer(self, request: str, *, now_s: int) -> str:
        """The text that answers a terminal's request; WalletError if the request cannot be trusted."""
        amount_won = self._opened().read_request(request, now_s=now_s).amount_won
        wallet, purse = self._purse_for(amount_won, now_s)
        return wallet.answer(purse, request, amount_won=amount_won, now_s=now_s)

    def _opened(self) -> Wallet:
        if self._wallet is None:
            self._wallet = Wallet.make(self._folder, pinned=self._mint.town.pinned)
        return self._wallet

    def _purse_for(self, amount_won: int, now_s: int) -> tuple[Wallet, VoucherId]:
        wallet = self._opened()
        if self._purse is None or wallet.purse(self._purse).left_won < amount_won:
            promise = Promise(issuer=self.issuer, program=self.program, value_won=max(self._mint.purse_won, amount_won))
            holder_key = wallet.make_key(self._mint.secret("holder"))
            self._purse = wallet.add(self._mint.voucher(holder_key, promise, now_s=now_s))
        return wallet, self._purse


class Crowd:
    """The customers of one run."""

    def __init__(self, town: Town, *, seed: str) -> None:
        town.people_dir.mkdir(exist_ok=True)
        run = 1 + sum(1 for _ in town.people_dir.iterdir())
        folder = town.people_dir / f"run-{run}"
        folder.mkdir()
        root = Entropy.of_seed(f"{town.issuer_key(HOME_ISSUER).seed.hex()}/{seed}/{run}")
        self.mint: Final = Mint(town, root)
        self.town: Final = town
        self.customers: Final = tuple(
            Customer(person, folder=folder / str(number), mint=self.mint)
            for number, person in enumerate(town.places.customers_of(town.merchant), start=1)
        )
