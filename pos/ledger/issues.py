"""Telling the ledger of a voucher before anybody pays with it.

A voucher that is not told is registered by the first payment that carries it; telling it earlier puts its value into
the books on the day it was issued. Rules: only a voucher of the right form is taken, once; the caller vouches for its
issuer's signature, which every payment has to show again.
"""

from pos.errors import MalformedError
from pos.ledger import payments
from pos.ledger.database import Database
from pos.ledger.examine import voucher_claim
from pos.voucher.signed import decode_voucher


def issue_voucher(database: Database, raw: bytes, *, now_s: int) -> bool:
    """Register the voucher of these bytes; False if it is known already.

    Raises MalformedError for anything that is no voucher, and for a second voucher of one id.
    """
    voucher = voucher_claim(decode_voucher(raw))
    is_new, digest = database.write(lambda connection: payments.register_one(connection, voucher, now_s=now_s))
    if digest != voucher.digest:
        raise MalformedError("voucher: another one has this id; a voucher id is never issued twice")
    return is_new
