"""The ledger's tables.

Rules:

- `entries`, `forks`, `vouchers`, `terminals` and `settlements` are evidence: from them alone `pos.ledger.audit`
  recomputes everything else;
- journals are keyed by terminal, spend lines by voucher (`voucher` = issuer and voucher id in one key), so that both
  can be split over machines along those keys;
- spend-once belongs to the database: `payments.line` holds the payment's sequence when it settled and NULL otherwise,
  and (voucher, line) is unique;
- amounts are whole won, times whole seconds since 1970-01-01 UTC; no column can hold a float.
"""

from typing import Final, TypeAlias

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem

from pos.ledger.dialect import Whole, index_where, strict_table

VERSION: Final = 9
metadata = MetaData()
StoredRow: TypeAlias = Row[*tuple[object, ...]]
"""A row of any of these tables, its columns by name."""


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, Text(), primary_key=key, nullable=null)


def _int(name: str, *, key: bool = False, null: bool = False, counted: bool = False) -> Column[int]:
    return Column(name, Whole(), primary_key=key, nullable=null, autoincrement=counted)


def _bytes(name: str, *, key: bool = False, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary(), primary_key=key, nullable=null)


def _table(name: str, *items: SchemaItem) -> Table:
    return strict_table(name, metadata, *items)


ledger = _table("ledger", _int("version", key=True), _text("id"))

terminals = _table(
    "terminals",
    _text("terminal", key=True),
    _text("merchant"),
    _bytes("certificate"),
    _bytes("public_key"),
    _int("head_sequence"),
    _bytes("head_hash"),
    _int("message_head"),
    _int("inbox_acknowledged"),
    _int("seen_s"),
    Index("terminals_by_merchant", "merchant"),
)

entries = _table(
    "entries",
    _text("terminal", key=True),
    _int("sequence", key=True),
    _bytes("hash"),
    _text("kind"),
    _int("time_s"),
    _int("received_s"),
    _bytes("raw"),
)

forks = _table(
    "forks",
    _text("terminal", key=True),
    _bytes("hash", key=True),
    _int("sequence"),
    _int("received_s"),
    _bytes("raw"),
)

payments = _table(
    "payments",
    _text("terminal", key=True),
    _int("sequence", key=True),
    _text("merchant"),
    _text("kind", null=True),
    _text("status"),
    _text("reason", null=True),
    _int("amount_won"),
    _bytes("voucher", null=True),
    _int("number", null=True),
    _int("spent_before_won", null=True),
    _bytes("claims", null=True),
    _int("line", null=True),
    _text("other_terminal", null=True),
    _int("other_sequence", null=True),
    _int("told_by", null=True),
    _int("decided_s"),
    Index("payments_by_voucher", "voucher", "line", unique=True),
    index_where("told_by IS NOT NULL", "payments_by_message", "terminal", "told_by"),
)
"""`number` is the payment's own sequence, `claims` a digest of its claims, `told_by` the message that told a change."""

vouchers = _table(
    "vouchers",
    _bytes("voucher", key=True),
    _text("issuer"),
    _text("program"),
    _int("value_won"),
    _int("expires_s"),
    _bytes("claims"),
    _bytes("raw"),
    _int("registered_s"),
)

conflicts = _table(
    "conflicts",
    _text("terminal", key=True),
    _int("sequence", key=True),
    _bytes("voucher", null=True),
    _text("bearer"),
    _int("found_s"),
)

revocations = _table(
    "revocations",
    _bytes("voucher", key=True),
    _text("issuer"),
    _bytes("voucher_id"),
    _int("expires_s"),
    _text("cause"),
    _int("revoked_s"),
    Index("revocations_by_issuer", "issuer", "expires_s"),
)

refunds = _table(
    "refunds",
    _text("terminal", key=True),
    _int("sequence", key=True),
    _text("merchant"),
    _text("status"),
    _text("reason", null=True),
    _bytes("payment_entry", null=True),
    _int("tender_sequence", null=True),
    _int("amount_won"),
    _text("payment_terminal", null=True),
    _int("payment_sequence", null=True),
    _text("owner", null=True),
    _bytes("voucher", null=True),
    _bytes("claims", null=True),
    _bytes("returned_as", null=True),
    _int("tried_s"),
    Index("refunds_by_payment", "payment_terminal", "payment_sequence"),
    Index("refunds_by_claims", "voucher", "claims"),
    Index("refunds_by_status", "status", "tried_s"),
)
"""What merchants gave back; `voucher` and `claims` are the payment's, `returned_as` the voucher that it became."""

declined = _table(
    "declined",
    _text("terminal", key=True),
    _int("sequence", key=True),
    _text("merchant"),
    _bytes("voucher"),
    _bytes("claims"),
    Index("declined_by_claims", "voucher", "claims"),
)
closed_nonces = _table(
    "closed_nonces", _bytes("nonce", key=True), _text("merchant", key=True), _text("terminal"), _int("sequence")
)

returns = _table(
    "returns",
    _bytes("voucher", key=True),
    _bytes("fresh_key"),
    _bytes("request"),
    _int("amount_won"),
    _int("made_s"),
    Index("returns_by_fresh_key", "fresh_key", unique=True),
)
return_parts = _table(
    "return_parts",
    _bytes("voucher", key=True),
    _int("part", key=True),
    _text("kind"),
    _bytes("source"),
    _text("refund_terminal", null=True),
    _int("refund_sequence", null=True),
    _int("number", null=True),
    _int("spent_before_won", null=True),
    _int("amount_won"),
    Index("return_parts_by_source", "source"),
)
"""What a returned voucher is made of; `source` is the voucher that the money was drawn from."""

online_payments = _table(
    "online_payments",
    _text("partner", key=True),
    _text("reference", key=True),
    _bytes("digest"),
    _bytes("payment_id"),
    _text("terminal"),
    _text("merchant"),
    _text("issuer"),
    _text("program"),
    _int("amount_won"),
    _bytes("nonce", null=True),
    _bytes("confirmation", null=True),
    _text("state"),
    _text("end_terminal", null=True),
    _int("end_sequence", null=True),
    _int("taken_s"),
    Index("online_payments_by_id", "payment_id", unique=True),
    Index("online_payments_by_nonce", "nonce", unique=True),
)
"""What partners took from customers; `digest` is of what they asked for, the end is the entry that decided."""
online_orders = _table(
    "online_orders",
    _text("partner", key=True),
    _text("reference", key=True),
    _bytes("digest"),
    _bytes("order_id"),
    _text("terminal"),
    _text("merchant"),
    _bytes("payment_id", null=True),
    _int("told_s"),
    Index("online_orders_by_id", "order_id", unique=True),
)

postings = _table(
    "postings",
    _text("kind", key=True),
    _text("reference", key=True),
    _int("line", key=True),
    _text("account"),
    _int("amount_won"),
    Index("postings_by_account", "account"),
)

settlements = _table(
    "settlements", _text("merchant", key=True), _int("number", key=True), _int("amount_won"), _int("paid_s")
)

payouts = _table(
    "payouts",
    _text("merchant", key=True),
    _int("number", key=True),
    _int("amount_won"),
    _text("first_day"),
    _text("last_day"),
    _text("deposit_on"),
    _int("payments"),
    _int("deducted_won"),
    _text("state"),
)
"""What terminals were told of each settlement."""

cash_receipts = _table(
    "cash_receipts",
    _text("merchant", key=True),
    _bytes("cash_receipt_id", key=True),
    _bytes("original_id", null=True),
    _text("terminal"),
    _int("sequence"),
    _text("state"),
    _text("approval_number", null=True),
    _int("approved_s", null=True),
    _text("failure", null=True),
    Index("cash_receipts_by_state", "state"),
)
"""Requests to the provider. The buyer's identifier is in the sealed part of the entry and nowhere else."""

provider_receipts = _table(
    "provider_receipts",
    _text("merchant", key=True),
    _bytes("cash_receipt_id", key=True),
    _text("provider"),
    _text("receipt"),
    _text("url"),
)
"""Where the provider keeps what it approved: what one asks it with when something is wrong."""

provider_waits = _table(
    "provider_waits",
    _text("merchant", key=True),
    _bytes("cash_receipt_id", key=True),
    _int("tries"),
    _int("next_s"),
)
"""Requests that the provider did not answer, or the tax office did not have yet: when each is tried again."""

messages = _table(
    "messages",
    _text("terminal", key=True),
    _int("number", key=True),
    _text("kind"),
    _int("time_s"),
    _bytes("raw"),
)

news = _table("news", _int("place", key=True, counted=True), _text("terminal"), _int("sequence"))
"""Verdicts that other terminals have yet to hear of."""

nonces = _table(
    "nonces",
    _text("terminal", key=True),
    _bytes("nonce", key=True),
    _int("expires_s"),
    Index("nonces_by_expiry", "expires_s"),
)

enrolments = _table(
    "enrolments",
    _bytes("secret_hash", key=True),
    _text("terminal"),
    _text("merchant"),
    _text("merchant_name"),
    _int("expires_s"),
    _bytes("public_key", null=True),
    _bytes("certificate", null=True),
)

replacements = _table("replacements", _bytes("secret_hash", key=True), _text("replaces"))

revoked_keys = _table("revoked_keys", _text("issuer", key=True), _bytes("kid", key=True), _int("seen_s"))

log_queue = _table("log_queue", _int("place", key=True, counted=True), _bytes("entry"))
log_leaves = _table("log_leaves", _bytes("entry", key=True), _int("position"))
log_nodes = _table("log_nodes", _int("level", key=True), _int("position", key=True), _bytes("hash"))
log_heads = _table("log_heads", _int("size", key=True), _bytes("root"), _int("time_s"), _text("checkpoint"))
log_cosignatures = _table(
    "log_cosignatures",
    _int("size", key=True),
    _bytes("public_key", key=True),
    _text("witness"),
    _text("line"),
    _int("time_s"),
    Index("log_cosignatures_by_witness", "witness", "size"),
)
log_published = _table("log_published", _int("place", key=True), _int("size"), _int("cosignatures"), _text("note"))
"""One row: the head that everybody is shown."""
