"""The `pos` command: parsing only.

Each command's work is a function elsewhere, imported when that command is asked for: a payment must not wait for the
screen's libraries. Faults become one sentence on standard error and an exit code of `pos.exits`; results go to
standard output, with `--json` as one object per line.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from drivers.errors import DeviceError
from pos.commands.record_parsers import add_record_parsers
from pos.commands.report_parser import add_report_parser
from pos.commands.ware_parsers import add_ware_parsers
from pos.config import DEFAULT_PATH, TerminalConfig, load_config
from pos.errors import (
    ConfigError,
    JournalError,
    LedgerRefusedError,
    LedgerUnreachableError,
    OutcomeUnknownError,
    PosError,
    TrustError,
)
from pos.exits import Exit
from pos.money import AmountError, parse_won

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
NONCE_BYTES = 16
PROCESSES = ("core", "devices", "sync", "screen")
BENCHES = ("accept", "scan", "ledger", "sync", "print")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    if not __debug__:
        sys.stderr.write("pos: refuses to run with assertions off (python -O)\n")
        return Exit.USAGE
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ConfigError as error:
        return _fail(Exit.USAGE, *error.problems)
    except LedgerUnreachableError as error:
        return _fail(Exit.UNREACHABLE, f"the ledger cannot be reached: {error}", "nothing is lost; try again later")
    except LedgerRefusedError as error:
        return _fail(Exit.FAULT, f"the ledger refuses this terminal: {error}")
    except OutcomeUnknownError as error:
        return _fail(Exit.UNKNOWN, f"the outcome is unknown: {error}", "do not repeat it: look it up in the journal")
    except (JournalError, TrustError) as error:
        from pos.commands.faults import sentences

        return _fail(Exit.FAULT, *sentences(error))
    except DeviceError as error:
        return _fail(Exit.DEVICE, f"a device does not work: {error}")
    except PosError as error:
        return _fail(Exit.FAULT, str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAULT
    except KeyboardInterrupt:
        return 128 + 2


def _fail(code: Exit, *lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"pos: {line}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pos", description="A voucher terminal that works without the network.")
    parser.add_argument("--version", action=_SayVersion, nargs=0, help="which version of the program this is")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_terminal(commands)
    _add_provision(commands)
    _add_payments(commands)
    options = (_config_option, _json_option)
    add_record_parsers(commands, options, _config)
    add_ware_parsers(commands, add_report_parser(commands, options, _config), options, _config)
    _add_doctor(commands)
    _add_mirror(commands)
    _add_evidence(commands)
    _add_update(commands)
    _add_wifi(commands)
    _add_bench(commands)
    _add_scanner_sheet(commands)
    from pos.commands.ledger_cli import add_ledger
    from pos.sandbox.cli import add_parsers

    add_ledger(commands)
    add_parsers(commands)
    return parser


class _SayVersion(argparse.Action):
    """argparse's own needs the version before anybody has asked for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"chak-pos {version('chak-pos')}\n")
        parser.exit()


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser("demo", help="a whole town on this machine")
    demo.add_argument("--headless", action="store_true", help="scripted sales instead of the screen")
    demo.add_argument("--sales", type=_count, default=20, metavar="N", help="how many scripted sales (default 20)")
    demo.add_argument("--story", choices=("day",), default=None, help="with --headless: one business day in scenes")
    demo.add_argument("--seed", type=int, default=1, help="same seed, same town and customers")
    demo.add_argument("--out", type=Path, default=None, metavar="DIR", help="keep the town and the receipts here")
    demo.set_defaults(run=_run_demo)


def _add_terminal(commands: Commands) -> None:
    run = commands.add_parser("run", help="the terminal, on this tty")
    _config_option(run)
    run.set_defaults(run=_run_terminal)
    process = commands.add_parser("process", help="one of the terminal's processes (for systemd)")
    process.add_argument("name", choices=PROCESSES)
    _config_option(process)
    process.set_defaults(run=_run_process)


def _add_provision(commands: Commands) -> None:
    enrol = commands.add_parser("provision", help="enrol this terminal with a one-time code")
    source = enrol.add_mutually_exclusive_group(required=True)
    source.add_argument("code", nargs="?", metavar="CODE", help="the code's text, CKE1:…")
    source.add_argument("--image", type=Path, metavar="FILE", help="picture of its QR code")
    source.add_argument("--file", type=Path, metavar="FILE", help="a file that holds the text, on a USB stick")
    enrol.add_argument("--mirror", type=Path, metavar="DIR", help="second medium, of the replaced unit for instance")
    _config_option(enrol)
    _json_option(enrol)
    enrol.set_defaults(run=_run_provision)


def _add_payments(commands: Commands) -> None:
    pay = commands.add_parser("pay", help="one sale without the screen")
    pay.add_argument("--amount", type=_won, required=True, metavar="WON")
    source = pay.add_mutually_exclusive_group(required=True)
    source.add_argument("--image", type=Path, metavar="FILE", help="picture of the customer's code")
    source.add_argument("--text", metavar="CODE", help="the code's text")
    _config_option(pay)
    _json_option(pay)
    pay.set_defaults(run=_run_pay)
    request = commands.add_parser("request", help="open a payment request, or close one")
    what = request.add_mutually_exclusive_group(required=True)
    what.add_argument("--amount", type=_won, metavar="WON")
    what.add_argument("--close", type=_nonce, metavar="NONCE", help="close it: its nonce is never accepted afterwards")
    request.add_argument("--qr", type=Path, metavar="FILE", help="write its QR code as PNG")
    _config_option(request)
    _json_option(request)
    request.set_defaults(run=_run_request)
    scan = commands.add_parser("scan", help="read codes from pictures, folders or a video")
    scan.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    _json_option(scan)
    scan.set_defaults(run=_run_scan)
    sync = commands.add_parser("sync", help="deliver to the ledger")
    sync.add_argument("--once", action="store_true", help="one delivery, then end")
    _config_option(sync)
    _json_option(sync)
    sync.set_defaults(run=_run_sync)


def _add_doctor(commands: Commands) -> None:
    doctor = commands.add_parser("doctor", help="what works, what does not, and what to do about it")
    doctor.add_argument("--decode", metavar="NUMBER", help="explain a support number, on any machine")
    doctor.add_argument("--bundle", type=Path, metavar="DIR", help="write the redacted file for support into a folder")
    _config_option(doctor)
    _json_option(doctor)
    doctor.set_defaults(run=_run_doctor)


def _add_evidence(commands: Commands) -> None:
    evidence = commands.add_parser("evidence", help="check evidence of double spending with public keys alone")
    verify = evidence.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser("verify")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--trust", type=Path, metavar="DIR", help="issuers.json and ledgers.json (default: this till's)"
    )
    _config_option(verify)
    _json_option(verify)
    verify.set_defaults(run=_run_evidence_verify)


def _add_wifi(commands: Commands) -> None:
    wifi = commands.add_parser("wifi", help="the wireless network that was shown to the camera (for systemd)")
    wifi.add_argument("action", choices=("join", "restore"))
    _config_option(wifi)
    wifi.set_defaults(run=_run_wifi)


def _add_update(commands: Commands) -> None:
    update = commands.add_parser("update", help="newer versions of the program on this machine")
    update.add_argument("action", choices=("status", "start", "tend", "prove", "examine", "package"))
    update.add_argument("--now", action="store_true", help="tend: change although the day is open")
    update.add_argument("--dir", type=Path, default=Path("/opt/pos"), help="package: the folder of versions")
    update.add_argument("--place", type=Path, default=Path("/usr/lib/pos"), help="package: where it lies")
    _config_option(update)
    _json_option(update)
    update.set_defaults(run=_run_update)


def _add_bench(commands: Commands) -> None:
    bench = commands.add_parser("bench", help="the measurements of the README")
    bench.add_argument("name", nargs="?", default="accept", choices=BENCHES)
    bench.add_argument("arguments", nargs="*", metavar="ARG")
    _json_option(bench)
    bench.set_defaults(run=_run_bench)


def _add_scanner_sheet(commands: Commands) -> None:
    sheet = commands.add_parser("scanner-sheet", help="a page of codes that set a hand scanner up and try it")
    sheet.add_argument("file", type=Path, metavar="FILE", help="a PNG picture of an A4 page")
    sheet.set_defaults(run=_run_scanner_sheet)


def _config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"default: $POS_CONFIG, then {DEFAULT_PATH}")


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def _config(options: argparse.Namespace) -> TerminalConfig:
    given: Path | None = options.config
    return load_config(given or Path(os.environ.get("POS_CONFIG") or DEFAULT_PATH))


def _won(text: str) -> int:
    try:
        return parse_won(text)
    except AmountError as error:
        raise argparse.ArgumentTypeError(_AMOUNT_WORDS[error.problem].format(text=text)) from error


_AMOUNT_WORDS = {
    "empty": "an amount is expected, whole won, e.g. 12000",
    "negative": "{text!r} is negative; an amount is 1 to 100,000,000 won",
    "letters": "{text!r} is not a whole number of won",
    "zero": "an amount of zero cannot be paid",
    "too_large": "{text!r} is more than 100,000,000 won",
}


def _nonce(text: str) -> bytes:
    try:
        nonce = bytes.fromhex(text)
    except ValueError:
        nonce = b""
    if len(nonce) != NONCE_BYTES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a nonce: {2 * NONCE_BYTES} hex digits, as `pos request` told"
        )
    return nonce


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1,000,000")
    return int(text)


def _run_demo(options: argparse.Namespace) -> int:
    if options.headless:
        from pos.demo.headless import run_headless

        if options.story is not None:
            from pos.demo.story.telling import run_story

            return run_story(seed=options.seed, out=options.out)
        return run_headless(sales=options.sales, seed=options.seed, out=options.out)
    from pos.demo.visit import run_visit

    return run_visit(seed=options.seed, out=options.out)


def _run_terminal(options: argparse.Namespace) -> int:
    from pos.processes import run_supervised

    return run_supervised(_config(options))


def _run_process(options: argparse.Namespace) -> int:
    from pos.processes import run_process

    return run_process(options.name, _config(options))


def _run_provision(options: argparse.Namespace) -> int:
    from pos.commands.provisioning import provision

    if options.image is not None:
        from pos.commands.payments import read_picture

        text = read_picture(options.image)
    else:
        text = options.code if options.file is None else options.file.read_text("utf-8")
    given: Path | None = options.config
    environment = os.environ.get("POS_CONFIG")
    config = given or (Path(environment) if environment else None)
    return provision(config, text, mirror=options.mirror, as_json=options.json)


def _run_pay(options: argparse.Namespace) -> int:
    from pos.commands.payments import pay

    return pay(
        _config(options), amount_won=options.amount, text=options.text, image=options.image, as_json=options.json
    )


def _run_request(options: argparse.Namespace) -> int:
    from pos.commands.payments import close_request, request

    if options.close is not None:
        return close_request(_config(options), nonce=options.close, as_json=options.json)
    return request(_config(options), amount_won=options.amount, qr=options.qr, as_json=options.json)


def _run_scan(options: argparse.Namespace) -> int:
    from pos.commands.scanning import scan

    return scan(options.paths, as_json=options.json)


def _run_sync(options: argparse.Namespace) -> int:
    from pos.commands.syncing import sync

    return sync(_config(options), is_once=options.once, as_json=options.json)


def _add_mirror(commands: Commands) -> None:
    mirror = commands.add_parser("mirror", help="the terminal's second medium")
    mirror.add_argument("action", choices=("prepare",))
    _config_option(mirror)
    mirror.set_defaults(run=_run_mirror)


def _run_mirror(options: argparse.Namespace) -> int:
    from pos.commands.mirroring import prepare

    return prepare(_config(options))


def _run_doctor(options: argparse.Namespace) -> int:
    from pos.commands.doctor import bundle, doctor, explain

    if options.decode is not None:
        language = "ko" if os.environ.get("LANG", "").startswith("ko") else "en"
        return explain(options.decode, language=language, as_json=options.json)
    if options.bundle is not None:
        return bundle(_config(options), options.bundle)
    return doctor(_config(options), as_json=options.json)


def _run_evidence_verify(options: argparse.Namespace) -> int:
    from pos.commands.evidence import held_targets, verify

    given: Path | None = options.trust
    trust_dir = given or held_targets(_config(options))
    return verify(options.file, trust_dir=trust_dir, as_json=options.json)


def _run_wifi(options: argparse.Namespace) -> int:
    from pos.commands.wifi import wifi

    return wifi(_config(options), options.action)


def _run_update(options: argparse.Namespace) -> int:
    from pos.commands.updating import adopt_package, update

    if options.action == "package":
        return adopt_package(options.dir, options.place)
    return update(_config(options), options.action, is_chosen=options.now, as_json=options.json)


def _run_bench(options: argparse.Namespace) -> int:
    from pos.bench.run import run_bench

    return run_bench(options.name, options.arguments, as_json=options.json)


def _run_scanner_sheet(options: argparse.Namespace) -> int:
    from pos.commands.scanning import write_scanner_sheet

    return write_scanner_sheet(options.file)
