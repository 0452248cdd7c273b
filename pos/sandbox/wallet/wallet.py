"""A wallet in a folder: holder keys, purses, the pinned keys of ledgers.

    WALLET/
      wallet.lock                     held while counters change
      pinned.cbor                     ledger keys: what a payment request is checked with
      keys/<public key>.key           32-byte seeds, made here, never leaving
      purses/<issuer>-<voucher>.cbor  one voucher and its counters each

Rules (protocol, "What a wallet must do"):

- a payment is on the disk, counters and all, before its text is returned;
- a sequence is used once and its sum is gone, also when nobody ever accepted the payment;
- the same request is answered with the same bytes, however often it is scanned;
- nothing here is ever rolled back, and a damaged purse signs nothing.

A voucher's own validity is not judged: the terminal and the ledger do that.
"""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pos.sandbox.wallet.claims import Voucher, read_voucher
from pos.sandbox.wallet.errors import CannotPayError, DamagedError, UnknownHolderError, UnreadableError, WalletError
from pos.sandbox.wallet.files import locked, sync_folder, write_durably
from pos.sandbox.wallet.purse import Purse, Shown
from pos.sandbox.wallet.requests import PinnedKey, TrustedRequest, check_request
from pos.sandbox.wallet.wire import Prefix, Purpose, decode, encode, from_text, public_key_of, sign, to_text

SEED_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherId:
    """Which purse: a voucher's identity."""

    issuer: str
    voucher_id: bytes


class Wallet:
    """A wallet's folder. Instances hold nothing: every call reads the files and leaves them durable."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder

    @classmethod
    def make(cls, folder: Path, *, pinned: Sequence[PinnedKey]) -> "Wallet":
        """Make a new wallet; FileExistsError if the folder already holds one."""
        for part in (folder, folder / "keys", folder / "purses"):
            part.mkdir(mode=0o700, parents=True, exist_ok=part == folder)
        content = [[key.ledger, key.public_key, sorted(key.roles)] for key in pinned]
        write_durably(folder / "pinned.cbor", encode(content))
        sync_folder(folder.parent)
        return cls(folder)

    def make_key(self, seed: bytes | None = None) -> bytes:
        """Make a holder key and return its public part, for the issuer to put into a voucher."""
        secret = secrets.token_bytes(SEED_BYTES) if seed is None else seed
        public_key = public_key_of(secret)
        write_durably(self._key_path(public_key), secret)
        return public_key

    def add(self, voucher: bytes) -> VoucherId:
        """Take a voucher in (again changes nothing); UnknownHolderError if it is for a key that is not here."""
        purse = Purse(voucher=read_voucher(voucher))
        self._seed(purse.voucher)
        identity = _identity(purse.voucher)
        with self._locked():
            path = self._purse_path(identity)
            if not path.exists():
                write_durably(path, purse.to_bytes())
            elif self.purse(identity).voucher.raw != voucher:
                raise WalletError("another voucher of the same id is in this wallet already")
        return identity

    def purse(self, identity: VoucherId) -> Purse:
        """The purse as it stands on the disk."""
        try:
            data = self._purse_path(identity).read_bytes()
        except FileNotFoundError:
            raise WalletError(f"voucher {identity.voucher_id.hex()} is not in this wallet") from None
        return Purse.from_bytes(data)

    def purses(self) -> tuple[Purse, ...]:
        """Every purse, in the order of their file names."""
        return tuple(Purse.from_bytes(path.read_bytes()) for path in sorted((self.folder / "purses").glob("*.cbor")))

    def pay(self, identity: VoucherId, *, amount_won: int, now_s: int, merchant: str | None = None) -> str:
        """Sign a payment that answers no request and return its text; it is durable before this returns."""
        return self._pay(identity, amount_won=amount_won, now_s=now_s, merchant=merchant, nonce=None)

    def read_request(self, text: str, *, now_s: int) -> TrustedRequest:
        """Check a payment request: what may then be shown to the customer."""
        return check_request(text, pinned=self._pinned(), now_s=now_s)

    def answer(self, identity: VoucherId, text: str, *, amount_won: int, now_s: int) -> str:
        """Pay what a request asks; CannotPayError if that is not `amount_won`. A second scan shows the same bytes."""
        request = self.read_request(text, now_s=now_s)
        if request.amount_won != amount_won:
            raise CannotPayError(
                f"the request is over {request.amount_won:,} won, not {amount_won:,} won; the customer must agree"
            )
        return self._pay(identity, amount_won=amount_won, now_s=now_s, merchant=request.merchant, nonce=request.nonce)

    def show_again(self, identity: VoucherId) -> str:
        """The text of the newest payment, unchanged."""
        purse = self.purse(identity)
        if not purse.shown:
            raise WalletError("this voucher has paid nothing yet")
        return to_text(Prefix.PAYMENT, purse.shown[-1].raw)

    def ask_back(self, identity: VoucherId, object_bytes: bytes, *, ledger: str) -> bytes:
        """Ask for what came back of a payment that was shown, or of the voucher itself; always with a fresh key."""
        purse = self.purse(identity)
        fresh = self.make_key()
        seed = self._key_path(fresh).read_bytes()
        claim = encode({1: fresh, 2: object_bytes, 3: ledger})
        signed = sign(claim, seed=self._seed(purse.voucher), purpose=Purpose.RETURN)
        return sign(encode({1: signed}), seed=seed, purpose=Purpose.RETURN)

    def ask_for_slip(self, receipt: str, *, ledger: str) -> bytes:
        """Ask for what a refund's receipt code stands for; always with a fresh key."""
        fresh = self.make_key()
        content = encode({1: fresh, 2: from_text(Prefix.RECEIPT, receipt), 3: ledger})
        return sign(content, seed=self._key_path(fresh).read_bytes(), purpose=Purpose.RETURN)

    def _pay(
        self, identity: VoucherId, *, amount_won: int, now_s: int, merchant: str | None, nonce: bytes | None
    ) -> str:
        with self._locked():
            answered = self._answer_to(nonce)
            if answered is not None:
                return to_text(Prefix.PAYMENT, answered.raw)
            purse = self.purse(identity)
            after, shown = purse.pay(
                amount_won=amount_won,
                issued_s=now_s,
                seed=self._seed(purse.voucher),
                merchant=merchant,
                nonce=nonce,
            )
            text = to_text(Prefix.PAYMENT, shown.raw)
            write_durably(self._purse_path(identity), after.to_bytes())
        return text

    def _answer_to(self, nonce: bytes | None) -> Shown | None:
        if nonce is None:
            return None
        return next((shown for purse in self.purses() for shown in purse.shown if shown.nonce == nonce), None)

    def _seed(self, voucher: Voucher) -> bytes:
        try:
            seed = self._key_path(voucher.holder_key).read_bytes()
        except FileNotFoundError:
            raise UnknownHolderError(
                f"the voucher belongs to holder key {voucher.holder_key.hex()}, which is not in this wallet; "
                "pay from the wallet that made that key"
            ) from None
        if len(seed) != SEED_BYTES or public_key_of(seed) != voucher.holder_key:
            raise DamagedError(f"the key file of {voucher.holder_key.hex()} is damaged")
        return seed

    def _pinned(self) -> tuple[PinnedKey, ...]:
        try:
            content = decode((self.folder / "pinned.cbor").read_bytes())
        except UnreadableError as error:
            raise DamagedError(f"the pinned ledger keys are damaged: {error}") from error
        return tuple(_pinned_key(item) for item in content) if isinstance(content, Sequence) else ()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with locked(self.folder / "wallet.lock"):
            yield

    def _key_path(self, public_key: bytes) -> Path:
        return self.folder / "keys" / f"{public_key.hex()}.key"

    def _purse_path(self, identity: VoucherId) -> Path:
        return self.folder / "purses" / f"{identity.issuer}-{identity.voucher_id.hex()}.cbor"


def _identity(voucher: Voucher) -> VoucherId:
    return VoucherId(issuer=voucher.issuer, voucher_id=voucher.voucher_id)


def _pinned_key(item: object) -> PinnedKey:
    match item:
        case [str(ledger), bytes(public_key), Sequence() as roles]:
            return PinnedKey(ledger=ledger, public_key=public_key, roles=frozenset(map(str, roles)))
        case _:
            raise DamagedError("the pinned ledger keys are not of this wallet's format")
