"""A town in a folder: what `pos sandbox init` makes and every other sandbox command opens.

    DIR/
      town.json              what this town is; written last, so that half a town is none
      terminal.toml          the shop's terminal: `pos run --config DIR/terminal.toml`
      state/ run/            its key, time anchor and journal; its sockets
      paper/ camera/         where its simulated printer and camera live
      trust/                 trust data as the terminal has adopted it (`pos.trust.folder`)
      ledger/                the ledger's data folder (`pos ledger serve --data DIR/ledger`): trust data and the TUF
                             repository that is made of it
      offline/*.key          keys that sign it, two of three each
      issuers/CODE/*.key     issuer keys: current, retired, revoked
      wallet/                the town's own wallet
      people/                wallets of the demo's customers

Rules: a folder that holds anything is never written into; what `init` began and could not finish it removes.
"""

import hashlib
import shutil
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from pos.sandbox.enrolment import Enrolment, enrol
from pos.sandbox.entropy import Entropy
from pos.sandbox.errors import TownError
from pos.sandbox.ledger_side import ROLE_CERTIFICATE, make_ledger
from pos.sandbox.places import IssuerPlace, Places, load_places
from pos.sandbox.publication import Publication
from pos.sandbox.trust_files import IssuerKeyFile, TrustWriter, issuer_key
from pos.sandbox.wallet.files import write_durably
from pos.sandbox.wallet.requests import PinnedKey
from pos.sandbox.wallet.wallet import Wallet
from pos.trust.adoption import adopt, found_trust
from pos.trust.folder import TrustFolder
from pos.trust.names import Wanted
from pos.trust.sources import RepositoryFolder
from pos.voucher.keys import SigningKey
from pos.voucher.serial_list import SerialCause, SerialRange

FORMAT: Final = 1
TOWN_FILE: Final = "town.json"
LEDGER: Final = "sandbox"
HOME_ISSUER: Final = "41390"
HOME_MERCHANT: Final = "m-bakery"
HOME_TERMINAL: Final = "t-bakery-1"
DAY_S: Final = 86_400
REVOCATIONS_COVER_S: Final = 90 * DAY_S
REVOKED_VOUCHERS: Final = 4
"""Voucher ids of each issuer that are revoked from the beginning, for customers who try one."""


class KeyState(StrEnum):
    """An issuer has one key of each."""

    CURRENT = "current"
    RETIRED = "retired"
    """Its signing window ended a year ago; vouchers from within it would still be good."""
    REVOKED = "revoked"


class TownJson(msgspec.Struct, frozen=True, kw_only=True):
    """`town.json`."""

    format: int
    policy: str
    seed: str | None
    made_s: int
    merchant: str = HOME_MERCHANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town that is all there."""

    directory: Path
    policy: str
    seed: str | None
    made_s: int
    places: Places
    merchant: str = HOME_MERCHANT
    """Whose terminal the town has."""

    @property
    def terminal(self) -> str:
        """The terminal's id."""
        return terminal_of(self.merchant)

    @property
    def home_issuer(self) -> str:
        """The municipality that the shop is in."""
        return self.places.issuer_of(self.merchant)

    @property
    def terminal_toml(self) -> Path:
        return self.directory / "terminal.toml"

    @property
    def ledger_dir(self) -> Path:
        return self.directory / "ledger"

    @property
    def people_dir(self) -> Path:
        return self.directory / "people"

    @property
    def wallet(self) -> Wallet:
        return Wallet(self.directory / "wallet")

    @property
    def trust(self) -> TrustWriter:
        """The trust data that the terminal has adopted."""
        stored = TrustFolder(self.directory / "trust").stored()
        assert stored is not None, "a town's terminal is enrolled"
        return TrustWriter(stored.targets)

    @property
    def served_trust(self) -> TrustWriter:
        """What the ledger publishes; what is changed in it needs `publish` where it is signed by offline keys."""
        return TrustWriter(self.ledger_dir / "trust")

    @property
    def publication(self) -> Publication:
        """Signs and publishes what `served_trust` says."""
        return Publication(self.directory, self.ledger_dir)

    @property
    def pinned(self) -> tuple[PinnedKey, ...]:
        """What every wallet of this town knows of the ledger."""
        public_key = SigningKey.from_seed(
            (self.ledger_dir / "keys" / f"{ROLE_CERTIFICATE}.key").read_bytes()
        ).public_key
        return (PinnedKey(ledger=LEDGER, public_key=public_key, roles=frozenset({ROLE_CERTIFICATE})),)

    def issuer_key(self, issuer: str, state: KeyState = KeyState.CURRENT) -> SigningKey:
        """An issuer's private key."""
        return SigningKey.from_seed((self.directory / "issuers" / issuer / f"{state}.key").read_bytes())


def terminal_of(merchant: str) -> str:
    """The id of a shop's first terminal."""
    return f"t-{merchant.removeprefix('m-')}-1"


def init(directory: Path, *, seed: str | None = None, policy: str = "open", merchant: str = HOME_MERCHANT) -> Town:
    """Make a town with a terminal for that shop; TownError if the folder is not new or empty, or shop or policy are
    unknown. Nothing is started."""
    places = load_places()
    if merchant not in places.merchants:
        raise TownError(f"merchant {merchant!r} is not of this town; it has {', '.join(places.merchants)}")
    if policy not in places.policies:
        raise TownError(f"policy {policy!r} is not known; known are {', '.join(places.policies)}")
    directory = directory.absolute()
    is_new = _claim(directory)
    town = Town(
        directory=directory, policy=policy, seed=seed, made_s=int(time.time()), places=places, merchant=merchant
    )
    try:
        _build(town, Entropy.fresh() if seed is None else Entropy.of_seed(seed))
    except BaseException:
        _clear(directory, is_new=is_new)
        raise
    return town


def open_town(directory: Path) -> Town:
    """Open a town; TownError if the folder is none, or one of a newer program."""
    directory = directory.absolute()
    try:
        given = msgspec.json.decode((directory / TOWN_FILE).read_bytes(), type=TownJson)
    except FileNotFoundError:
        raise TownError(f"{directory} is not a town; make one with `pos sandbox init {directory}`") from None
    except (OSError, msgspec.DecodeError) as error:
        raise TownError(f"{directory / TOWN_FILE} cannot be read: {error}") from error
    if given.format != FORMAT:
        raise TownError(f"{directory} was made by a newer program (format {given.format}); make a new town")
    return Town(
        directory=directory,
        policy=given.policy,
        seed=given.seed,
        made_s=given.made_s,
        places=load_places(),
        merchant=given.merchant,
    )


def _claim(directory: Path) -> bool:
    """Make sure that the folder is ours to fill; True if it did not exist."""
    if (directory / TOWN_FILE).exists():
        raise TownError(f"{directory} is a town already; choose another folder, or delete it to start again")
    try:
        directory.mkdir(parents=True)
    except FileExistsError:
        if not directory.is_dir():
            raise TownError(f"{directory} is a file; name a new or empty folder") from None
        if any(directory.iterdir()):
            raise TownError(
                f"{directory} holds other things and is no finished town; name a new or empty folder"
            ) from None
        return False
    except OSError as error:
        raise TownError(f"{directory} cannot be made: {error.strerror}") from error
    return True


def _clear(directory: Path, *, is_new: bool) -> None:
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if is_new:
        directory.rmdir()


def _build(town: Town, entropy: Entropy) -> None:
    make_ledger(town.ledger_dir, ledger=LEDGER, entropy=entropy.branch("ledger"))
    _found_issuers(town, entropy)
    for name in ("paper", "camera", "people"):
        (town.directory / name).mkdir()
    Wallet.make(town.directory / "wallet", pinned=town.pinned)
    town.served_trust.policy(town.places.policies[town.policy])
    for merchant, place in town.places.merchants.items():
        town.served_trust.merchant(merchant, place)
    town.publication.found(town.places.issuers, entropy.branch("offline"), now_s=town.made_s)
    enrol_terminal(town, home=town.directory, merchant=town.merchant, terminal=town.terminal, entropy=entropy)
    deliver_trust(town, town.directory)
    content = TownJson(format=FORMAT, policy=town.policy, seed=town.seed, made_s=town.made_s, merchant=town.merchant)
    write_durably(town.directory / TOWN_FILE, msgspec.json.format(msgspec.json.encode(content)) + b"\n")


def enrol_terminal(town: Town, *, home: Path, merchant: str, terminal: str, entropy: Entropy) -> None:
    """Give a terminal its key, certificate, clock and configuration in `home`, and tell the ledger of it."""
    enrolment = Enrolment(
        ledger=LEDGER,
        terminal=terminal,
        merchant=merchant,
        merchant_name=town.places.merchants[merchant].name,
        key=SigningKey.from_seed(entropy.secret("terminal", terminal)),
    )
    certificate = enrol(enrolment, home=home, ledger_dir=town.ledger_dir)
    town.served_trust.terminal(terminal, certificate)
    root = (town.served_trust.folder / "root.json").read_bytes()
    found_trust(TrustFolder(home / "trust"), root, sha256=hashlib.sha256(root).digest())


def deliver_trust(town: Town, home: Path, *, now_s: int | None = None) -> None:
    """Publish, and let the terminal in `home` adopt it, as if it had come on a stick. Raises TrustError."""
    now_s = town.made_s if now_s is None else now_s
    town.publication.publish(now_s=now_s)
    terminal = tomllib.loads((home / "terminal.toml").read_text("utf-8"))["terminal"]
    adopt(
        TrustFolder(home / "trust"),
        RepositoryFolder(town.ledger_dir / "repository"),
        wanted=Wanted(terminal=terminal["id"], merchant=terminal["merchant"]),
        now_s=now_s,
        check=lambda targets, version: None,
    )


def revoke_vouchers(town: Town, issuer: str, voucher_ids: tuple[bytes, ...], *, now_s: int) -> None:
    """Add voucher ids to the list that the ledger serves; terminals have it from their next update on."""
    revoked = town.served_trust.revoked(issuer)
    town.served_trust.revocations(
        issuer, (*revoked, *voucher_ids), as_of_s=now_s, covers_until_s=now_s + REVOCATIONS_COVER_S
    )


def report_serials(town: Town, issuer: str, ranges: Sequence[SerialRange], *, now_s: int) -> None:
    """Replace an issuer's list of reported notes that the ledger serves; terminals have it with their next update."""
    town.served_trust.serials(issuer, ranges, as_of_s=now_s)


def reported_in(place: IssuerPlace) -> tuple[SerialRange, ...]:
    """The notes that a municipality has reported from the beginning."""
    return tuple(
        SerialRange(first=one.first, last=one.last, cause=SerialCause[one.cause.upper()]) for one in place.reported
    )


def _found_issuers(town: Town, entropy: Entropy) -> None:
    keys = {issuer: _make_keys(town, issuer, entropy.branch("issuer", issuer)) for issuer in town.places.issuers}
    town.served_trust.issuers(keys, town.places.issuers)
    for issuer, place in town.places.issuers.items():
        report_serials(town, issuer, reported_in(place), now_s=town.made_s)
        revoked = [
            entropy.secret("revoked voucher", issuer, str(number), size=16) for number in range(REVOKED_VOUCHERS)
        ]
        town.served_trust.revocations(
            issuer, revoked, as_of_s=town.made_s, covers_until_s=town.made_s + REVOCATIONS_COVER_S
        )


def _make_keys(town: Town, issuer: str, entropy: Entropy) -> tuple[IssuerKeyFile, ...]:
    folder = town.directory / "issuers" / issuer
    folder.mkdir(mode=0o700, parents=True)
    made: list[IssuerKeyFile] = []
    for state in KeyState:
        key = SigningKey.from_seed(entropy.secret(state))
        write_durably(folder / f"{state}.key", key.seed)
        years = (-3, -1) if state is KeyState.RETIRED else (-1, 3)
        made.append(
            issuer_key(
                key.public_key,
                sign_from_s=town.made_s + years[0] * 365 * DAY_S,
                sign_until_s=town.made_s + years[1] * 365 * DAY_S,
                is_revoked=state is KeyState.REVOKED,
            )
        )
    return tuple(made)
