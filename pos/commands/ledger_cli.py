"""`pos ledger …`: parsing only; each command's work is imported when that command is asked for."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pos.exits import Exit

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


def add_ledger(commands: "Commands") -> None:
    """Add `ledger` and what is below it to the program's commands."""
    ledger = commands.add_parser("ledger", help="the reference ledger")
    actions = ledger.add_subparsers(dest="action", required=True, metavar="ACTION")
    serve = actions.add_parser("serve", help="run the service")
    serve.add_argument("--data", type=Path, required=True, metavar="DIR")
    serve.add_argument("--database", metavar="URL", help="SQLAlchemy URL (default: a SQLite file in DIR)")
    serve.add_argument("--port", type=int, metavar="P")
    serve.set_defaults(run=_run_ledger_serve)
    secret = actions.add_parser("secret", help="make the secret of a merchant's page, or of the operator's")
    secret.add_argument("--data", type=Path, required=True, metavar="DIR")
    secret.add_argument("user", metavar="MERCHANT", help="a merchant id, or `operator`")
    secret.set_defaults(run=_run_ledger_secret)
    partner = actions.add_parser("partner", help="make the secret of a partner who hands in payments and orders")
    partner.add_argument("--data", type=Path, required=True, metavar="DIR")
    partner.add_argument("partner", metavar="PARTNER", help="an id of its own, e.g. of a delivery app or a mall")
    partner.set_defaults(run=_run_ledger_partner)
    payout = actions.add_parser("payout", help="pay all merchants out, or confirm a deposit")
    payout.add_argument("--data", type=Path, required=True, metavar="DIR")
    payout.add_argument("--database", metavar="URL")
    payout.add_argument("--confirm", nargs=2, metavar=("MERCHANT", "NUMBER"), help="the bank has the money of this one")
    _json_option(payout)
    payout.set_defaults(run=_run_ledger_payout)
    witness = actions.add_parser("witness", help="run a witness of logs (C2SP tlog-witness)")
    witness.add_argument("--data", type=Path, required=True, metavar="DIR")
    witness.add_argument("--host", default="127.0.0.1", metavar="ADDRESS")
    witness.add_argument("--port", type=int, default=8410, metavar="P")
    witness.set_defaults(run=_run_ledger_witness)
    conflicts = actions.add_parser("conflicts", help="list what was spent twice, and write the evidence files")
    conflicts.add_argument("--data", type=Path, required=True, metavar="DIR")
    conflicts.add_argument("--database", metavar="URL")
    conflicts.add_argument("--out", type=Path, metavar="FOLDER", help="one file a conflict: TERMINAL-SEQUENCE.evidence")
    _json_option(conflicts)
    conflicts.set_defaults(run=_run_ledger_conflicts)
    send = actions.add_parser("send", help="tell a terminal something")
    send.add_argument("kind", metavar="KIND", help="order, remote_payment, settlement, cash_receipt, fraud or retire")
    send.add_argument("body", metavar="JSON", help="what it says; an id and a time that are left out are made")
    send.add_argument("--data", type=Path, required=True, metavar="DIR")
    send.add_argument("--terminal", required=True, metavar="ID")
    send.add_argument("--database", metavar="URL")
    send.set_defaults(run=_run_ledger_send)
    _add_install_file(actions)
    audit = actions.add_parser("audit", help="prove the books from stored evidence alone")
    audit.add_argument("--data", type=Path, required=True, metavar="DIR")
    audit.add_argument("--database", metavar="URL")
    _json_option(audit)
    audit.set_defaults(run=_run_ledger_audit)


def _add_install_file(actions: "Commands") -> None:
    install = actions.add_parser("install-file", help="sign an enrolment code as a file for a memory stick")
    install.add_argument("code", metavar="CODE", help="the code's text, CKE1:…")
    install.add_argument("--data", type=Path, required=True, metavar="DIR")
    install.add_argument("--database", metavar="URL")
    install.add_argument("--machine", metavar="SERIAL", help="the one board that may use it (default: any)")
    install.add_argument("--out", type=Path, required=True, metavar="FILE", help="chak-pos/install.cose on the stick")
    install.set_defaults(run=_run_ledger_install_file)


def _run_ledger_serve(options: argparse.Namespace) -> int:
    from pos.ledger.serve import serve

    serve(options.data, database=options.database, port=options.port)
    return Exit.DONE


def _run_ledger_secret(options: argparse.Namespace) -> int:
    from pos.ledger.office_secrets import make_secret

    sys.stdout.write(f"{make_secret(options.data, options.user)}\n")
    return Exit.DONE


def _run_ledger_partner(options: argparse.Namespace) -> int:
    from pos.ledger.office_secrets import PARTNERS_FILE, make_secret

    sys.stdout.write(f"{make_secret(options.data, options.partner, file=PARTNERS_FILE)}\n")
    return Exit.DONE


def _run_ledger_payout(options: argparse.Namespace) -> int:
    from pos.commands.auditing import pay_out

    return pay_out(options.data, database=options.database, confirm=options.confirm, as_json=options.json)


def _run_ledger_witness(options: argparse.Namespace) -> int:
    from pos.ledger.witness_app import serve_witness

    serve_witness(options.data, host=options.host, port=options.port)
    return Exit.DONE


def _run_ledger_conflicts(options: argparse.Namespace) -> int:
    from pos.commands.auditing import list_conflicts

    return list_conflicts(options.data, database=options.database, out=options.out, as_json=options.json)


def _run_ledger_send(options: argparse.Namespace) -> int:
    from pos.commands.telling import send

    return send(options.data, options.terminal, options.kind, options.body, database=options.database)


def _run_ledger_install_file(options: argparse.Namespace) -> int:
    from pos.durable import replace_file
    from pos.ledger.install_file import sign_install_file

    replace_file(
        options.out,
        sign_install_file(options.data, options.code, machine=options.machine, database=options.database),
        mode=0o600,
    )
    sys.stdout.write(f"{options.out}\n")
    return Exit.DONE


def _run_ledger_audit(options: argparse.Namespace) -> int:
    from pos.commands.auditing import audit_ledger

    return audit_ledger(options.data, database=options.database, as_json=options.json)


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
