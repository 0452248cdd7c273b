"""Results on standard output: lines for people, or one JSON object per line."""

import sys

import msgspec


def print_json(value: object) -> None:
    """Write one object and a newline; bytes as lower-case hex."""
    sys.stdout.write(msgspec.json.encode(value, enc_hook=_hex).decode() + "\n")
    sys.stdout.flush()


def print_line(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def _hex(value: object) -> object:
    raise NotImplementedError(f"{type(value).__name__} is not JSON")
