"""`pos bench`: which measurement, with which words, printed for people or as JSON."""

from collections.abc import Sequence
from pathlib import Path

from pos.commands.output import print_json, print_line
from pos.errors import ConfigError
from pos.exits import Exit


def run_bench(name: str, arguments: Sequence[str], *, as_json: bool) -> int:
    """Run one measurement."""
    match name:
        case "accept":
            return _accept(arguments, as_json=as_json)
        case "scan":
            return _scan(arguments, as_json=as_json)
        case "ledger":
            return _ledger(arguments, as_json=as_json)
        case "sync":
            return _sync(arguments, as_json=as_json)
        case "print":
            return _print(arguments, as_json=as_json)
        case _:
            raise AssertionError(f"the parser lets {name!r} through")


def _accept(arguments: Sequence[str], *, as_json: bool) -> int:
    from pos.bench.accept import measure_accept

    sizes = [_size(text) for text in arguments] or [0, 100_000]
    for size in sizes:
        report = measure_accept(payments_before=size)
        if as_json:
            print_json(report)
            continue
        print_line(f"with {report.payments_before:,} payments in the journal, medians:")
        print_line(f"  two verifications   {report.verify_two_us:>8.1f} us")
        print_line(f"  one signature       {report.sign_us:>8.1f} us")
        print_line(f"  one durable append  {report.append_us:>8.1f} us")
        print_line(f"  limit (their sum)   {report.limit_us:>8.1f} us")
        print_line(f"  accept              {report.accept_us:>8.1f} us   p95 {report.accept_p95_us:.1f} us")
        print_line(f"  ratio               {report.ratio:>8.2f}      peak memory {report.peak_memory_mib} MiB")
    return Exit.DONE


def _scan(arguments: Sequence[str], *, as_json: bool) -> int:
    """Without a folder only what is generated is measured."""
    if len(arguments) > 1:
        raise ConfigError((f"bench scan: one folder of photographs, not {len(arguments)}",))
    directory = Path(arguments[0]) if arguments else None
    from pos.bench.scan import lines, run
    from pos.bench.scan_photos import folders
    from pos.bench.scan_records import records

    if directory is not None and not folders(directory):
        raise ConfigError((f"bench scan: {directory} has no folder with a manifest.csv",))
    report = run(directory)
    if as_json:
        for record in records(report):
            print_json(record)
    else:
        for line in lines(report):
            print_line(line)
    return Exit.DONE


def _print(arguments: Sequence[str], *, as_json: bool) -> int:
    if arguments:
        raise ConfigError((f"bench print: takes no words, not {arguments[0]!r}",))
    from pos.bench.first_sign import measure_first_sign
    from pos.bench.paper import measure_paper

    papers = measure_paper()
    for paper in papers:
        if as_json:
            print_json(paper)
        else:
            print_line(
                f"{paper.way:<15} over {paper.line:<13}{paper.receipt_bytes:>7,} bytes   limit {paper.limit_s:>8.3f} s"
                f"   printed {paper.printed_s:>7.3f} s   ratio {paper.ratio:.2f}"
            )
    sign = measure_first_sign()
    if as_json:
        print_json(sign)
    else:
        print_line(
            f"paper out, network hanging, {sign.sales} sales: frame to first sign median {sign.median_ms:.0f} ms,"
            f" p95 {sign.p95_ms:.0f} ms (goal {sign.goal_ms} ms), {sign.unprinted} receipts wait"
        )
    return Exit.DONE


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ConfigError((f"bench accept: {text!r} is not a number of payments",))
    return int(text)


def _sync(arguments: Sequence[str], *, as_json: bool) -> int:
    from pos.bench.sync import measure_sync

    for entries in [_size(text) for text in arguments] or [100_000]:
        report = measure_sync(entries=entries)
        if as_json:
            print_json(report)
            continue
        print_line(f"{report.entries:,} waiting payments delivered in {report.seconds} s:")
        print_line(f"  rate        {report.entries_per_s:>10,.1f} entries/s")
        print_line(
            f"  ledger      {report.ledger_cpu_us:>10.1f} us an entry   peak memory {report.ledger_peak_mib} MiB"
        )
        print_line(f"  till        {report.till_cpu_us:>10.1f} us an entry   peak memory {report.till_peak_mib} MiB")
        print_line(f"  limit       {report.limit_us:>10.1f} us an entry   three verifications")
        print_line(f"  ratio       {report.ratio:>10.2f}")
    return Exit.DONE


def _ledger(arguments: Sequence[str], *, as_json: bool) -> int:
    from pos.bench.ledger import measure_ledger

    for report in measure_ledger(tuple(arguments)):
        if as_json:
            print_json(report)
            continue
        who = f"{report.database}, {report.processes} process{'es' if report.processes > 1 else ''}"
        print_line(
            f"{who:<26}{report.entries_per_s:>8,.0f} entries/s  {report.entries_per_s_core:>7,.0f} a core  "
            f"{report.cpu_us:>6.1f} us an entry  limit {report.limit_us:>6.1f} us  ratio {report.ratio:.2f}"
        )
    return Exit.DONE
