"""The operator's side of a town: enrolment codes, and a certificate authority for its ledger.

A code is for a terminal that does not exist yet: the next free id of the merchant. The authority is made by OpenSSL's
own program; its private key is thrown away when the ledger's certificate is signed.
"""

import hashlib
import secrets
import ssl
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from pos.ledger.database import open_database
from pos.ledger.folder import AUTHORITY_FILE, SETTINGS_FILE, open_folder
from pos.sandbox.errors import TownError
from pos.sandbox.ledger_side import LEDGER_URL
from pos.sandbox.town import Town, terminal_of
from pos.sandbox.wallet.files import write_durably
from pos.voucher.enrolment import NO_PIN, EnrolmentCode
from pos.voucher.qr import QrKind, encode_text
from pos.voucher.typed_code import CARD_SECRET, TYPED_DIGITS, typed_number, typed_secret

TERMINALS_MAX: Final = 99
_DAYS: Final = "800"


def issue_code(town: Town, *, merchant: str, replaces: str | None = None, url: str | None = None) -> tuple[str, str]:
    """Make a code for a new terminal of a merchant; returns the terminal's id and the code's text.

    `url` is where the ledger will be found (default: where it runs now, else its usual address). TownError for a
    merchant or terminal that the town does not know.
    """
    terminal, secret = _promise(town, merchant=merchant, replaces=replaces, secret=None)
    return terminal, _code_text(town, secret, url)


def issue_number(town: Town, *, merchant: str, replaces: str | None = None) -> tuple[str, str]:
    """Make a code to be typed; returns the terminal's id and the digits. The terminal needs `ledger_card` too."""
    digits = typed_number(secrets.randbelow(10 ** (TYPED_DIGITS - 2)))
    secret = typed_secret(digits, ledger=open_folder(town.ledger_dir).ledger)
    terminal, _ = _promise(town, merchant=merchant, replaces=replaces, secret=secret)
    return terminal, digits


def ledger_card(town: Town, *, url: str | None = None) -> str:
    """Which ledger a typed number is for, as a code's text."""
    return _code_text(town, CARD_SECRET, url)


def _promise(town: Town, *, merchant: str, replaces: str | None, secret: bytes | None) -> tuple[str, bytes]:
    """Promise a terminal its place at the ledger; its id, and the secret that it has to know."""
    # The service's libraries are not for those who only ask whether it runs.
    from pos.ledger.enrolment import create_enrolment, known_ids

    if merchant not in town.places.merchants:
        raise TownError(f"{merchant} is no merchant of this town; known are {', '.join(town.places.merchants)}")
    terminals = town.served_trust.folder / "terminals"
    if replaces is not None and not (terminals / f"{replaces}.json").is_file():
        raise TownError(f"{replaces} is no terminal of this town")
    folder = open_folder(town.ledger_dir)
    with closing(open_database(folder.database_url, ledger=folder.ledger)) as database:
        terminal = _free_id(town, merchant, database.read(known_ids))
        made = create_enrolment(
            database,
            terminal=terminal,
            merchant=merchant,
            merchant_name=town.places.merchants[merchant].name,
            now_s=int(time.time()),
            replaces=replaces,
            secret=secret,
        )
    return terminal, made


def _code_text(town: Town, secret: bytes, url: str | None) -> str:
    from pos.ledger.serve import running_url

    address = url or running_url(town.ledger_dir) or LEDGER_URL
    code = EnrolmentCode(
        url=address,
        ledger=open_folder(town.ledger_dir).ledger,
        secret=secret,
        root_sha256=hashlib.sha256((town.served_trust.folder / "root.json").read_bytes()).digest(),
        ca_pin=_pin(town) if address.startswith("https:") else NO_PIN,
    )
    return encode_text(QrKind.ENROLMENT, code.to_bytes())


def make_authority(town: Town, *, host: str = "127.0.0.1") -> Path:
    """Give the town's ledger a TLS certificate from an authority of its own; returns the authority's file."""
    data = town.ledger_dir
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        authority = openssl_authority(work)
        certificate, key = sign_server(work, host=host)
        write_durably(data / AUTHORITY_FILE, authority.read_bytes(), mode=0o644)
        write_durably(data / "tls.pem", certificate.read_bytes(), mode=0o644)
        write_durably(data / "tls.key", key.read_bytes())
    settings = (data / SETTINGS_FILE).read_text("utf-8")
    settings = settings.replace('tls_certificate = ""', 'tls_certificate = "tls.pem"')
    settings = settings.replace('tls_key = ""', 'tls_key = "tls.key"')
    write_durably(data / SETTINGS_FILE, settings.encode("utf-8"), mode=0o644)
    return data / AUTHORITY_FILE


def sign_server(work: Path, *, host: str, name: str = "server", days: str = _DAYS) -> tuple[Path, Path]:
    """Make a server's key and its certificate under the authority in `work`."""
    key, request, certificate = (work / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
    is_address = host.replace(".", "").isdigit()
    (work / f"{name}.ext").write_text(f"subjectAltName={'IP' if is_address else 'DNS'}:{host}\n", "ascii")
    _openssl("req", "-new", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={host}")
    _openssl(
        *("x509", "-req", "-in", request, "-CA", work / "authority.pem", "-CAkey", work / "authority.key"),
        *("-CAcreateserial", "-days", days, "-extfile", work / f"{name}.ext", "-out", certificate),
    )
    return certificate, key


_NEW_KEY: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl_authority(work: Path) -> Path:
    """Make an authority's key and certificate in `work`."""
    path = work / "authority.pem"
    _openssl(
        *("req", "-x509", *_NEW_KEY, "-keyout", work / "authority.key", "-out", path, "-days", _DAYS),
        *("-subj", "/CN=sandbox authority", "-addext", "basicConstraints=critical,CA:TRUE"),
    )
    return path


def _openssl(*arguments: str | Path) -> None:
    try:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise TownError("the program openssl is not installed; `apt install openssl` brings it") from None
    except subprocess.CalledProcessError as error:
        raise TownError(f"openssl: {error.stderr.decode(errors='replace').strip()}") from error


def _pin(town: Town) -> bytes:
    try:
        pem = (town.ledger_dir / AUTHORITY_FILE).read_text("ascii")
    except FileNotFoundError:
        raise TownError("the town's ledger has no certificate authority; `pos sandbox tls` makes one") from None
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()


def _free_id(town: Town, merchant: str, given: frozenset[str]) -> str:
    stem = terminal_of(merchant).rpartition("-")[0]
    used = given | {path.stem for path in (town.served_trust.folder / "terminals").glob("*.json")}
    for number in range(1, TERMINALS_MAX + 1):
        if (terminal := f"{stem}-{number}") not in used:
            return terminal
    raise TownError(f"{merchant} has {TERMINALS_MAX} terminals already")
