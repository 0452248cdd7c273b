"""A ledger's town for tests: keys, trust files, purses and tills, valid by default; one keyword spoils one thing."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pos import cbor
from pos.clock import Quality
from pos.ledger import payouts
from pos.ledger.calls import Caller
from pos.ledger.database import Database, open_database
from pos.ledger.dialect import sqlite_url
from pos.ledger.folder import SETTINGS_FILE, LedgerFolder, LedgerKeys, open_folder, write_folder
from pos.ledger.service import LedgerService
from pos.ledger.witness import Witness, make_witness
from pos.voucher.aad import Aad
from pos.voucher.bodies import BootStamp, EntryBody, PaymentApproved, stamped
from pos.voucher.calls import CallToken, authorization_header, build_call_token, call_hash
from pos.voucher.checkpoint import origin_of
from pos.voucher.claims import PaidConfirmation, Payment, TerminalCertificate, Voucher
from pos.voucher.cose import sign1
from pos.voucher.entry import FIRST_PREVIOUS, Body, Entry, build_entry
from pos.voucher.keys import SigningKey
from pos.voucher.messages import Acknowledgement, verify_acknowledgement
from pos.voucher.outcomes import Outcome
from pos.voucher.signed import sign_certificate, sign_confirmation, sign_payment, sign_voucher
from pos.voucher.trust import Issuer, IssuerKey, Ledger, LedgerKey, LedgerRole

LEDGER = "sandbox"
ISSUER = "41390"
NOW_S = 1_790_000_000
YEAR_S = 31_536_000
BOOT = BootStamp(boot_id=bytes(16), boot_ms=1_000)


def seeded_key(name: str) -> SigningKey:
    """A key that is the same in every run; for tests only."""
    return SigningKey.from_seed(hashlib.sha256(name.encode("utf-8")).digest())


def ledger_keys() -> LedgerKeys:
    return LedgerKeys(
        certificate=seeded_key("certificate"),
        ack=seeded_key("ack"),
        message=seeded_key("message"),
        time=seeded_key("time"),
        confirmation=seeded_key("confirmation"),
        identifier=seeded_key("identifier"),
        log=seeded_key("log"),
    )


def a_folder(path: Path) -> LedgerFolder:
    return write_folder(path, ledger=LEDGER, keys=ledger_keys(), port=0)


def a_database(path: Path) -> Database:
    return open_database(sqlite_url(path), ledger=LEDGER)


def a_witness(folder: Path, *, name: str) -> Witness:
    """A witness of this ledger's log."""
    logs = {origin_of(LEDGER): ledger_keys().log.public_key}
    return make_witness(folder, name=name, key=seeded_key(f"witness {name}"), logs=logs)


def the_ledger() -> Ledger:
    """The ledger as its terminals know it."""
    keys = ledger_keys()
    named = tuple(
        LedgerKey(kid=key.kid, public_key=key.public_key, roles=frozenset({role}))
        for role, key in (
            (LedgerRole.CERTIFICATE, keys.certificate),
            (LedgerRole.ACK, keys.ack),
            (LedgerRole.MESSAGE, keys.message),
            (LedgerRole.TIME, keys.time),
            (LedgerRole.CONFIRMATION, keys.confirmation),
            (LedgerRole.IDENTIFIER, keys.identifier),
        )
    )
    return Ledger(ledger=LEDGER, keys=named, log_key=keys.log.public_key, urls=(), tls_ca=None)


def an_issuer_key(key: SigningKey, *, is_revoked: bool = False) -> IssuerKey:
    return IssuerKey(
        kid=key.kid,
        public_key=key.public_key,
        sign_from_s=NOW_S - YEAR_S,
        sign_until_s=NOW_S + YEAR_S,
        revoked=is_revoked,
    )


@dataclass
class PublicKeys:
    """Public keys and nothing else: what a reviewer of evidence has."""

    issuers: dict[str, Issuer]

    def issuer(self, issuer: str) -> Issuer | None:
        return self.issuers.get(issuer)

    def ledger(self, ledger: str) -> Ledger | None:
        return the_ledger() if ledger == LEDGER else None


class Town:
    """A ledger's folder with trust files that can be changed."""

    def __init__(self, path: Path) -> None:
        """Make a town, or open the one that is there."""
        self.folder = open_folder(path) if (path / SETTINGS_FILE).exists() else a_folder(path)
        self.issuer_keys = {ISSUER: [an_issuer_key(seeded_key("issuer"))]}
        self.contact_hard_s = 604_800
        self.witnesses: list[Witness] = []
        self.quorum = 0
        self.publish()

    @property
    def data(self) -> Path:
        return self.folder.data

    def publish(self) -> None:
        """Write the trust files anew, as an operator would."""
        keys = ledger_keys()
        named = {role: getattr(keys, role) for role in LedgerRole}
        ledger = {
            "keys": [
                {"kid": key.kid.hex(), "public_key": key.public_key.hex(), "roles": [role]}
                for role, key in named.items()
            ],
            "log_key": keys.log.public_key.hex(),
            "witnesses": [witness.public_key.hex() for witness in self.witnesses],
            "quorum": self.quorum,
            "urls": [],
        }
        issuers = {
            issuer: {
                "name": "시흥시",
                "area": [issuer],
                "keys": [
                    {
                        "kid": key.kid.hex(),
                        "public_key": key.public_key.hex(),
                        "sign_from": key.sign_from_s,
                        "sign_until": key.sign_until_s,
                        "revoked": key.revoked,
                    }
                    for key in issuer_keys
                ],
            }
            for issuer, issuer_keys in self.issuer_keys.items()
        }
        self._write("ledgers.json", {"version": 1, "ledgers": {LEDGER: ledger}})
        self._write("issuers.json", {"version": 1, "issuers": issuers})
        self._write("policy.json", {"version": 1, "contact_hard_s": self.contact_hard_s, "unheard_of": True})

    def lend_issuing_keys(self) -> None:
        """Let the ledger sign returned vouchers with the issuer's own key."""
        (self.data / "issuing").mkdir()
        (self.data / "issuing" / f"{ISSUER}.key").write_bytes(seeded_key("issuer").seed)
        self.folder = replace(self.folder, issuing_keys=str(self.data / "issuing" / "{issuer}.key"))

    def add_witnesses(self, count: int, *, quorum: int) -> None:
        """Witnesses in folders that this ledger asks, and of whom so many must have signed."""
        for number in range(count):
            folder = self.data / "witnesses" / f"w{number}"
            self.witnesses.append(a_witness(folder, name=f"w{number}.example"))
            self.folder = replace(self.folder, witnesses=(*self.folder.witnesses, f"dir:{folder}"))
        self.quorum = quorum
        self.publish()

    def name_bearer(self, bearer: str) -> None:
        """Say in the programmes' files who bears a payment in conflict."""
        programs = {name: {"name": name, "conflict_bearer": bearer} for name in ("general", "paper")}
        for issuer in self.issuer_keys:
            self._write(f"programs/{issuer}.json", {"version": 1, "programs": programs})

    def till(
        self, terminal: str, *, merchant: str = "m-bakery", revoked_after: int | None = None, key_name: str = ""
    ) -> "Till":
        """A till with a certificate, published."""
        till = Till(terminal=terminal, merchant=merchant, key_name=key_name or terminal)
        shape = {
            "version": 1,
            "terminal": terminal,
            "certificate": till.certificate.hex(),
            "revoked_after": revoked_after,
        }
        self._write(f"terminals/{terminal}.json", shape)
        return till

    def public_keys(self) -> PublicKeys:
        return PublicKeys(
            issuers={
                issuer: Issuer(issuer=issuer, name=issuer, area=frozenset({issuer}), keys=tuple(keys))
                for issuer, keys in self.issuer_keys.items()
            }
        )

    def _write(self, name: str, content: object) -> None:
        path = self.folder.trust_dir / name
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(content), "utf-8")
        fresh.replace(path)


@dataclass
class Purse:
    """A voucher on a phone, with a key that signs whatever it is told to."""

    name: str
    value_won: int = 50_000
    issuer: str = ISSUER
    issuer_key: SigningKey = field(default_factory=lambda: seeded_key("issuer"))
    issued_s: int = NOW_S - 86_400
    not_before_s: int = NOW_S - 86_400
    expires_s: int = NOW_S + YEAR_S
    sequence: int = 0
    spent_won: int = 0

    @property
    def key(self) -> SigningKey:
        return seeded_key(f"holder {self.name}")

    @property
    def voucher_id(self) -> bytes:
        return hashlib.sha256(self.name.encode("utf-8")).digest()[:16]

    @property
    def voucher(self) -> bytes:
        claims = Voucher(
            issuer=self.issuer,
            expires_s=self.expires_s,
            not_before_s=self.not_before_s,
            issued_s=self.issued_s,
            voucher_id=self.voucher_id,
            holder_key=self.key.public_key,
            program="general",
            value_won=self.value_won,
            serial=None,
        )
        return sign_voucher(claims, key=self.issuer_key).raw

    def pay(
        self, amount_won: int, *, merchant: str | None = None, issued_s: int = NOW_S, nonce: bytes | None = None
    ) -> bytes:
        """The next payment of an honest wallet."""
        payment = self.sign(
            self.sequence + 1, self.spent_won, amount_won, merchant=merchant, issued_s=issued_s, nonce=nonce
        )
        self.sequence += 1
        self.spent_won += amount_won
        return payment

    def sign(
        self,
        sequence: int,
        spent_before_won: int,
        amount_won: int,
        *,
        merchant: str | None = None,
        issued_s: int = NOW_S,
        key: SigningKey | None = None,
        nonce: bytes | None = None,
    ) -> bytes:
        """Any payment at all."""
        claims = Payment(
            merchant=merchant,
            issued_s=issued_s,
            nonce=nonce,
            voucher=self.voucher,
            sequence=sequence,
            spent_before_won=spent_before_won,
            amount_won=amount_won,
        )
        return sign_payment(claims, key=key or self.key).raw

    def copied(self) -> "Purse":
        """The same purse restored from a backup: it knows no more than now."""
        return replace(self)


def a_note(name: str, *, value_won: int = 10_000) -> bytes:
    """A paper voucher."""
    claims = Voucher(
        issuer=ISSUER,
        expires_s=NOW_S + YEAR_S,
        not_before_s=NOW_S - 86_400,
        issued_s=NOW_S - 86_400,
        voucher_id=hashlib.sha256(name.encode("utf-8")).digest()[:16],
        holder_key=None,
        program="paper",
        value_won=value_won,
        serial=name[:20],
    )
    return sign_voucher(claims, key=seeded_key("issuer")).raw


def a_confirmation(name: str, *, amount_won: int, merchant: str = "m-bakery") -> bytes:
    """A ledger's word that a phone paid online."""
    claims = PaidConfirmation(
        ledger=LEDGER,
        merchant=merchant,
        issued_s=NOW_S,
        payment_id=hashlib.sha256(name.encode("utf-8")).digest()[:16],
        nonce=bytes(16),
        amount_won=amount_won,
        program="general",
    )
    return sign_confirmation(claims, key=ledger_keys().confirmation).raw


@dataclass
class Till:
    """A terminal as the ledger sees it: a journal, a key, calls."""

    terminal: str
    merchant: str
    key_name: str
    journal: list[Entry] = field(default_factory=list)
    calls: Iterator[int] = field(default_factory=itertools.count)

    @property
    def key(self) -> SigningKey:
        return seeded_key(f"terminal {self.key_name}")

    @property
    def certificate(self) -> bytes:
        claims = TerminalCertificate(
            ledger=LEDGER,
            terminal=self.terminal,
            merchant=self.merchant,
            expires_s=NOW_S + YEAR_S,
            issued_s=NOW_S,
            terminal_key=self.key.public_key,
            merchant_name="바다빵집",
        )
        return sign_certificate(claims, key=ledger_keys().certificate).raw

    def cloned(self) -> "Till":
        """The same till from a copied card: same key, same journal until now."""
        return replace(self, journal=list(self.journal), calls=itertools.count(1_000))

    def write(self, kind: str, body: Body, *, time_s: int = NOW_S, quality: Quality = Quality.NETWORK) -> Entry:
        """Append an entry to the journal."""
        entry = build_entry(
            sequence=len(self.journal) + 1,
            previous=self.journal[-1].hash if self.journal else FIRST_PREVIOUS,
            time_s=time_s,
            quality=quality,
            kind=kind,
            body=body,
            key=self.key,
        )
        self.journal.append(entry)
        return entry

    def record(self, body: EntryBody, *, time_s: int = NOW_S) -> Entry:
        return self.write(body.KIND, stamped(body, BOOT), time_s=time_s)

    def approve(
        self, payment: bytes, amount_won: int, *, time_s: int = NOW_S, quality: Quality = Quality.NETWORK
    ) -> Entry:
        """Record an approval, as a terminal does that was convinced (or is lying)."""
        body = PaymentApproved(
            object_bytes=payment,
            receipt_number=f"{len(self.journal) + 1:04d}",
            sale_id=bytes(16),
            amount_won=amount_won,
            business_date="2026-09-21",
            checks=(1, 2, 3),
        )
        return self.write(body.KIND, stamped(body, BOOT), time_s=time_s, quality=quality)

    def nonce(self) -> bytes:
        """A nonce that this till did not use before."""
        return hashlib.sha256(f"{self.terminal} {next(self.calls)}".encode()).digest()[:16]

    def token(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        issued_s: int = NOW_S,
        nonce: bytes | None = None,
        ledger: str = LEDGER,
    ) -> CallToken:
        return CallToken(
            terminal=self.terminal,
            ledger=ledger,
            issued_s=issued_s,
            nonce=nonce or self.nonce(),
            request_hash=call_hash(method, path, body),
        )

    def authorization(self, token: CallToken) -> str:
        return authorization_header(build_call_token(token, key=self.key))

    @property
    def path(self) -> str:
        return f"/v1/terminals/{self.terminal}"


def batch_of(*entries: Entry) -> bytes:
    return cbor.encode([entry.raw for entry in entries])


def an_unknown_object(claims: cbor.Value) -> bytes:
    """A signed envelope around something that is no payment."""
    return sign1(cbor.encode(claims), key=seeded_key("holder"), aad=Aad.PAYMENT)


class Desk:
    """A ledger service called directly, without HTTP."""

    def __init__(self, town: Town, database: Database) -> None:
        self.town = town
        self.database = database
        self.service = LedgerService(town.folder, database, now_s=NOW_S)

    def deliver(self, till: Till, *entries: Entry, now_s: int = NOW_S, nonce: bytes | None = None) -> Acknowledgement:
        """Deliver entries (by default the whole journal) and verify the answer as a terminal does."""
        body = batch_of(*(entries or till.journal))
        known = self.service.find(till.terminal)
        assert known is not None
        token = till.token("POST", f"{till.path}/journal", body, issued_s=now_s, nonce=nonce)
        delivered = self.service.deliver(Caller(known=known, token=token), body, now_s=now_s)
        return verify_acknowledgement(delivered.acknowledgement, the_ledger(), nonce=token.nonce)


def statuses(outcomes: tuple[Outcome, ...]) -> list[str]:
    """ "settled", "refused expired", …, in the order of the entries."""
    return [
        f"{outcome.status} {outcome.detail}" if isinstance(outcome.detail, str) else outcome.status
        for outcome in outcomes
    ]


def pay_out(desk: Desk, merchant: str, *, now_s: int = NOW_S) -> int:
    """Pay a merchant out; the amount in won, 0 where nothing was owed."""
    paid = payouts.pay_out(desk.database, merchant, message_key=ledger_keys().message, now_s=now_s)
    return 0 if paid is None else paid.amount_won
