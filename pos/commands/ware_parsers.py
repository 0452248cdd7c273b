"""Parsing of `pos catalogue` and `pos report exchange`; the work is in `wares`, imported when asked for."""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pos.config import TerminalConfig

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

Options: TypeAlias = tuple[Callable[[argparse.ArgumentParser], None], ...]
Load: TypeAlias = Callable[[argparse.Namespace], TerminalConfig]


def add_ware_parsers(commands: "Commands", reports: "Commands", options: Options, config: Load) -> None:
    """Add `catalogue` and `report exchange` to the program's commands."""
    catalogue = commands.add_parser("catalogue", help="the shop's articles: barcodes, prices, tax classes, quick keys")
    catalogue.add_argument("action", choices=("check", "import"), metavar="check|import")
    catalogue.add_argument("file", type=Path, metavar="FILE", help="CSV: barcode,name,price,tax,key")
    for add in options:
        add(catalogue)
    catalogue.set_defaults(run=partial(_catalogue, config))
    exchange = reports.add_parser("exchange", help="paper notes for the bank: issuer, denomination, count, serials")
    exchange.add_argument("--issuer", default="", metavar="I", help="of one municipality only")
    exchange.add_argument("--csv", type=Path, metavar="FILE", help="write it as CSV")
    for add in options:
        add(exchange)
    exchange.set_defaults(run=partial(_exchange, config))


def _catalogue(config: Load, options: argparse.Namespace) -> int:
    from pos.commands.wares import catalogue

    return catalogue(config(options), options.action, options.file, as_json=options.json)


def _exchange(config: Load, options: argparse.Namespace) -> int:
    from pos.commands.wares import exchange

    return exchange(config(options), issuer=options.issuer, csv_file=options.csv, as_json=options.json)
