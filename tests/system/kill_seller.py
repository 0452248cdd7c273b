"""What the kill matrix kills: `pos pay` for each code in a file, one after the other, each with a core of its own.

Run as `kill_seller.py HOME`; HOME holds a terminal's files and `codes`, a line for each customer: amount, blank, text.
"""

import sys
from pathlib import Path

from pos.cli import main


def sell(home: Path) -> None:
    for line in (home / "codes").read_text("ascii").splitlines():
        amount, _, text = line.partition(" ")
        main(["pay", "--amount", amount, "--text", text, "--json", "--config", str(home / "terminal.toml")])


if __name__ == "__main__":
    sell(Path(sys.argv[1]))
