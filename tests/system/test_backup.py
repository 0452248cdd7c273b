"""A backup as a shop meets it: made beside a till that sells, and the way back from it with the ledger's help."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from pos.config import load_config
from pos.exits import Exit
from pos.link.address import socket_path
from pos.link.calls import AddPerson, AnyAnswer, Done, LogIn, PinRefused, Refused, Role, ScreenCall
from pos.sandbox.cheats import payment_text
from pos.terminal import build_core
from pos.till.reasons import Refusal
from tests.support.process_tools import wait_for_unix_socket
from tests.system.conftest import Till


@pytest.fixture(autouse=True)
def _folder(till: Till) -> None:
    till.config.write_text(f'{till.config.read_text()}\n[backup]\npath = "backup"\n')


def backup_of(till: Till) -> dict[str, object]:
    said = till.pos("journal", "backup", "--json")
    assert said.exit == Exit.DONE, said.err
    return said.one


def code_of(till: Till, amount_won: int) -> str:
    return payment_text(till.hand().sign(amount_won=amount_won, issued_s=int(time.time())))


def sell(till: Till, amount_won: int = 1_000) -> str:
    code = code_of(till, amount_won)
    said = till.pay(code, amount_won)
    assert said.one["outcome"] == "approved", said.out
    return code


def test_a_till_from_its_backup_verifies_adopts_the_rest_and_sells_again(till: Till) -> None:
    for _ in range(3):
        sell(till)
    made = backup_of(till)
    later = sell(till)
    assert till.pos("sync", "--once", "--json").exit == Exit.DONE
    before = till.kinds()
    state = till.town.directory / "state"
    (state / "journal.db").rename(state / "journal.db.dead")
    shutil.copyfile(str(made["file"]), state / "journal.db")

    held = till.pos("journal", "verify")
    assert held.exit == Exit.DONE, held.err
    assert len(till.kinds()) < len(before)
    refused = till.pos("pay", "--amount", "1000", "--text", code_of(till, 1_000), "--json")
    assert refused.exit != Exit.DONE, "the next entry is signed already: nothing is sold before the ledger was asked"

    assert till.pos("sync", "--once", "--json").exit == Exit.DONE

    assert till.kinds()[: len(before)] == before, "the sale after the backup is back"
    assert till.pay(later, 1_000).one["reason"] == "already_used"
    sell(till)
    assert till.pos("journal", "verify").exit == Exit.DONE


@contextmanager
def at_the_till(till: Till) -> Iterator[Callable[[ScreenCall], AnyAnswer]]:
    """A core of its own, as the screen process asks it."""
    core = build_core(load_config(till.config))
    try:
        yield partial(core.handle, Role.SCREEN)
    finally:
        core.close()


def test_in_a_shop_with_pins_nobody_logs_in_before_the_ledger_was_asked_and_then_all_is_well(till: Till) -> None:
    state = till.town.directory / "state"
    with at_the_till(till) as ask:
        assert ask(AddPerson(name="박주인", role="owner", pin="271828")) == Done()
        assert ask(LogIn(person=1, pin="271828")) == Done()
        assert ask(AddPerson(name="김점원", role="clerk", pin="314159")) == Done()
        assert ask(LogIn(person=2, pin="314159")) == Done()
    sell(till)
    made = backup_of(till)
    later = sell(till)
    assert till.pos("sync", "--once").exit == Exit.DONE
    before = till.pos("journal", "show", "--json").out
    (state / "journal.db").rename(state / "journal.db.dead")
    shutil.copyfile(str(made["file"]), state / "journal.db")
    # On a new card: nothing lies beside the copy that knows more than it.
    (state / "anchor.cbor").unlink()

    with at_the_till(till) as ask:
        for pin in ("314159", "999998"):
            assert ask(LogIn(person=2, pin=pin)) == Refused(cause=Refusal.SELLING_STOPPED)
    refused = till.pos("pay", "--amount", "1000", "--text", code_of(till, 1_000))
    assert refused.exit != Exit.DONE
    assert "Keep the network connected; it goes on by itself." in refused.err
    assert before.startswith(held := till.pos("journal", "show", "--json").out)
    assert held != before

    assert till.pos("sync", "--once").exit == Exit.DONE

    assert till.pos("journal", "show", "--json").out.startswith(before), "everything is back, byte for byte"
    with at_the_till(till) as ask:
        assert ask(LogIn(person=2, pin="999998")) == PinRefused(cause=Refusal.PIN_WRONG, wait_s=0)
        assert ask(LogIn(person=2, pin="314159")) == Done()
    assert till.pay(later, 1_000).one["reason"] == "already_used"
    sell(till)
    assert till.pos("sync", "--once").exit == Exit.DONE, "nothing is forked"


def test_one_command_beside_a_running_till_copies_and_the_till_sells_on(till: Till) -> None:
    sell(till)
    with till.start("process", "core") as core:
        control = socket_path(load_config(till.config).terminal.socket_dir, Role.CONTROL)
        wait_for_unix_socket(control, child=core)
        code = code_of(till, 2_000)
        made = backup_of(till)
        assert till.pay(code, 2_000).one["outcome"] == "approved"
    assert int(str(made["entries"])) >= 2
    assert made["kept"] == 1
    assert Path(str(made["file"])).parent == till.town.directory / "backup" / "t-bakery-1"


def test_without_a_folder_nothing_is_copied_and_it_says_so(till: Till) -> None:
    till.config.write_text(till.config.read_text().replace('[backup]\npath = "backup"\n', ""))

    said = till.pos("journal", "backup")

    assert (said.exit, "backup.path" in said.err) == (Exit.USAGE, True)
