"""`pos sandbox init | voucher | pay`: parsing, and words for what happened.

Results go to standard output, everything else to standard error; bad input is one clear sentence and exit code 2.
The work is in `town`, `issuing` and `paying`, imported when asked for.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pos.errors import MalformedError
from pos.exits import Exit
from pos.money import AmountError, checked_won, parse_won
from pos.sandbox.errors import SandboxError

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

_AMOUNT_WORDS = {
    "empty": "an amount is expected, whole won, e.g. 12000",
    "negative": "{text!r} is negative; an amount is 1 to 100,000,000 won",
    "letters": "{text!r} is not a whole number of won",
    "zero": "zero won cannot be issued or paid",
    "too_large": "{text!r} is more than 100,000,000 won",
}


def add_parsers(commands: "Commands") -> None:
    """Add `sandbox` and what is below it to the program's commands."""
    sandbox = commands.add_parser("sandbox", help="a town in a box to try the terminal with")
    actions = sandbox.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_init(actions)
    _add_voucher(actions)
    _add_pay(actions)
    _add_online(actions)
    _add_fetch(actions)
    _add_redeem(actions)
    _add_emergency(actions)
    _add_enrol(actions)
    _add_provider(actions)


def run_init(options: argparse.Namespace) -> int:
    """`pos sandbox init`."""
    from pos.sandbox.town import init

    try:
        town = init(options.directory, seed=options.seed, policy=options.policy, merchant=options.merchant)
    except (SandboxError, OSError) as error:
        return _fail(error)
    sys.stdout.write(f"{town.terminal_toml}\n")
    sys.stderr.write(
        f"a town in {town.directory}, policy {town.policy}; nothing was started\n"
        f"next: pos sandbox voucher {options.directory} --value 50000{_issuer(town.home_issuer)} --out v.cbor\n"
    )
    return Exit.DONE


def run_voucher(options: argparse.Namespace) -> int:
    """`pos sandbox voucher`."""
    from pos.sandbox.issuing import VoucherOrder, issue_voucher

    order = VoucherOrder(
        value_won=options.value,
        issuer=options.issuer,
        program=options.program,
        holder_key=options.holder_key,
        serial=options.serial,
        expires_in_s=options.expires_in,
    )
    try:
        issued = issue_voucher(options.directory, order, out=options.out)
    except (SandboxError, OSError) as error:
        return _fail(error)
    if issued.note_text is not None:
        sys.stdout.write(f"{issued.note_text}\n")
    sys.stderr.write(f"voucher {issued.voucher_id.hex()} over {order.value_won:,} won in {issued.path}\n")
    if issued.is_own:
        sys.stderr.write(
            "its holder key is in the town's wallet; "
            f"next: pos sandbox pay {options.directory} --voucher {issued.path} --amount {min(order.value_won, 12_000)}"
            " --qr pay.png\n"
        )
    return Exit.DONE


def run_pay(options: argparse.Namespace) -> int:
    """`pos sandbox pay`."""
    from pos.sandbox.paying import pay

    try:
        text = pay(
            options.directory, options.voucher, amount_won=options.amount, request=options.request, qr=options.qr
        )
    except (SandboxError, OSError) as error:
        return _fail(error)
    sys.stdout.write(f"{text}\n")
    return Exit.DONE


def run_fetch(options: argparse.Namespace) -> int:
    """`pos sandbox fetch`."""
    from pos.sandbox.fetching import fetch

    try:
        fetched = fetch(options.directory, options.voucher, out=options.out)
    except (SandboxError, OSError) as error:
        return _fail(error)
    for item in fetched:
        sys.stdout.write(f"{item.value_won} {item.path}\n")
    sys.stderr.write("nothing came back yet\n" if not fetched else "")
    return Exit.DONE


def run_enrol(options: argparse.Namespace) -> int:
    """`pos sandbox enrol`."""
    from pos.sandbox.enrolling import issue_code, issue_number, ledger_card
    from pos.sandbox.qr_picture import write_qr
    from pos.sandbox.town import open_town

    try:
        town = open_town(options.directory)
        merchant = options.merchant or town.merchant
        if options.card:
            terminal, text = "", ledger_card(town, url=options.url)
        elif options.typed:
            terminal, text = issue_number(town, merchant=merchant, replaces=options.replaces)
        else:
            terminal, text = issue_code(town, merchant=merchant, replaces=options.replaces, url=options.url)
        if options.qr is not None:
            write_qr(options.qr, text)
    except (SandboxError, OSError) as error:
        return _fail(error)
    sys.stdout.write(f"{text}\n")
    if terminal:
        sys.stderr.write(f"for {terminal}, once, within 15 minutes\nnext: pos provision CODE --config FILE\n")
    return Exit.DONE


def run_tls(options: argparse.Namespace) -> int:
    """`pos sandbox tls`."""
    from pos.sandbox.enrolling import make_authority
    from pos.sandbox.town import open_town

    try:
        authority = make_authority(open_town(options.directory))
    except (SandboxError, OSError) as error:
        return _fail(error)
    sys.stdout.write(f"{authority}\n")
    return Exit.DONE


def _add_enrol(actions: "Commands") -> None:
    enrol = actions.add_parser("enrol", help="a one-time code for a new terminal")
    enrol.add_argument("directory", type=Path, metavar="DIR")
    enrol.add_argument("--merchant", metavar="M", help="whose terminal it will be (default: the town's own)")
    enrol.add_argument("--replaces", metavar="ID", help="retire this terminal when the code is used")
    enrol.add_argument("--url", metavar="URL", help="where the ledger will be found (default: where it runs)")
    enrol.add_argument("--qr", type=Path, metavar="FILE", help="write the code's QR as PNG")
    form = enrol.add_mutually_exclusive_group()
    form.add_argument("--typed", action="store_true", help="digits for a number pad instead of a code")
    form.add_argument("--card", action="store_true", help="no code: which ledger typed digits are for")
    enrol.set_defaults(run=run_enrol)
    tls = actions.add_parser("tls", help="give the town's ledger a certificate authority of its own (needs openssl)")
    tls.add_argument("directory", type=Path, metavar="DIR")
    tls.set_defaults(run=run_tls)


def _add_init(actions: "Commands") -> None:
    init = actions.add_parser("init", help="make a town: ledger, issuers, merchants, one enrolled terminal")
    init.add_argument("directory", type=Path, metavar="DIR", help="a new or empty folder")
    init.add_argument("--seed", metavar="S", help="the same seed makes the same keys")
    init.add_argument("--policy", choices=("open", "strict"), default="open", help="offline limits (default open)")
    init.add_argument("--merchant", default="m-bakery", metavar="M", help="whose terminal it is (default m-bakery)")
    init.set_defaults(run=run_init)


def _add_voucher(actions: "Commands") -> None:
    voucher = actions.add_parser("voucher", help="an issuer-signed voucher for any holder key")
    voucher.add_argument("directory", type=Path, metavar="DIR")
    voucher.add_argument("--value", type=_won, required=True, metavar="WON")
    voucher.add_argument("--issuer", default="41390", metavar="I", help="municipality code (default 41390)")
    voucher.add_argument("--program", default="general", metavar="P", help="programme (default general)")
    voucher.add_argument(
        "--holder-key", type=_holder_key, metavar="HEX", help="public key (default: one of the town's wallet)"
    )
    voucher.add_argument("--serial", metavar="S", help="print a paper note with this serial instead of a purse")
    voucher.add_argument("--expires-in", type=_seconds, metavar="S", help="seconds from now; may be negative")
    voucher.add_argument("--out", type=Path, required=True, metavar="FILE", help="raw CBOR")
    voucher.set_defaults(run=run_voucher)


def _add_pay(actions: "Commands") -> None:
    pay = actions.add_parser("pay", help="pay with the town's own wallet")
    pay.add_argument("directory", type=Path, metavar="DIR")
    pay.add_argument("--voucher", type=Path, required=True, metavar="FILE")
    pay.add_argument("--amount", type=_won, required=True, metavar="WON")
    pay.add_argument("--request", metavar="TEXT", help="the terminal's payment request (CKR1:…)")
    pay.add_argument("--qr", type=Path, required=True, metavar="FILE", help="write the payment's QR code as PNG")
    pay.set_defaults(run=run_pay)


def run_emergency(options: argparse.Namespace) -> int:
    """`pos sandbox emergency`."""
    from pos.sandbox.emergency import write_emergency

    try:
        paths = write_emergency(
            options.directory, options.out, keys=options.key, vouchers=options.voucher, terminals=options.terminal
        )
    except (SandboxError, OSError) as error:
        return _fail(error)
    sys.stdout.writelines(f"{path}\n" for path in paths)
    return Exit.DONE


def _add_emergency(actions: "Commands") -> None:
    emergency = actions.add_parser("emergency", help="distrust somebody at once: codes for the terminals' cameras")
    emergency.add_argument("directory", type=Path, metavar="DIR")
    emergency.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write the QR pictures")
    emergency.add_argument("--key", action="append", default=[], metavar="ISSUER:KID")
    emergency.add_argument("--voucher", action="append", default=[], metavar="ISSUER:ID")
    emergency.add_argument("--terminal", action="append", default=[], metavar="ID")
    emergency.set_defaults(run=run_emergency)


def run_online(options: argparse.Namespace) -> int:
    """`pos sandbox online`."""
    from pos.sandbox.online import pay_online

    try:
        paid = pay_online(
            options.directory,
            number=options.number,
            request=options.request,
            amount_won=options.amount,
            merchant=options.merchant,
        )
    except (SandboxError, OSError) as error:
        return _fail(error)
    sys.stdout.write(f"{paid.state} {paid.amount_won} {paid.payment}\n")
    sys.stderr.write(f"the phone could also show {paid.confirmation}\n" if paid.confirmation else "")
    return Exit.DONE


def _add_online(actions: "Commands") -> None:
    online = actions.add_parser("online", help="pay at the ledger: a terminal's request, or a shop from elsewhere")
    online.add_argument("directory", type=Path, metavar="DIR")
    online.add_argument("--number", required=True, metavar="N", help="the app's own number; again: what became of it")
    online.add_argument("--request", metavar="TEXT", help="the terminal's payment request (CKR1:…)")
    online.add_argument("--amount", type=_won, metavar="WON", help="without a request")
    online.add_argument("--merchant", default="m-bakery", metavar="M", help="without a request (default m-bakery)")
    online.set_defaults(run=run_online)


def _add_fetch(actions: "Commands") -> None:
    fetch = actions.add_parser("fetch", help="fetch what came back of a voucher: refunds, refused payments, a rest")
    fetch.add_argument("directory", type=Path, metavar="DIR")
    fetch.add_argument("--voucher", type=Path, required=True, metavar="FILE")
    fetch.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="each as a new voucher's file")
    fetch.set_defaults(run=run_fetch)


def run_redeem(options: argparse.Namespace) -> int:
    """`pos sandbox redeem`."""
    from pos.sandbox.redeeming import redeem

    try:
        found = redeem(options.directory, options.receipt, out=options.out)
    except (SandboxError, OSError) as error:
        return _fail(error)
    if found is None:
        sys.stderr.write("nothing is due on this slip, or not yet\n")
    else:
        sys.stdout.write(f"{found.value_won} {found.path}\n")
    return Exit.DONE


def _add_redeem(actions: "Commands") -> None:
    redeem = actions.add_parser("redeem", help="a new voucher for a refunded note, by the code on the refund's slip")
    redeem.add_argument("directory", type=Path, metavar="DIR")
    redeem.add_argument("--receipt", required=True, metavar="TEXT", help="the slip's receipt code (CKS1:…)")
    redeem.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the new voucher's file")
    redeem.set_defaults(run=run_redeem)


def run_provider(options: argparse.Namespace) -> int:
    """`pos sandbox cash-receipt-provider`."""
    from pos.sandbox.provider_service import serve_provider
    from pos.sandbox.town import open_town

    try:
        serve_provider(open_town(options.directory), port=options.port)
    except (SandboxError, OSError) as error:
        return _fail(error)
    return Exit.DONE


def _add_provider(actions: "Commands") -> None:
    provider = actions.add_parser(
        "cash-receipt-provider", help="run a provider that issues nothing; the town's ledger asks it from then on"
    )
    provider.add_argument("directory", type=Path, metavar="DIR")
    provider.add_argument("--port", type=int, default=8420, metavar="P", help="0 lets the system choose (default 8420)")
    provider.set_defaults(run=run_provider)


def _issuer(issuer: str) -> str:
    return "" if issuer == "41390" else f" --issuer {issuer}"


def _won(text: str) -> int:
    try:
        return checked_won(parse_won(text))
    except AmountError as error:
        raise argparse.ArgumentTypeError(_AMOUNT_WORDS[error.problem].format(text=text)) from error


def _seconds(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds")
    return int(text)


def _holder_key(text: str) -> bytes:
    from pos.sandbox.issuing import parse_holder_key

    try:
        return parse_holder_key(text)
    except MalformedError as error:
        raise argparse.ArgumentTypeError(error.what) from error


def _fail(error: Exception) -> int:
    sys.stderr.write(f"pos: {error}\n")
    return Exit.USAGE if isinstance(error, SandboxError) else Exit.FAULT
