"""The ledger of a town: its data folder with a key for every role, its log's witnesses, and what the trust files say.

The witnesses of a sandbox live in folders beside the ledger's and run inside its process; those of a city are run by
others. What a data folder is, and the service that runs on it, is `pos.ledger`'s business.
"""

from dataclasses import fields
from pathlib import Path
from typing import Final

from pos.ledger.folder import REHEARSAL, LedgerFolder, LedgerKeys, write_folder
from pos.ledger.witness import make_witness
from pos.sandbox.entropy import Entropy
from pos.sandbox.trust_files import LedgerFile, TrustWriter, ledger_key
from pos.voucher.checkpoint import origin_of
from pos.voucher.keys import SigningKey

ROLE_CERTIFICATE: Final = "certificate"
LEDGER_PORT: Final = 8400
LEDGER_URL: Final = f"http://127.0.0.1:{LEDGER_PORT}"
WITNESSES: Final = 3
QUORUM: Final = 2
WITNESS_DIR: Final = "witnesses"
ISSUING_KEYS: Final = "../issuers/{issuer}/current.key"
"""In a sandbox the ledger has the issuers' own keys; a city lends it one for returned vouchers only."""
_LOG: Final = "log"


def make_ledger(data: Path, *, ledger: str, entropy: Entropy) -> LedgerFolder:
    """Make the data folder and its `ledgers.json`; the database comes with the first start."""
    witnesses = [f"witness-{number}" for number in range(1, WITNESSES + 1)]
    keys = {role.name: _key(entropy, role.name) for role in fields(LedgerKeys)}
    folder = write_folder(
        data,
        ledger=ledger,
        keys=LedgerKeys(**keys),
        port=LEDGER_PORT,
        issuing_keys=ISSUING_KEYS,
        provider=REHEARSAL,
        witnesses=[f"dir:{WITNESS_DIR}/{name}" for name in witnesses],
    )
    logs = {origin_of(ledger): keys[_LOG].public_key}
    made = [
        make_witness(data / WITNESS_DIR / name, name=f"sandbox/{name}", key=_key(entropy, name), logs=logs)
        for name in witnesses
    ]
    described = LedgerFile(
        keys=tuple(ledger_key(key.public_key, role) for role, key in keys.items() if role != _LOG),
        log_key=keys[_LOG].public_key.hex(),
        urls=(LEDGER_URL,),
        witnesses=tuple(witness.public_key.hex() for witness in made),
        quorum=QUORUM,
    )
    TrustWriter(folder.trust_dir).ledgers({ledger: described})
    return folder


def _key(entropy: Entropy, name: str) -> SigningKey:
    return SigningKey.from_seed(entropy.secret(name))
