"""The ledger of a town: its data folder with a key for every role, and what the trust files say of it.

What a data folder is, and the service that runs on it, is `pos.ledger`'s business.
"""

from dataclasses import fields
from pathlib import Path
from typing import Final

from pos.ledger.folder import LedgerFolder, LedgerKeys, write_folder
from pos.sandbox.entropy import Entropy
from pos.sandbox.trust_files import LedgerFile, TrustWriter, ledger_key
from pos.voucher.keys import SigningKey

ROLE_CERTIFICATE: Final = "certificate"
LEDGER_PORT: Final = 8400
LEDGER_URL: Final = f"http://127.0.0.1:{LEDGER_PORT}"
_LOG: Final = "log"


def make_ledger(data: Path, *, ledger: str, entropy: Entropy) -> LedgerFolder:
    """Make the data folder and its `ledgers.json`; the database comes with the first start."""
    keys = {role.name: SigningKey.from_seed(entropy.secret(role.name)) for role in fields(LedgerKeys)}
    folder = write_folder(data, ledger=ledger, keys=LedgerKeys(**keys), port=LEDGER_PORT)
    described = LedgerFile(
        keys=tuple(ledger_key(key.public_key, role) for role, key in keys.items() if role != _LOG),
        log_key=keys[_LOG].public_key.hex(),
        urls=(LEDGER_URL,),
    )
    TrustWriter(folder.trust_dir).ledgers({ledger: described})
    return folder
