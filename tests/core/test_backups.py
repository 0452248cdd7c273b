"""Core's part in a backup: its file is left alone for a while, never longer than selling allows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pos.core.backups import HELD_S_MAX
from pos.link.calls import (
    BackupEnd,
    BackupGround,
    BeginBackup,
    CloseDay,
    DayClosing,
    EndBackup,
    OpenDay,
    Refused,
    Role,
)
from pos.till.reasons import Refusal
from tests.support.core_builders import Shop


def begun(shop: Shop) -> BackupGround:
    answer = shop.core.handle(Role.CONTROL, BeginBackup())
    assert isinstance(answer, BackupGround), answer
    return answer


def ended(shop: Shop) -> bool:
    answer = shop.core.handle(Role.CONTROL, EndBackup())
    assert isinstance(answer, BackupEnd)
    return answer.is_undisturbed


def test_the_file_stays_as_it_is_while_sales_go_on(shop: Shop) -> None:
    shop.pay(shop.code(1_000), 1_000)
    ground = begun(shop)
    before = Path(ground.path).read_bytes()
    assert (ground.terminal, ground.head) == (shop.config.terminal.id, shop.core.journal.head.sequence)

    for _ in range(3):
        shop.pay(shop.code(1_000), 1_000)

    assert Path(ground.path).read_bytes() == before
    assert shop.core.journal.head.sequence > ground.head
    assert ended(shop)
    assert not ended(shop), "there is nothing to end twice"


def test_one_copy_at_a_time(shop: Shop) -> None:
    begun(shop)

    assert shop.core.handle(Role.CONTROL, BeginBackup()) == Refused(cause=Refusal.NOT_ACCEPTABLE)


def test_a_copy_that_never_ends_is_given_up_and_worthless(shop: Shop) -> None:
    begun(shop)
    shop.clock.pass_s(int(HELD_S_MAX) + 1)

    shop.core.tick()

    assert not ended(shop)
    assert begun(shop).head == shop.core.journal.head.sequence, "the next one may begin"


def test_a_closed_day_asks_for_a_backup_where_somebody_makes_them(open_with: Callable[..., Shop]) -> None:
    shop = open_with()
    wish = shop.config.terminal.socket_dir / "wanted" / "backup"
    shop.core.handle(Role.SCREEN, OpenDay(float_won=0))
    assert isinstance(shop.core.handle(Role.SCREEN, CloseDay(counted_won=None)), DayClosing)
    assert not wish.exists()
    path = shop.town.terminal_toml
    path.write_text(f'{path.read_text()}\n[backup]\npath = "backup"\n')
    shop.close()

    shop = open_with()
    shop.core.handle(Role.SCREEN, OpenDay(float_won=0))
    assert isinstance(shop.core.handle(Role.SCREEN, CloseDay(counted_won=None)), DayClosing)

    assert wish.exists()
