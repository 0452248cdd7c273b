"""Throws made-up bytes and text at everything that reads what strangers wrote; only our own errors may come out.

Run by a Python that has atheris, once for one decoder (`fuzz_decoders.py payment -runs=1000000`) or for all of them
(`fuzz_decoders.py -runs=20000`), each in a process of its own. Inputs start from valid objects, because a mutation of
something valid gets further in than noise. What makes a decoder fail is kept in .cache/fuzz-corpus.

Where a decoder has an encoder, what was accepted must come out of it unchanged: the encoding is canonical.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# By name: type checkers run in an environment that does not have it.
atheris = importlib.import_module("atheris")

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".cache" / "fuzz-corpus"
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["pos", "drivers"], enable_loader_override=False):
    from pos import cbor
    from pos.errors import PosError
    from pos.ledger.checkpoint import parse_proof
    from pos.link.frames import decode_call_frame, decode_server_frame
    from pos.money import AmountError, parse_won
    from pos.text import is_safe, safe_text
    from pos.voucher import base45
    from pos.voucher.calls import parse_authorization, parse_call_token, parse_signed_time
    from pos.voucher.entry import parse_entry
    from pos.voucher.foreign import recognise
    from pos.voucher.messages import parse_acknowledgement, parse_message
    from pos.voucher.qr import QrKind, decode_text, encode_text
    from pos.voucher.signed import (
        decode_certificate,
        decode_confirmation,
        decode_paper_voucher,
        decode_payment,
        decode_receipt,
        decode_request,
        decode_voucher,
    )
    from tests.support import voucher_builders as builders

OUR_ERRORS = (PosError, AmountError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A decoder, and valid inputs to start from."""

    read: Callable[[bytes], object]
    seeds: Sequence[bytes] = ()


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A decoder of text as one of bytes; half-made characters and lone surrogates are in the game too."""
    return lambda data: read(data.decode("utf-8", "surrogateescape"))


def cbor_is_canonical(data: bytes) -> None:
    assert cbor.encode(cbor.decode(data)) == data


def base45_is_canonical(data: str) -> None:
    assert base45.encode(base45.decode(data)) == data


def code_is_canonical(data: str) -> None:
    code = decode_text(data)
    assert encode_text(code.kind, code.data) == data


def safe_text_is_safe(data: str) -> None:
    assert is_safe(safe_text(data))


def planted(data: bytes) -> None:
    """A bug that needs three lucky bytes: a fuzzer that cannot find it would find nothing."""
    if data[:1] == b"b" and data[1:2] == b"u" and data[2:3] == b"g":
        raise KeyError(data)


PAYMENT = builders.a_payment().sign1.raw
VOUCHER = builders.a_voucher().sign1.raw
CODES = [encode_text(QrKind.PAYMENT, PAYMENT).encode(), encode_text(QrKind.VOUCHER, VOUCHER).encode()]

TARGETS = {
    "cbor": Target(read=cbor_is_canonical, seeds=[PAYMENT, VOUCHER]),
    "base45": Target(read=text(base45_is_canonical), seeds=[CODES[0][5:]]),
    "code": Target(read=text(code_is_canonical), seeds=CODES),
    "foreign": Target(read=text(recognise), seeds=[b"00020101021126", b"HC1:6BF", b"https://example.org/", b"CKP2:0"]),
    "voucher": Target(read=decode_voucher, seeds=[VOUCHER]),
    "paper-voucher": Target(read=decode_paper_voucher, seeds=[builders.a_paper_voucher().sign1.raw]),
    "payment": Target(read=decode_payment, seeds=[PAYMENT]),
    "request": Target(read=decode_request, seeds=[builders.a_request().sign1.raw]),
    "confirmation": Target(read=decode_confirmation, seeds=[builders.a_confirmation().sign1.raw]),
    "receipt": Target(read=decode_receipt, seeds=[builders.a_receipt().sign1.raw]),
    "certificate": Target(read=decode_certificate, seeds=[builders.a_certificate().sign1.raw]),
    "entry": Target(read=parse_entry, seeds=[builders.an_entry().raw]),
    "message": Target(read=parse_message),
    "acknowledgement": Target(read=parse_acknowledgement),
    "call-token": Target(read=parse_call_token),
    "signed-time": Target(read=parse_signed_time),
    "authorization": Target(read=text(parse_authorization), seeds=[b"COSE " + b"0oRDoQEn"]),
    "log-proof": Target(read=text(parse_proof), seeds=[b"c2sp.org/tlog-proof@v1\nindex 3\n\nlog\n4\nAAAA\n"]),
    "link-call": Target(read=decode_call_frame),
    "link-answer": Target(read=decode_server_frame),
    "amount": Target(read=text(parse_won), seeds=[b"12,000", "１２".encode()]),
    "safe-text": Target(read=text(safe_text_is_safe), seeds=["승인\u202e".encode()]),
}

PLANTED = {"planted": Target(read=atheris.instrument_func(planted))}


def fuzz_one(name: str, options: Sequence[str]) -> None:
    """Never returns: the fuzzer ends the process."""
    target = (TARGETS | PLANTED)[name]
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)

    def try_one(data: bytes) -> None:
        try:
            target.read(data)
        except OUR_ERRORS:
            return

    # Longer inputs than an object can be are refused by their length; a few must be among them.
    limits = ["-max_len=20000", "-len_control=50", "-timeout=10", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={corpus}/bad-", *options, str(corpus)], try_one)
    atheris.Fuzz()


def fuzz_all(options: Sequence[str]) -> int:
    """Every decoder in turn; gives the number of decoders that let a foreign error out."""
    shutil.rmtree(KEPT / "planted", ignore_errors=True)
    found, _ = fuzz_apart("planted", ["-runs=200000"])
    if not found:
        sys.stdout.write("the fuzzer does not find the bug that was planted for it\n")
        return 1
    bad = 0
    for name in TARGETS:
        is_bad, said = fuzz_apart(name, options)
        bad += is_bad
        last = [line for line in said.splitlines() if line.startswith("Done ")]
        sys.stdout.write(f"{name:<16}{'FAILED' if is_bad else last[-1]}\n{said[-4000:] if is_bad else ''}")
        sys.stdout.flush()
    return bad


def fuzz_apart(name: str, options: Sequence[str]) -> tuple[bool, str]:
    """One decoder in a process of its own: whether something was found, and all that the fuzzer said."""
    command = [sys.executable, __file__, name, *options]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return done.returncode != 0, done.stdout + done.stderr


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in TARGETS | PLANTED:
        fuzz_one(sys.argv[1], sys.argv[2:])
    else:
        sys.exit(min(fuzz_all(sys.argv[1:]), 1))
