"""A card with a voucher of a sandbox town on it."""

import time
from pathlib import Path

from pos.sandbox.issuing import VoucherOrder, issue_voucher
from pos.sandbox.paying import add_voucher
from pos.sandbox.town import Town
from pos.sandbox.wallet.card import WalletCard


def a_card(town: Town, folder: Path, *, value_won: int = 100_000) -> WalletCard:
    """The town's own wallet as a card, with a new voucher in it."""
    voucher = folder / "voucher.cbor"
    issue_voucher(town.directory, VoucherOrder(value_won=value_won), out=voucher)
    add_voucher(town.wallet, voucher)
    return WalletCard(town.wallet, now_s=lambda: int(time.time()))
