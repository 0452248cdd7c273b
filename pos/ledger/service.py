"""The ledger's calls, without HTTP: each takes an authorised caller and the time, and returns what is to be answered.

Rules:

- everything here may be called from several threads, and from several processes on one database;
- signatures are verified before a transaction begins; what the journal holds already is not judged again;
- `grow_log` and `look_again` are work for quiet moments: they change nothing that was final before.

Which call is allowed is left to `pos.ledger.calls`, how it travels to `pos.ledger.app`.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection

from pos.ledger import (
    calls,
    cash_receipts,
    conflicts,
    enrolment,
    inbox,
    intake,
    log,
    news,
    office,
    online,
    payouts,
    records,
    renewals,
    returns,
    roster,
    slips,
)
from pos.ledger.authority import Authority, KnownTerminal
from pos.ledger.batch import join_batch, split_batch, verify_batch
from pos.ledger.calls import Caller
from pos.ledger.chain import Break
from pos.ledger.database import Database
from pos.ledger.examiner import Examiner
from pos.ledger.folder import AUTHORITY_FILE, REHEARSAL, LedgerFolder
from pos.ledger.http_provider import HttpProvider
from pos.ledger.intake import Taken
from pos.ledger.office import MerchantDay, MerchantLine, SeenEnrolment
from pos.ledger.partner_calls import (
    PartnerCall,
    PartnerOrder,
    PartnerPaid,
    PartnerPayment,
    PartnerTold,
    verified_payment_request,
)
from pos.ledger.payouts import Payout
from pos.ledger.problem import forbidden, malformed, not_found, unacceptable_entry
from pos.ledger.provider import Provider, RehearsalProvider
from pos.ledger.provider_waits import Patience
from pos.ledger.publishing import Publisher
from pos.ledger.returns import FolderIssuing
from pos.ledger.witnesses import Witnesses
from pos.voucher.calls import SignedTime, build_signed_time
from pos.voucher.fields import ID16_BYTES
from pos.voucher.messages import Acknowledgement, build_acknowledgement
from pos.voucher.terminal_claims import PaymentRequest
from pos.voucher.trust import Ledger

T = TypeVar("T")

REST_S: Final = 0.5
"""Between two rounds of what is done on the side (the log among it): under load one round serves many deliveries, and
nothing waits for it but proofs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The answer to a delivery."""

    acknowledgement: bytes
    broken: Break | None
    """After a gap or a fork: the acknowledgement names where to go on."""


class LedgerService:
    """One ledger on one database. Raises TrustError when made from a trust folder that cannot be used."""

    def __init__(self, folder: LedgerFolder, database: Database, *, now_s: int) -> None:
        self._folder = folder
        self._keys = folder.keys
        self._database = database
        self._authority = Authority(folder.trust_dir, ledger=folder.ledger)
        self._examiner = Examiner(self._authority, database, message_key=folder.keys.message)
        self._provider = _provider_of(folder)
        self._patience = Patience()
        self._issuing = FolderIssuing(folder.issuing_keys)
        self._witnesses = Witnesses(folder.witnesses)
        self._publisher = Publisher(folder, database)
        self.look_again(now_s=now_s)
        self.grow_log(now_s=now_s)
        self.publish(now_s=now_s)

    @property
    def ledger(self) -> str:
        return self._folder.ledger

    def find(self, terminal: str) -> KnownTerminal | None:
        """Look up a terminal. Raises TrustError if its trust file cannot be used."""
        return self._database.read(lambda connection: roster.find(connection, self._authority, terminal))

    def signed_time(self, nonce: bytes, *, now_s: int) -> bytes:
        return build_signed_time(SignedTime(time_s=now_s, nonce=nonce), key=self._keys.time)

    def deliver(self, caller: Caller, body: bytes, *, now_s: int) -> Delivered:
        """Take a batch of entries in. Raises ProblemError for a body or an entry that cannot be read or trusted."""
        batch = verify_batch(split_batch(body), caller.known.public_key)
        examined = self._examiner.examined_new(caller.known, batch.entries, now_s=now_s)
        taken = self._database.write(
            lambda connection: intake.take_in(
                connection, caller, batch.entries, examined, now_s=now_s, message_key=self._keys.message
            )
        )
        if batch.fault is not None and taken.broken is None:
            raise unacceptable_entry(batch.fault)
        return Delivered(acknowledgement=self._acknowledge(caller, taken, now_s=now_s), broken=taken.broken)

    def recover(self, caller: Caller, old: str, body: bytes, *, now_s: int) -> Delivered:
        """Take in entries of the terminal whose place the caller took, from its second medium.

        Raises ProblemError 403 where the caller replaced nobody of that name, and as `deliver` does.
        """
        is_allowed = self._database.read(
            lambda connection: enrolment.has_replaced(connection, caller.terminal, old=old)
        )
        known = self.find(old) if is_allowed else None
        if known is None:
            raise forbidden("the caller did not take this terminal's place")
        return self.deliver(Caller(known=known, token=caller.token), body, now_s=now_s)

    def journal_after(self, caller: Caller, sequence: int, *, now_s: int) -> bytes:
        """Return the terminal's own entries behind `sequence`, as many as fit."""
        return self._answer(caller, lambda c: join_batch(records.entries_after(c, caller.terminal, sequence)), now_s)

    def messages_after(self, caller: Caller, number: int) -> tuple[bytes, ...]:
        """Return the terminal's messages behind `number`; the nonce of the call is used up by `enter`."""
        return self._database.read(lambda connection: inbox.messages_after(connection, caller.terminal, number))

    def message_heads(self, terminals: Collection[str]) -> dict[str, int]:
        """Return the highest message number of each of these terminals."""
        return self._database.read(lambda connection: inbox.heads_of(connection, terminals))

    def enter(self, caller: Caller, *, now_s: int) -> None:
        """Use up the nonce of a call that changes nothing else. Raises ProblemError 401."""
        self._answer(caller, lambda connection: None, now_s)

    def proof(self, caller: Caller, entry: bytes, *, now_s: int) -> str:
        """Return the tlog-proof of a settled entry. Raises ProblemError 404 while there is none."""
        found = self._answer(caller, lambda connection: log.proof_of(connection, entry), now_s)
        if found is None:
            raise not_found("no settled entry of this hash is in the log yet")
        return found

    def enrol(self, raw: bytes, *, now_s: int) -> bytes:
        """Redeem an enrolment code. Raises ProblemError 400, 403 or 409."""
        request = enrolment.read_request(raw)
        enrolled = self._database.write(
            lambda connection: enrolment.enrol(
                connection,
                request,
                ledger=self.ledger,
                key=self._keys.certificate,
                message_key=self._keys.message,
                find=lambda found, terminal: roster.find(found, self._authority, terminal),
                now_s=now_s,
            )
        )
        root = self._folder.trust_dir / "root.json"
        return enrolled.to_answer(root.read_bytes() if root.is_file() else b"")

    def authority_pem(self) -> str:
        """Return the certificate of the authority that this service's TLS certificate is from. Raises ProblemError 404.

        Whoever enrols holds its hash already; everybody else learns nothing from it.
        """
        try:
            return (self._folder.data / AUTHORITY_FILE).read_text("ascii")
        except OSError as error:
            raise not_found("this ledger has no certificate authority of its own") from error

    def revocations(self, issuer: str, *, now_s: int) -> tuple[bytes, ...]:
        """Return the ids of an issuer's revoked vouchers, ascending: what its next published list must hold."""
        return self._database.read(lambda connection: conflicts.revocations(connection, issuer, now_s=now_s))

    def grow_log(self, *, now_s: int) -> None:
        """Take everything that settled into the transparency log, and have its new head witnessed."""
        own, added = self._authority.own_ledger(), log.LEAVES_MAX
        while added == log.LEAVES_MAX:
            added = self._database.write(
                lambda connection: log.integrate(
                    connection, ledger=self.ledger, key=self._keys.log, now_s=now_s, quorum=own.quorum
                )
            )
        self._witnesses.ask(self._database, own.witnesses, quorum=own.quorum, now_s=now_s)

    def checkpoint(self) -> str:
        """Return the published head of the log with its cosignatures."""
        note = self._database.read(log.newest_checkpoint)
        assert note is not None, "the head of the empty log is published before the first call"
        return note

    def growth(self, old_size: int) -> str:
        """Return the proof that the published head grew from `old_size` leaves. Raises ProblemError 404."""
        found = self._database.read(lambda connection: log.growth_of(connection, old_size))
        if found is None:
            raise not_found("the log has no more leaves than that")
        return found

    def publish(self, *, now_s: int) -> None:
        """Sign and publish what changed in the trust data, as far as the keys for it are here."""
        self._publisher.publish(now_s=now_s)

    def forget(self, *, now_s: int) -> None:
        """Drop what no rule needs any more."""
        self._database.write(lambda connection: calls.forget_nonces(connection, now_s=now_s))

    def renew_certificates(self, *, now_s: int) -> int:
        """Renew terminals' certificates that end soon; return how many."""
        return renewals.renew_certificates(
            self._database,
            self._authority,
            key=self._keys.certificate,
            message_key=self._keys.message,
            now_s=now_s,
        )

    def look_again(self, *, now_s: int) -> int:
        """Judge pending payments again where the issuers' keys changed; return how many got their final outcome."""
        return self._examiner.look_again(now_s=now_s)

    def look_at_refunds(self, *, now_s: int) -> None:
        """Decide refunds whose payment came later than they did."""
        while self._database.write(
            lambda connection: intake.look_at_refunds(connection, now_s=now_s, message_key=self._keys.message)
        ):
            pass

    def tell_news(self, *, now_s: int) -> None:
        """Tell tills what their siblings took, and whose payments were spent a second time."""
        while self._database.write(lambda connection: news.tell(connection, now_s=now_s, key=self._keys.message)):
            pass

    def ask_for_cash_receipts(self, *, now_s: int) -> None:
        """Pass on what terminals asked for, and learn what the tax office has, where the operator named a provider."""
        if self._provider is not None:
            cash_receipts.ask_waiting(
                self._database,
                self._provider,
                self._patience,
                shop_of=self._authority.shop,
                identifier_key=self._keys.identifier,
                message_key=self._keys.message,
                now_s=now_s,
            )
            cash_receipts.confirm_waiting(
                self._database, self._provider, self._patience, message_key=self._keys.message, now_s=now_s
            )

    def pay_out(self, *, now_s: int) -> tuple[Payout, ...]:
        """Pay out every merchant to whom something is owed."""
        key = self._keys.message
        owed = self._database.read(payouts.owed_merchants)
        paid = [payouts.pay_out(self._database, merchant, message_key=key, now_s=now_s) for merchant in owed]
        return tuple(payout for payout in paid if payout is not None)

    def merchant_day(self, merchant: str, *, now_s: int) -> MerchantDay:
        """What a merchant's page shows."""
        return self._database.read(lambda connection: office.merchant_day(connection, merchant, now_s=now_s))

    def merchant_lines(self) -> tuple[MerchantLine, ...]:
        """What the operator's page shows."""
        return self._database.read(office.merchant_lines)

    def enrolments(self) -> tuple[SeenEnrolment, ...]:
        """The newest installations, for the operator's page."""
        return self._database.read(lambda connection: office.enrolments(connection, ledger=self.ledger))

    def take_online(self, by: PartnerCall, asked: PartnerPayment, *, now_s: int) -> PartnerPaid:
        """Take a payment that a partner collected. Raises ProblemError 400, 404 or 409."""
        request = None if asked.request is None else self._verified_request(asked.request, now_s=now_s)
        known = self._terminal_of(asked.merchant, request)
        order = asked.order(request, by)
        if self._authority.keys().issuer(order.issuer) is None:
            raise malformed("no such issuer")
        signers = self._signers
        row = self._database.write(lambda connection: online.take(connection, order, known, signers, now_s=now_s))
        return PartnerPaid.of(row)

    def online_payment(self, partner: str, reference: str) -> PartnerPaid:
        """A partner's payment by its number. Raises ProblemError 404."""
        row = self._database.read(lambda connection: online.payment_of(connection, partner, reference))
        if row is None:
            raise not_found("no payment of that number")
        return PartnerPaid.of(row)

    def tell_order(self, by: PartnerCall, asked: PartnerOrder, *, now_s: int) -> PartnerTold:
        """Tell a shop of an order. Raises ProblemError 404 or 409."""
        known, order, signers = self._terminal_of(asked.merchant, None), asked.order(by), self._signers
        row = self._database.write(lambda connection: online.tell_order(connection, order, known, signers, now_s=now_s))
        return PartnerTold(order=row.order_id.hex(), terminal=row.terminal)

    @property
    def _signers(self) -> online.Signers:
        return online.Signers(ledger=self.ledger, message=self._keys.message, confirmation=self._keys.confirmation)

    def _verified_request(self, text: str, *, now_s: int) -> PaymentRequest:
        verified = verified_payment_request(text, self._authority.own_ledger())
        if not verified.certificate.is_valid_at(now_s):
            raise malformed("the terminal's certificate is not valid now")
        return verified.request

    def _terminal_of(self, merchant: str | None, request: PaymentRequest | None) -> KnownTerminal:
        """The terminal that asked, or the one of this merchant that called last. Raises ProblemError 404."""
        name = None
        if request is not None:
            name = request.terminal
        elif merchant is not None:
            name = self._database.read(lambda connection: roster.last_seen(connection, merchant))
        known = None if name is None else self.find(name)
        if known is None or known.revoked_after is not None:
            raise not_found("no terminal of this shop")
        return known

    def certificates(self, merchant: str | None) -> tuple[bytes, ...]:
        """Certificates of terminals, for checking receipts."""
        return self._database.read(lambda connection: office.certificates(connection, merchant))

    def described(self) -> Ledger:
        """This ledger as the trust data describes it. Raises TrustError."""
        return self._authority.own_ledger()

    def give_back(self, raw: bytes, *, now_s: int) -> bytes:
        """Give money that came back to its holder as a new voucher. Raises ProblemError 400, 403, 404 or 409."""
        new_id = secrets.token_bytes(ID16_BYTES)
        slip = slips.slip_of(raw, ledger=self.ledger)
        if slip is not None:
            return self._database.write(
                lambda connection: slips.give_out(connection, slip, self._issuing, new_id=new_id, now_s=now_s)
            ).to_answer()
        claimant = returns.verified_request(raw, self._authority.keys(), ledger=self.ledger)
        policy = self._authority.policy()
        return self._database.write(
            lambda connection: returns.give_back(
                connection, claimant, policy, self._issuing, new_id=new_id, now_s=now_s
            )
        ).to_answer()

    def _acknowledge(self, caller: Caller, taken: Taken, *, now_s: int) -> bytes:
        acknowledgement = Acknowledgement(
            sequence=taken.head.sequence,
            hash=taken.head.hash,
            outcomes=taken.outcomes,
            checkpoint=taken.checkpoint.encode("utf-8"),
            time_s=now_s,
            nonce=caller.token.nonce,
            message_number=taken.message_number,
        )
        return build_acknowledgement(acknowledgement, key=self._keys.ack)

    def _answer(self, caller: Caller, work: Callable[[Connection], T], now_s: int) -> T:
        def once(connection: Connection) -> T:
            roster.lock(connection, caller.known, now_s=now_s)
            calls.use_nonce(connection, caller)
            return work(connection)

        return self._database.write(once)


def _provider_of(folder: LedgerFolder) -> Provider | None:
    if folder.provider_at is not None:
        return HttpProvider(folder.provider_at)
    return RehearsalProvider() if folder.provider == REHEARSAL else None
