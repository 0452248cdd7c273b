"""Builders for a ledger and what is around it: valid by default, one keyword spoils one thing."""

from pathlib import Path

from pos.ledger.database import Database, open_database
from pos.ledger.dialect import sqlite_url
from pos.ledger.folder import LedgerFolder, LedgerKeys, write_folder
from pos.voucher.keys import SigningKey

LEDGER = "sandbox"


def seeded_key(name: str) -> SigningKey:
    """A key that is the same in every run; for tests only."""
    return SigningKey.from_seed(name.encode("ascii").ljust(32, b"."))


def ledger_keys() -> LedgerKeys:
    return LedgerKeys(
        certificate=seeded_key("certificate"),
        ack=seeded_key("ack"),
        message=seeded_key("message"),
        time=seeded_key("time"),
        confirmation=seeded_key("confirmation"),
        log=seeded_key("log"),
    )


def a_folder(path: Path) -> LedgerFolder:
    return write_folder(path, ledger=LEDGER, keys=ledger_keys(), port=0)


def a_database(path: Path) -> Database:
    return open_database(sqlite_url(path), ledger=LEDGER)
