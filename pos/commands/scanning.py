"""`pos scan`: the scanner's own pipeline on pictures, folders or a video; `pos scanner-sheet`: set-up codes."""

from collections.abc import Sequence
from pathlib import Path

from pos.commands.output import print_json, print_line
from pos.errors import ConfigError
from pos.exits import Exit
from pos.scanner.paths import scan_paths


def scan(paths: Sequence[Path], *, as_json: bool) -> int:
    """Print what each file shows; done when at least one code was read."""
    read = 0
    for result in scan_paths(paths):
        read += result.text is not None
        if as_json:
            print_json(result)
        else:
            print_line(f"{result.file}\t{'-' if result.text is None else result.text}\t{result.decode_ms:.1f} ms")
    return Exit.DONE if read else Exit.FAULT


def write_scanner_sheet(path: Path) -> int:
    """Write the page for setting a hand scanner up. Raises ConfigError where the file cannot be written."""
    from pos.devices.scanner_sheet import write_sheet

    try:
        write_sheet(path)
    except OSError as error:
        raise ConfigError((f"scanner-sheet: {path} cannot be written: {error.strerror}",)) from error
    return Exit.DONE
