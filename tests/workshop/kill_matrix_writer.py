"""A tiny till for the kill matrix to try its teeth on: records five payments and says so after each.

Run as `kill_matrix_writer.py FOLDER ORDER`. With the order `record-then-say` it is sound; `say-then-record` approves
before the record is durable, and `two-records` splits one payment over two transactions.
"""

import sqlite3
import sys
from pathlib import Path

PAYMENTS = 5


def main(folder: str, order: str) -> None:
    database = sqlite3.connect(Path(folder) / "journal.db", isolation_level=None)
    for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, receipt INTEGER) STRICT")
    for number in range(1, PAYMENTS + 1):
        if order == "say-then-record":
            say(number)
        if order == "two-records":
            database.execute("INSERT INTO entry (number) VALUES (?)", (number,))
            database.execute("UPDATE entry SET receipt = ? WHERE number = ?", (number, number))
        else:
            database.execute("INSERT INTO entry VALUES (?, ?)", (number, number))
        if order != "say-then-record":
            say(number)
    database.close()


def say(number: int) -> None:
    sys.stdout.write(f"approved {number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
