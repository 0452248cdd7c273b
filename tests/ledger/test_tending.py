"""What a ledger does on the side goes on after a bug in one of its steps."""

import asyncio
import threading

import pytest

from pos.ledger import app as ledger_app
from pos.ledger.app import LedgerApp
from pos.ledger.database import Database
from pos.ledger.service import LedgerService
from tests.support.ledger_builders import NOW_S, Town

DEADLINE_S = 20.0
SECRET = "01012345678"


class _Buggy(LedgerService):
    """One step of its tending never works."""

    def __init__(self, town: Town, database: Database) -> None:
        super().__init__(town.folder, database, now_s=NOW_S)
        self.rounds = threading.Semaphore(0)

    def tell_news(self, *, now_s: int) -> None:
        raise KeyError(SECRET)

    def ask_for_cash_receipts(self, *, now_s: int) -> None:
        self.rounds.release()


def test_a_bug_in_one_step_stops_neither_the_next_step_nor_the_next_round_and_is_in_the_log(
    town: Town, database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_app, "TEND_S", 0.01)
    service = _Buggy(town, database)
    app = LedgerApp(service, repository_dir=town.folder.trust_dir, data=town.data)

    async def two_rounds() -> list[bool]:
        async with app.asgi.router.lifespan_context(app.asgi):
            return [await asyncio.to_thread(service.rounds.acquire, timeout=DEADLINE_S) for _ in range(2)]

    assert asyncio.run(two_rounds()) == [True, True]
    assert "tell_news met a bug and will be tried again: KeyError at test_tending.py" in caplog.text
    assert SECRET not in caplog.text
