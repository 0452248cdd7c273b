"""`pos pay` and its neighbours as scripts use them: what they print, how they end, what they leave on the disk.

The commands run in this process, each with a core of its own; `test_processes` runs them as processes.
"""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from pos.config import load_config
from pos.exits import Exit
from pos.sandbox import cheats
from pos.sandbox.cheats import payment_text, with_flipped_bit
from pos.sandbox.qr_picture import write_qr
from pos.sandbox.wallet.requests import check_request
from pos.scanner.paths import scan_paths
from pos.terminal import build_core
from tests.system.conftest import Till

APPROVED_KEYS = ["outcome", "reason", "receipt_number", "entry", "amount_won", "checks", "paper"]


def code(till: Till, amount_won: int, *, merchant: str | None = None, nonce: bytes | None = None) -> str:
    signed = till.hand(value_won=500_000).sign(
        amount_won=amount_won, issued_s=int(time.time()), merchant=merchant, nonce=nonce
    )
    return payment_text(signed)


def answer_to(till: Till, request: str, amount_won: int) -> str:
    asked = check_request(request, pinned=till.town.pinned, now_s=int(time.time()))
    return code(till, amount_won, merchant=asked.merchant, nonce=asked.nonce)


def test_an_approved_code_ends_with_zero_and_prints_its_receipt(till: Till) -> None:
    said = till.pay(code(till, 12_000), 12_000)

    assert said.exit == Exit.DONE
    answer = said.one
    assert list(answer) == APPROVED_KEYS
    assert (answer["outcome"], answer["reason"], answer["amount_won"]) == ("approved", None, 12_000)
    assert (answer["receipt_number"], answer["paper"]) == ("000001", "printed")
    assert len(list((till.town.directory / "paper").glob("receipt-*.png"))) == 1
    assert till.kinds() == ["payment.approved", "receipt.printed"]


def test_what_was_said_is_not_on_the_list_to_settle(till: Till) -> None:
    (till.town.terminal_toml).write_text(till.config.read_text().replace('"sim:paper"', '"none"'))

    said = till.pay(code(till, 12_000), 12_000)

    assert (said.exit, said.one["paper"]) == (Exit.DONE, "queued")
    core = build_core(load_config(till.config))
    assert core.till().attention_count == 0
    core.close()


def test_the_same_text_again_is_declined_whatever_happens_in_between(till: Till) -> None:
    text = code(till, 12_000)
    assert till.pay(text, 12_000).exit == Exit.DONE

    def again() -> tuple[int, object, object]:
        said = till.pay(text, 12_000)
        return said.exit, said.one["reason"], said.one["receipt_number"]

    expected = (Exit.DECLINED, "already_used", "000001")
    assert again() == expected, "after a restart: every command is one"
    assert till.pos("sync", "--once", "--json").exit == Exit.DONE
    assert again() == expected, "after a sync"
    assert till.pos("journal", "rebuild", "--json").exit == Exit.DONE
    assert again() == expected, "after a rebuild"
    assert till.pos("journal", "verify", "--json").one["problems"] == []


def test_a_bound_payment_above_the_floor(till: Till) -> None:
    unbound = till.pay(code(till, 60_000), 60_000)
    assert (unbound.exit, unbound.one["reason"]) == (Exit.REFERRED, "request_needed")

    asked = till.pos("request", "--amount", "60000", "--json").one
    bound = till.pay(answer_to(till, str(asked["text"]), 60_000), 60_000)

    assert (bound.exit, bound.one["outcome"]) == (Exit.DONE, "approved")
    again = till.pay(answer_to(till, str(asked["text"]), 60_000), 60_000)
    assert (again.exit, again.one["reason"]) == (Exit.DECLINED, "request_closed")


def test_a_request_that_was_closed_is_not_answered(till: Till) -> None:
    asked = till.pos("request", "--amount", "60000", "--json").one
    nonce = str(asked["nonce"])

    closed = till.pos("request", "--close", nonce, "--json")
    again = till.pos("request", "--close", nonce)
    answered = till.pay(answer_to(till, str(asked["text"]), 60_000), 60_000)

    assert (closed.exit, closed.one) == (Exit.DONE, {"nonce": nonce, "closed": True})
    assert (again.exit, again.err) == (Exit.FAULT, "pos: The payment request has ended\n")
    assert (answered.exit, answered.one["reason"]) == (Exit.DECLINED, "request_closed")


@pytest.mark.parametrize("nonce", ["", "xyz", "00", "00" * 17])
def test_what_is_no_nonce_closes_nothing(till: Till, nonce: str) -> None:
    said = till.pos("request", f"--close={nonce}")

    assert said.exit == Exit.USAGE
    assert "is not a nonce" in said.err


def test_a_request_can_be_shown_to_a_phone(till: Till, tmp_path: Path) -> None:
    picture = tmp_path / "request.png"
    asked = till.pos("request", "--amount", "60000", "--qr", picture, "--json").one

    assert list(asked) == ["text", "nonce", "amount_won", "expires", "qr"]
    assert asked["qr"] == str(picture)
    assert [result.text for result in scan_paths([picture])] == [asked["text"]]


def test_a_request_whose_picture_has_no_place_is_not_opened(till: Till, tmp_path: Path) -> None:
    said = till.pos("request", "--amount", "60000", "--qr", tmp_path / "no" / "where.png")

    assert said.exit == Exit.FAULT
    assert "there is no folder" in said.err
    assert till.kinds() == []


def test_a_code_in_a_picture(till: Till, tmp_path: Path) -> None:
    picture = tmp_path / "phone.png"
    write_qr(picture, code(till, 7_000))

    said = till.pos("pay", "--amount", "7000", "--image", picture, "--json")

    assert (said.exit, said.one["outcome"]) == (Exit.DONE, "approved")


@pytest.mark.parametrize("place", [0, 1, 9, 40, 77, 150, 222, 300, -70, -1])
def test_no_flipped_bit_is_approved(till: Till, place: int) -> None:
    signed = till.hand().sign(amount_won=9_000, issued_s=int(time.time()))
    bit = 8 * (place % len(signed)) + place % 8

    said = till.pay(payment_text(with_flipped_bit(signed, bit)), 9_000)

    assert (said.exit, said.one["outcome"], said.err) == (Exit.DECLINED, "declined", "")


def test_the_voucher_inside_a_payment_buys_nothing(till: Till) -> None:
    said = till.pay(cheats.inner_voucher_as_note(code(till, 9_000)), 9_000)

    assert (said.exit, said.one["reason"]) == (Exit.DECLINED, "not_a_payment")


def test_without_json_one_line_says_it(till: Till) -> None:
    text = code(till, 12_000)

    approved = till.pos("pay", "--amount", "12000", "--text", text)
    declined = till.pos("pay", "--amount", "12000", "--text", text)

    assert approved.out == "approved 12,000 won, receipt 000001\n"
    assert declined.out.startswith("declined: already_used: ")
    assert declined.out.count("\n") == 1


def test_with_json_each_line_is_one_object_and_nothing_else_is_printed(till: Till) -> None:
    till.pay(code(till, 12_000), 12_000)
    for words in (
        ("journal", "verify"),
        ("journal", "show"),
        ("journal", "rebuild"),
        ("receipt", "show", "000001"),
        ("request", "--amount", "1000"),
        ("pay", "--amount", "1000", "--text", "garbage"),
    ):
        said = till.pos(*words, "--json")

        assert said.lines, words
        assert said.out.endswith("\n")
        assert said.err == "", words


# Bad input


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0", "an amount of zero cannot be paid"),
        ("-5", "'-5' is negative"),
        ("12a", "'12a' is not a whole number of won"),
        ("1.5", "'1.5' is not a whole number of won"),
        ("", "an amount is expected"),
        ("100000001", "'100000001' is more than 100,000,000 won"),
        ("9" * 400, "is more than 100,000,000 won"),
    ],
)
@pytest.mark.parametrize("command", ["pay", "request"])
def test_an_impossible_amount_is_said_at_once_and_nothing_is_recorded(
    till: Till, command: str, amount: str, sentence: str
) -> None:
    source = ("--text", "CKP1:00") if command == "pay" else ()
    said = till.pos(command, f"--amount={amount}", *source)

    assert said.exit == Exit.USAGE
    assert sentence in said.err
    assert said.out == ""
    assert not (till.town.directory / "state" / "journal.db").exists()


def test_a_picture_that_is_none_or_not_there_is_said_and_nothing_is_recorded(till: Till, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("milk, eggs")
    for path, sentence in ((tmp_path / "gone.png", "is not there"), (tmp_path / "note.txt", "is not a picture")):
        said = till.pos("pay", "--amount", "1000", "--image", path, "--json")

        assert (said.exit, said.out) == (Exit.FAULT, "")
        assert sentence in said.err
        assert len(said.err.splitlines()) == 1
    assert till.kinds() == []


def test_a_command_needs_exactly_one_code(till: Till) -> None:
    assert till.pos("pay", "--amount", "1000").exit == Exit.USAGE
    assert till.pos("pay", "--amount", "1000", "--text", "a", "--image", "b").exit == Exit.USAGE


def test_all_mistakes_of_a_configuration_are_told_at_once(till: Till) -> None:
    till.config.write_text(
        '[terminal]\nid = "t"\ncolour = 1\nlanguage = "fr"\n'
        '[ledger]\nurl = "ftp://x"\n[printer]\nurl = "usbb:x"\n[papper]\n'
    )

    said = till.pos("pay", "--amount", "1000", "--text", "x")

    assert said.exit == Exit.USAGE
    assert len(said.err.splitlines()) >= 8
    for line in said.err.splitlines():
        assert line.startswith(f"pos: {till.config}: ")
    for place in ("terminal.colour", "terminal.language", "terminal.merchant", "ledger.url", "printer.url", "[papper]"):
        assert place in said.err


def test_a_configuration_that_is_not_there_is_said(till: Till) -> None:
    till.config.unlink()

    said = till.pos("pay", "--amount", "1000", "--text", "x")

    assert said.exit == Exit.USAGE
    assert "no such file" in said.err


def test_a_terminal_without_its_key_is_told_to_enrol(till: Till) -> None:
    (till.town.directory / "state" / "terminal.key").unlink()

    said = till.pos("pay", "--amount", "1000", "--text", "x")

    assert said.exit == Exit.USAGE
    assert "enrol" in said.err


def test_a_damaged_trust_file_is_named(till: Till) -> None:
    (till.town.trust.folder / "policy.json").write_text("{")

    said = till.pos("pay", "--amount", "1000", "--text", "x", "--json")

    assert (said.exit, said.out) == (Exit.FAULT, "")
    assert "policy.json" in said.err
    assert "issuers is missing" in said.err


def test_an_unknown_printer_profile_does_not_hide_an_approval(till: Till) -> None:
    till.config.write_text(till.config.read_text().replace('"simulated-80mm"', '"no such printer"'))

    said = till.pay(code(till, 12_000), 12_000)

    assert (said.exit, said.one["outcome"], said.one["paper"]) == (Exit.DONE, "approved", "queued")


def test_a_receipt_that_is_not_there(till: Till) -> None:
    for action in ("show", "reprint", "png"):
        said = till.pos("receipt", action, "000099")

        assert (said.exit, said.out) == (Exit.FAULT, "")
        assert said.err == "pos: receipt 000099: Not found\n"


def test_a_receipt_shown_printed_again_and_drawn(till: Till, tmp_path: Path) -> None:
    till.pay(code(till, 12_000), 12_000)

    shown = till.pos("receipt", "show", "000001")
    again = till.pos("receipt", "reprint", "000001")
    drawn = till.pos("receipt", "png", "000001", "--out", tmp_path / "r.png")
    nowhere = till.pos("receipt", "png", "000001", "--out", tmp_path / "no" / "r.png")

    assert (shown.exit, "12,000" in shown.out) == (Exit.DONE, True)
    assert (again.exit, again.out) == (Exit.DONE, "receipt 000001: printed\n")
    assert (drawn.exit, (tmp_path / "r.png").read_bytes()[:4]) == (Exit.DONE, b"\x89PNG")
    assert nowhere.exit == Exit.DEVICE
    assert len(list((till.town.directory / "paper").glob("receipt-*.png"))) == 2


def test_the_journal_is_exported_as_its_bytes(till: Till, tmp_path: Path) -> None:
    till.pay(code(till, 12_000), 12_000)
    said = till.pos("journal", "export", "--out", tmp_path / "journal.bin")
    entries = till.pos("journal", "show", "--json").lines

    exported = (tmp_path / "journal.bin").read_bytes()
    parts = []
    while exported:
        length = int.from_bytes(exported[:4], "big")
        parts.append(exported[4 : 4 + length])
        exported = exported[4 + length :]

    assert (said.exit, said.out) == (Exit.DONE, "")
    assert [part.hex() for part in parts] == [entry["raw"] for entry in entries]
    assert till.pos("journal", "export", "--out", tmp_path / "no" / "where").exit == Exit.FAULT


# The ledger


def test_a_sync_tells_what_became_of_everything(till: Till) -> None:
    for _ in range(2):
        till.pay(code(till, 5_000), 5_000)

    said = till.pos("sync", "--once", "--json")

    assert (said.exit, said.err) == (Exit.DONE, "")
    answer = said.one
    assert list(answer) == ["sent", "acknowledged", "settled", "conflicts", "refused", "pending", "trust_version"]
    assert (answer["sent"], answer["acknowledged"], answer["settled"]) == (5, 5, 2)
    assert till.pos("sync", "--once", "--json").one["sent"] == 0


def test_an_unreachable_ledger_ends_with_six_and_loses_nothing(till: Till) -> None:
    text = till.config.read_text().replace('town_dir = "."', "").replace(":8400", ":1")
    till.config.write_text(text)
    till.pay(code(till, 5_000), 5_000)

    said = till.pos("sync", "--once", "--json")

    assert (said.exit, said.out) == (Exit.UNREACHABLE, "")
    assert "nothing is lost" in said.err
    assert till.kinds() == ["payment.approved", "receipt.printed"]


def test_a_ledger_that_knows_another_terminal_refuses_this_one(till: Till) -> None:
    """The ledger's own list no longer names the terminal."""
    (till.town.served_trust.folder / "terminals" / "t-bakery-1.json").unlink()

    said = till.pos("sync", "--once", "--json")

    assert said.exit == Exit.FAULT
    assert "refuses this terminal" in said.err


def test_a_second_life_of_the_terminal_is_found_and_stops_selling(till: Till) -> None:
    """Yesterday's whole disk put back: nothing on it knows better, it sells on, and the ledger does."""
    state = till.town.directory / "state"
    till.pay(code(till, 5_000), 5_000)
    saved = {name: (state / name).read_bytes() for name in ("journal.db", "anchor.cbor")}
    till.pay(code(till, 5_000), 5_000)
    assert till.pos("sync", "--once", "--json").exit == Exit.DONE
    for name, content in saved.items():
        (state / name).write_bytes(content)
    (state / "journal.db-wal").unlink(missing_ok=True)
    till.pay(code(till, 6_000), 6_000)

    said = till.pos("sync", "--once", "--json")

    assert said.exit == Exit.FAULT
    assert "another journal" in said.err or "are not ours" in said.err
    refused = till.pos("pay", "--amount", "1000", "--text", code(till, 1_000), "--json")
    assert (refused.exit, refused.out) == (Exit.FAULT, "")
    assert "two sales records" in refused.err


def test_a_disk_put_back_gets_its_sales_back_before_it_sells(till: Till) -> None:
    state = till.town.directory / "state"
    till.pay(code(till, 5_000), 5_000)
    saved = (state / "journal.db").read_bytes()
    lost = code(till, 6_000)
    till.pay(lost, 6_000)
    till.pos("sync", "--once")
    (state / "journal.db").write_bytes(saved)
    (state / "journal.db-wal").unlink(missing_ok=True)
    refused = till.pos("pay", "--amount", "1000", "--text", code(till, 1_000))
    assert "Past sales are being fetched back" in refused.err

    said = till.pos("sync", "--once", "--json")

    assert (said.exit, said.one["acknowledged"]) == (Exit.DONE, 5)
    again = till.pay(lost, 6_000)
    assert (again.exit, again.one["reason"]) == (Exit.DECLINED, "already_used")


# The disk


def test_a_database_from_the_future_is_left_alone(till: Till) -> None:
    till.pay(code(till, 5_000), 5_000)
    path = till.town.directory / "state" / "journal.db"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version=99")
    before = path.read_bytes()

    said = till.pos("pay", "--amount", "1000", "--text", "x", "--json")

    assert (said.exit, said.out) == (Exit.FAULT, "")
    assert "too old" in said.err
    assert path.read_bytes() == before


def test_a_damaged_journal_is_said_and_nothing_is_written_to_it(till: Till) -> None:
    till.pay(code(till, 5_000), 5_000)
    path = till.town.directory / "state" / "journal.db"
    content = bytearray(path.read_bytes())
    at = content.rindex(b"payment.approved")
    content[at] ^= 1
    path.write_bytes(content)

    said = till.pos("pay", "--amount", "1000", "--text", "x", "--json")

    assert (said.exit, said.out) == (Exit.FAULT, "")
    assert "damaged" in said.err
    assert path.read_bytes() == bytes(content)


def test_json_survives_any_text(till: Till) -> None:
    for text in ("\u2028", "시루", '"', "\\", "\x7f", "CKP1:\u0000"):
        said = till.pay(text, 1_000)

        assert said.exit == Exit.DECLINED
        assert json.loads(said.out)["outcome"] == "declined"
