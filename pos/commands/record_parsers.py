"""Parsing of `pos journal`, `pos trust`, `pos import` and `pos receipt`; the work is imported when it is asked for."""

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pos.commands.ware_parsers import Load, Options

if TYPE_CHECKING:
    from pos.commands.ware_parsers import Commands


def add_record_parsers(commands: "Commands", options: Options, config: Load) -> None:
    """Add `journal` and `receipt` to the program's commands."""
    journal = commands.add_parser("journal", help="the terminal's durable record")
    journal.add_argument("action", choices=("verify", "show", "export", "rebuild", "archive", "backup"))
    journal.add_argument(
        "--form",
        choices=("raw", "csv", "json", "schema"),
        default="raw",
        help="of the export: entries, an inspection's rows, or what a row is (JSON Schema)",
    )
    journal.add_argument("--out", type=Path, metavar="FILE", help="where to export to (default: standard output)")
    journal.add_argument("--before", default="", metavar="DAY", help="archive what is older than this business day")
    journal.add_argument("--to", type=Path, metavar="FILE", help="where to archive to")
    journal.add_argument("--acknowledge", type=Path, metavar="FILE", help="record that this archive is in a safe place")
    journal.add_argument("--by", default="", metavar="NUMBER", help="who has it")
    journal.add_argument("--drop", action="store_true", help="drop what the acknowledged archive covers")
    for add in options:
        add(journal)
    journal.set_defaults(run=partial(_run_journal, config))
    trust = commands.add_parser("trust", help="trust data without a network")
    bring = trust.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser("import")
    bring.add_argument("folder", type=Path, metavar="DIR", help="a trust repository, as on a stick")
    for add in options:
        add(bring)
    bring.set_defaults(run=partial(_run_trust_import, config))
    stick = commands.add_parser("import", help="take what a memory stick brings")
    stick.add_argument("folder", type=Path, metavar="DIR", help="where it is mounted; what counts is in chak-pos/")
    for add in options:
        add(stick)
    stick.set_defaults(run=partial(_run_import, config))
    receipt = commands.add_parser("receipt", help="stored receipts")
    receipt.add_argument("action", choices=("show", "reprint", "png"))
    receipt.add_argument("number", metavar="NUMBER")
    receipt.add_argument("--out", type=Path, metavar="FILE", help="picture file (default: NUMBER.png)")
    for add in options:
        add(receipt)
    receipt.set_defaults(run=partial(_run_receipt, config))


def _run_journal(config: Load, options: argparse.Namespace) -> int:
    if options.action == "archive":
        return _run_archive(config, options)
    if options.action == "backup":
        from pos.commands.backing_up import back_up

        return back_up(config(options), as_json=options.json)
    from pos.commands.records import journal

    return journal(config(options), options.action, out=options.out, form=options.form, as_json=options.json)


def _run_archive(config: Load, options: argparse.Namespace) -> int:
    from pos.commands.archiving import ArchiveOptions, archive

    asked = ArchiveOptions(
        before=options.before,
        to=options.to,
        acknowledge=options.acknowledge,
        by=options.by,
        is_drop=options.drop,
        as_json=options.json,
    )
    return archive(config(options), asked)


def _run_receipt(config: Load, options: argparse.Namespace) -> int:
    from pos.commands.records import receipt

    return receipt(config(options), options.action, options.number, out=options.out, as_json=options.json)


def _run_trust_import(config: Load, options: argparse.Namespace) -> int:
    from pos.commands.trust import import_trust

    return import_trust(config(options), options.folder, as_json=options.json)


def _run_import(config: Load, options: argparse.Namespace) -> int:
    from pos.commands.importing import import_stick

    return import_stick(config(options), options.folder, as_json=options.json)
