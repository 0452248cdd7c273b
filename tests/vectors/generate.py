"""Writes the test vectors beside this file: `python -m tests.vectors.generate`.

The files are for anybody who writes a wallet, a ledger or a terminal. Everything in them follows from fixed seeds, so
they change only when the protocol or a case does; a test compares them with what this script would write.
"""

import json
from collections.abc import Callable
from pathlib import Path

from tests.support.voucher_builders import (
    HOLDER_KEY,
    ISSUER,
    ISSUER_KEY,
    LEDGER,
    LEDGER_KEY,
    MERCHANT,
    NOW_S,
    STRANGER_KEY,
    TERMINAL,
    TERMINAL_KEY,
    a_certificate,
    a_conflict,
    some_bytes,
)
from tests.vectors import cards, coding, objects, wire
from tests.vectors.cases import Case

FOLDER = Path(__file__).parent

OBJECTS: dict[str, tuple[str, Callable[[], list[Case]]]] = {
    "payment": (
        "CKP1 payments: the voucher under the issuer's key, the payment under the key in the voucher's cnf.",
        objects.payment_cases,
    ),
    "paper_voucher": ("CKV1 paper vouchers, under the issuer's key.", objects.paper_voucher_cases),
    "certificate": ("Terminal certificates, under the ledger's key.", objects.certificate_cases),
    "request": ("CKR1 payment requests, as a phone checks them, without the time.", objects.request_cases),
    "confirmation": ("CKC1 paid confirmations, under the ledger's key.", objects.confirmation_cases),
    "receipt": ("CKS1 receipt codes, under the key in the certificate of keys.json.", objects.receipt_cases),
    "entry": ("Journal entries, under the terminal's key.", wire.entry_cases),
    "call_token": ("Call tokens, under the terminal's key.", wire.call_token_cases),
    "signed_time": ("Signed times for the call nonce of keys.json, under the ledger's key.", wire.signed_time_cases),
    "acknowledgement": (
        "Acknowledgements for the call nonce of keys.json, under the ledger's key.",
        wire.acknowledgement_cases,
    ),
    "message": ("Messages to the terminal of keys.json, under the ledger's key.", wire.message_cases),
}

CODINGS: dict[str, tuple[str, Callable[[], list[coding.JsonCase]]]] = {
    "cbor": ("Deterministic CBOR; `value` is diagnostic notation (RFC 8949, section 8).", coding.cbor_cases),
    "base45": ("Base45 (RFC 9285), read strictly.", coding.base45_cases),
    "qr_text": ("Texts of QR codes.", coding.qr_cases),
    "spend_line": (
        "May `payment` follow `highest` on a voucher worth `value`? Both are [sequence, spent_before, amount].",
        coding.spend_line_cases,
    ),
    "card": (
        "Conversations with a card: commands and answers in their order, and the text of the payment or null.",
        cards.card_cases,
    ),
}


def files() -> dict[str, str]:
    """The content of every vector file by its name."""
    written = {"keys.json": _text(_keys())}
    for name, (about, object_cases) in OBJECTS.items():
        cases = [case.to_json() for case in object_cases()]
        written[f"{name}.json"] = _text({"about": about, "protocol": 1, "cases": cases})
    for name, (about, coding_cases) in CODINGS.items():
        written[f"{name}.json"] = _text({"about": about, "protocol": 1, "cases": coding_cases()})
    return written


def _keys() -> dict[str, object]:
    named = {
        "issuer": ISSUER_KEY,
        "holder": HOLDER_KEY,
        "ledger": LEDGER_KEY,
        "terminal": TERMINAL_KEY,
        "stranger": STRANGER_KEY,
    }
    return {
        "about": "The keys and names that the other files use. These keys are public: use them for nothing else.",
        "protocol": 1,
        "issuer": ISSUER,
        "ledger": LEDGER,
        "merchant": MERCHANT,
        "terminal": TERMINAL,
        "now_s": NOW_S,
        "call_nonce": some_bytes("call").hex(),
        "certificate": a_certificate().raw.hex(),
        "evidence_of_a_conflict": a_conflict().to_bytes().hex(),
        "keys": {
            name: {"seed": key.seed.hex(), "public_key": key.public_key.hex(), "kid": key.kid.hex()}
            for name, key in named.items()
        },
    }


def _text(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
