"""`pos ledger send`: an operator tells a terminal something."""

import time
from pathlib import Path

from pos.commands.output import print_line
from pos.errors import ConfigError
from pos.exits import Exit
from pos.ledger.telling import SENT_BY_HAND, read_body, tell_in


def send(data: Path, terminal: str, kind: str, text: str, *, database: str | None) -> int:
    """Append one message to a terminal's inbox."""
    if kind not in SENT_BY_HAND:
        raise ConfigError((f"{kind}: not a kind that is sent by hand; those are {', '.join(SENT_BY_HAND)}",))
    now_s = int(time.time())
    (number,) = tell_in(data, terminal, [read_body(kind, text, now_s=now_s)], now_s=now_s, database=database)
    print_line(f"message {number} for {terminal}")
    return Exit.DONE
