"""The export for an inspection: every movement of money, by what the journal says."""

import csv
import json
from pathlib import Path

from pos.cli import main
from pos.exits import Exit
from pos.link.calls import AnswerRemote, CancelSale, PayOther
from pos.sandbox.town import Town
from pos.voucher.bodies import PaymentApproved, RemoteAccepted, TenderRecorded
from tests.support.core_builders import open_shop
from tests.support.ledger_post import Post
from tests.support.message_builders import ORDER


def test_each_movement_of_money_is_a_row_with_its_hash_and_korean_time(town: Town, tmp_path: Path) -> None:
    shop = open_shop(town)
    shop.type_amount(12_000)
    shop.see(shop.code(12_000))
    shop.type_amount(9_000)
    shop.screen(PayOther(kind="cash", amount_won=4_000))
    shop.screen(CancelSale())
    Post(shop).tell(ORDER)
    shop.screen(AnswerRemote(subject=ORDER.order_id, is_accepted=True))
    taken = [body for body in shop.bodies if isinstance(body, PaymentApproved | TenderRecorded | RemoteAccepted)]
    hashes = {entry.sequence: entry.hash.hex() for entry in shop.entries}
    shop.close()

    out = tmp_path / "rows.csv"
    assert main(["journal", "export", "--form", "csv", "--out", str(out), "--config", str(town.terminal_toml)]) == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    received = [row for row in rows if int(row["amount_won"]) > 0]
    assert [int(row["amount_won"]) for row in received] == [body.amount_won for body in taken]
    assert received[0]["issuer"] == received[-1]["issuer"] == "41390"
    assert received[-1]["form"] == "confirmation"
    assert sum(int(row["amount_won"]) for row in rows) == 12_000 + ORDER.total_won
    assert all(row["time"].endswith("+09:00") and row["hash"] == hashes[int(row["entry"])] for row in rows)

    lines = tmp_path / "rows.json"
    asked = ["journal", "export", "--form", "json", "--out", str(lines), "--config", str(town.terminal_toml)]
    assert main(asked) == Exit.DONE
    assert [json.loads(line)["entry"] for line in lines.read_text("utf-8").splitlines()] == [
        int(row["entry"]) for row in rows
    ]
